/** Devices and keys of users (Server-Server API, "Device Management", "End-to-End Encryption"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { FEDERATION_V1, Json, OptionalText, Text, Texts } from './shapes.ts';

export const userDevices = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/user/devices/{userId}`,
  auth: 'server',
  rateLimit: 'federation',
  params: Type.Object({ userId: Text }),
  response: Type.Object({
    user_id: Text,
    stream_id: Type.Integer(),
    devices: Type.Array(Type.Object({ device_id: Text, keys: Type.Optional(Json), device_display_name: OptionalText })),
    // Synapse says null for a key that there is not.
    master_key: Type.Optional(Type.Union([Json, Type.Null()])),
    self_signing_key: Type.Optional(Type.Union([Json, Type.Null()])),
  }),
});
export const queryKeys = endpoint({
  method: 'POST',
  path: `${FEDERATION_V1}/user/keys/query`,
  auth: 'server',
  rateLimit: 'federation',
  body: Type.Object({ device_keys: Type.Record(Text, Texts) }),
  response: Type.Object({
    device_keys: Type.Record(Text, Type.Record(Text, Json)),
    master_keys: Type.Optional(Type.Record(Text, Json)),
    self_signing_keys: Type.Optional(Type.Record(Text, Json)),
  }),
});
export const claimKeys = endpoint({
  method: 'POST',
  path: `${FEDERATION_V1}/user/keys/claim`,
  auth: 'server',
  rateLimit: 'federation',
  body: Type.Object({ one_time_keys: Type.Record(Text, Type.Record(Text, Text)) }),
  /** user -> device -> `algorithm:key id` -> key */
  response: Type.Object({ one_time_keys: Type.Record(Text, Type.Record(Text, Json)) }),
});
