/** What the server says of itself, and small endpoints that belong to no area (Client-Server API). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const V3 = '/_matrix/client/v3';

export const startPage = endpoint({ method: 'GET', path: '/', auth: 'none', rateLimit: 'general' });
export const health = endpoint({ method: 'GET', path: '/health', auth: 'none', rateLimit: 'none' });
export const metrics = endpoint({ method: 'GET', path: '/metrics', auth: 'none', rateLimit: 'none' });
export const versions = endpoint({ method: 'GET', path: '/_matrix/client/versions', auth: 'optional', rateLimit: 'general' });
export const wellKnownClient = endpoint({ method: 'GET', path: '/.well-known/matrix/client', auth: 'none', rateLimit: 'general' });
export const wellKnownServer = endpoint({ method: 'GET', path: '/.well-known/matrix/server', auth: 'none', rateLimit: 'general' });
export const wellKnownSupport = endpoint({ method: 'GET', path: '/.well-known/matrix/support', auth: 'none', rateLimit: 'general' });
export const turnServer = endpoint({ method: 'GET', path: `${V3}/voip/turnServer`, auth: 'user', rateLimit: 'general' });
export const thirdPartyProtocols = endpoint({ method: 'GET', path: `${V3}/thirdparty/protocols`, auth: 'user', rateLimit: 'general' });
export const reportRoom = endpoint({
  method: 'POST',
  path: `${V3}/rooms/{roomId}/report`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ roomId: Type.String() }),
  body: Type.Object({ reason: Type.String() }),
});
export const reportUser = endpoint({
  method: 'POST',
  path: `${V3}/users/{userId}/report`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ userId: Type.String() }),
  body: Type.Object({ reason: Type.String() }),
});
