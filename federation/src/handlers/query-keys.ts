/** POST /_matrix/federation/v1/user/keys/query (Server-Server API, "End-to-End Encryption"). Users of other servers are left out. */
import type { BodyOf, ResponseOf } from '@nexuscomm/spec/endpoint.ts';
import type { queryKeys } from '@nexuscomm/spec/endpoints/federation/devices.ts';
import type { JsonObject } from '../ports.ts';
import type { LocalUsers } from './local-users.ts';

export async function queryUserKeys(users: LocalUsers, body: BodyOf<typeof queryKeys>): Promise<ResponseOf<typeof queryKeys>> {
  const wanted = body.device_keys;
  const published = await users.published(Object.keys(wanted).filter((userId) => users.isLocal(userId)));
  const deviceKeys: Record<string, Record<string, JsonObject>> = {};
  const masterKeys: Record<string, JsonObject> = {};
  const selfSigningKeys: Record<string, JsonObject> = {};
  for (const [userId, { devices, master, selfSigning }] of published) {
    const only = wanted[userId] ?? [];
    const own: Record<string, JsonObject> = (deviceKeys[userId] = {});
    for (const { deviceId, displayName, keys } of devices) {
      if (!keys || (only.length > 0 && !only.includes(deviceId))) continue;
      own[deviceId] = { ...keys, ...(displayName !== undefined && { unsigned: { device_display_name: displayName } }) };
    }
    if (master) masterKeys[userId] = master;
    if (selfSigning) selfSigningKeys[userId] = selfSigning;
  }
  return { device_keys: deviceKeys, master_keys: masterKeys, self_signing_keys: selfSigningKeys };
}
