/** What the server says of itself, and small endpoints that belong to no area (Client-Server API). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const V3 = '/_matrix/client/v3';

export const startPage = endpoint({ method: 'GET', path: '/', auth: 'none', rateLimit: 'general' });
/** What the web client has to know of the server that serves it. */
export const clientConfig = endpoint({
  method: 'GET',
  path: '/config.json',
  auth: 'none',
  rateLimit: 'general',
  response: Type.Object({
    homeserver: Type.Object({ base_url: Type.String(), server_name: Type.String() }),
    registration: Type.Union([Type.Literal('open'), Type.Literal('token'), Type.Literal('closed')]),
    name: Type.String(),
  }),
});
export const health = endpoint({ method: 'GET', path: '/health', auth: 'none', rateLimit: 'none' });
export const metrics = endpoint({ method: 'GET', path: '/metrics', auth: 'none', rateLimit: 'none' });
export const versions = endpoint({ method: 'GET', path: '/_matrix/client/versions', auth: 'optional', rateLimit: 'general' });
export const wellKnownClient = endpoint({ method: 'GET', path: '/.well-known/matrix/client', auth: 'none', rateLimit: 'general' });
export const wellKnownServer = endpoint({ method: 'GET', path: '/.well-known/matrix/server', auth: 'none', rateLimit: 'general' });
export const wellKnownSupport = endpoint({ method: 'GET', path: '/.well-known/matrix/support', auth: 'none', rateLimit: 'general' });
export const turnServer = endpoint({ method: 'GET', path: `${V3}/voip/turnServer`, auth: 'user', rateLimit: 'general' });
export const thirdPartyProtocols = endpoint({ method: 'GET', path: `${V3}/thirdparty/protocols`, auth: 'user', rateLimit: 'general' });
/** Bridged networks are known to their bridges only. */
export const thirdPartyLookup = endpoint({
  method: 'GET',
  path: `${V3}/thirdparty/protocol/{protocol}`,
  aliases: [`${V3}/thirdparty/location`, `${V3}/thirdparty/location/{protocol}`, `${V3}/thirdparty/user`, `${V3}/thirdparty/user/{protocol}`],
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ protocol: Type.Optional(Type.String()) }),
});
export const policyServer = endpoint({ method: 'GET', path: '/.well-known/matrix/policy_server', auth: 'none', rateLimit: 'general' });
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
