/** GET /_matrix/federation/v1/user/devices/{userId} (Server-Server API, "Device Management"). */
import type { ResponseOf } from '@nexuscomm/spec/endpoint.ts';
import type { userDevices } from '@nexuscomm/spec/endpoints/federation/devices.ts';
import { notFound } from '@nexuscomm/spec/errors.ts';
import type { LocalUsers } from './local-users.ts';

export async function getUserDevices(users: LocalUsers, userId: string): Promise<ResponseOf<typeof userDevices>> {
  if (!users.isLocal(userId)) throw notFound('The user is not of this server.');
  // The number first: a change that comes in between is then told of once more, and does no harm.
  const streamId = await users.streamId(userId);
  const user = (await users.published([userId])).get(userId);
  if (!user) throw notFound('There is no such user.');
  return {
    user_id: userId,
    stream_id: streamId,
    devices: user.devices.flatMap(({ deviceId, displayName, keys }) =>
      keys ? [{ device_id: deviceId, keys, ...(displayName !== undefined && { device_display_name: displayName }) }] : [],
    ),
    ...(user.master && { master_key: user.master }),
    ...(user.selfSigning && { self_signing_key: user.selfSigning }),
  };
}
