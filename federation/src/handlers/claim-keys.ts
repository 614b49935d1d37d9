/** POST /_matrix/federation/v1/user/keys/claim (Server-Server API, "End-to-End Encryption"). Users of other servers are left out. */
import type { BodyOf, ResponseOf } from '@nexuscomm/spec/endpoint.ts';
import type { claimKeys } from '@nexuscomm/spec/endpoints/federation/devices.ts';
import type { LocalUsers } from './local-users.ts';

export async function claimUserKeys(users: LocalUsers, body: BodyOf<typeof claimKeys>): Promise<ResponseOf<typeof claimKeys>> {
  const local = Object.entries(body.one_time_keys).filter(([userId]) => users.isLocal(userId));
  return { one_time_keys: await users.claim(Object.fromEntries(local)) };
}
