/** Administering users (Client-Server API, "Server administration"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const user = Type.Object({ userId: Type.String() });
const V1 = '/_matrix/client/v1/admin';

/** Also for users about themselves. */
export const whois = endpoint({ method: 'GET', path: '/_matrix/client/v3/admin/whois/{userId}', auth: 'user', rateLimit: 'general', params: user });
export const isLocked = endpoint({ method: 'GET', path: `${V1}/lock/{userId}`, auth: 'admin', rateLimit: 'general', params: user });
export const lock = endpoint({
  method: 'PUT',
  path: `${V1}/lock/{userId}`,
  auth: 'admin',
  rateLimit: 'general',
  params: user,
  body: Type.Object({ locked: Type.Boolean() }),
});
export const isSuspended = endpoint({ method: 'GET', path: `${V1}/suspend/{userId}`, auth: 'admin', rateLimit: 'general', params: user });
export const suspend = endpoint({
  method: 'PUT',
  path: `${V1}/suspend/{userId}`,
  auth: 'admin',
  rateLimit: 'general',
  params: user,
  body: Type.Object({ suspended: Type.Boolean() }),
});
