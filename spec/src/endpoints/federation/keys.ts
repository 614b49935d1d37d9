/** Publishing and notarising signing keys (Server-Server API, "Retrieving server keys"). Nothing here is signed by request. */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { Json, Jsons, OptionalInt, OptionalText, Text } from './shapes.ts';

const KEY = '/_matrix/key/v2';

/** One server's keys, as the server itself signs them. */
export const ServerKeysDocument = Type.Object({
  server_name: Text,
  verify_keys: Type.Record(Text, Type.Object({ key: Text })),
  old_verify_keys: Type.Optional(Type.Record(Text, Type.Object({ key: Text, expired_ts: Type.Integer() }))),
  valid_until_ts: Type.Integer(),
  signatures: Json,
});

/** Older servers still name a key at the end of these paths; all keys are answered all the same. */
export const serverKeys = endpoint({
  method: 'GET',
  path: `${KEY}/server`,
  aliases: [`${KEY}/server/`, `${KEY}/server/{keyId}`],
  auth: 'none',
  rateLimit: 'federation',
  params: Type.Object({ keyId: OptionalText }),
  response: Json,
});
export const queryServerKeys = endpoint({
  method: 'GET',
  path: `${KEY}/query/{serverName}`,
  aliases: [`${KEY}/query/{serverName}/{keyId}`],
  auth: 'none',
  rateLimit: 'federation_heavy',
  params: Type.Object({ serverName: Text, keyId: OptionalText }),
  query: Type.Object({ minimum_valid_until_ts: OptionalInt }),
  response: Type.Object({ server_keys: Jsons }),
});
export const queryServersKeys = endpoint({
  method: 'POST',
  path: `${KEY}/query`,
  auth: 'none',
  rateLimit: 'federation_heavy',
  body: Type.Object({
    server_keys: Type.Record(Text, Type.Record(Text, Type.Object({ minimum_valid_until_ts: OptionalInt }))),
  }),
  response: Type.Object({ server_keys: Jsons }),
});
