/** End-to-end encryption: device keys, cross-signing, to-device messages, key backup (Client-Server API). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const Text = Type.String();
const OptionalText = Type.Optional(Type.String());
const AnyObject = Type.Record(Type.String(), Type.Unknown());
const OptionalObject = Type.Optional(AnyObject);
const V3 = '/_matrix/client/v3';
const LARGE_BODY = 16 * 1024 * 1024;

export const uploadKeys = endpoint({
  method: 'POST',
  path: `${V3}/keys/upload`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({ device_keys: OptionalObject, one_time_keys: OptionalObject, fallback_keys: OptionalObject }),
  bodyOptional: true,
});
export const queryKeys = endpoint({
  method: 'POST',
  path: `${V3}/keys/query`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({ device_keys: Type.Record(Type.String(), Type.Array(Text)), timeout: Type.Optional(Type.Integer()) }),
});
export const claimKeys = endpoint({
  method: 'POST',
  path: `${V3}/keys/claim`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({ one_time_keys: Type.Record(Type.String(), Type.Record(Type.String(), Text)), timeout: Type.Optional(Type.Integer()) }),
});
export const keyChanges = endpoint({
  method: 'GET',
  path: `${V3}/keys/changes`,
  auth: 'user',
  rateLimit: 'general',
  query: Type.Object({ from: Text, to: Text }),
});
export const uploadCrossSigningKeys = endpoint({
  method: 'POST',
  path: `${V3}/keys/device_signing/upload`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({ auth: OptionalObject, master_key: OptionalObject, self_signing_key: OptionalObject, user_signing_key: OptionalObject }),
});
export const uploadSignatures = endpoint({
  method: 'POST',
  path: `${V3}/keys/signatures/upload`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Record(Type.String(), AnyObject),
});
export const sendToDevice = endpoint({
  method: 'PUT',
  path: `${V3}/sendToDevice/{eventType}/{txnId}`,
  auth: 'user',
  rateLimit: 'general',
  maxBodyBytes: LARGE_BODY,
  params: Type.Object({ eventType: Text, txnId: Text }),
  body: Type.Object({ messages: Type.Record(Type.String(), AnyObject) }),
});

const version = Type.Object({ version: Text });
export const createBackup = endpoint({
  method: 'POST',
  path: `${V3}/room_keys/version`,
  auth: 'user',
  rateLimit: 'general',
  body: Type.Object({ algorithm: Text, auth_data: AnyObject }),
});
export const currentBackup = endpoint({ method: 'GET', path: `${V3}/room_keys/version`, auth: 'user', rateLimit: 'general' });
export const getBackup = endpoint({ method: 'GET', path: `${V3}/room_keys/version/{version}`, auth: 'user', rateLimit: 'general', params: version });
export const updateBackup = endpoint({
  method: 'PUT',
  path: `${V3}/room_keys/version/{version}`,
  auth: 'user',
  rateLimit: 'general',
  params: version,
  body: Type.Object({ algorithm: Text, auth_data: AnyObject, version: OptionalText }),
});
export const deleteBackup = endpoint({
  method: 'DELETE',
  path: `${V3}/room_keys/version/{version}`,
  auth: 'user',
  rateLimit: 'general',
  params: version,
});

const KEYS = `${V3}/room_keys/keys`;
const keyPaths = { path: KEYS, aliases: [`${KEYS}/{roomId}`, `${KEYS}/{roomId}/{sessionId}`] } as const;
const keyParams = Type.Object({ roomId: OptionalText, sessionId: OptionalText });
const versionQuery = Type.Object({ version: Text });
export const putRoomKeys = endpoint({
  method: 'PUT',
  ...keyPaths,
  auth: 'user',
  rateLimit: 'general',
  params: keyParams,
  query: versionQuery,
  body: AnyObject,
  maxBodyBytes: LARGE_BODY,
});
export const getRoomKeys = endpoint({ method: 'GET', ...keyPaths, auth: 'user', rateLimit: 'general', params: keyParams, query: versionQuery });
export const deleteRoomKeys = endpoint({ method: 'DELETE', ...keyPaths, auth: 'user', rateLimit: 'general', params: keyParams, query: versionQuery });
