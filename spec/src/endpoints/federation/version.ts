/** What a server runs (Server-Server API, "Server implementation"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { FEDERATION_V1, OptionalText } from './shapes.ts';

export const version = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/version`,
  auth: 'none',
  rateLimit: 'federation',
  response: Type.Object({ server: Type.Optional(Type.Object({ name: OptionalText, version: OptionalText })) }),
});
