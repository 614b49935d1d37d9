/** This server's users, as other servers may know them. */
import type { LocalUsers, PublishedUser } from '@nexuscomm/federation/handlers/local-users.ts';
import { isUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Profiles } from '../accounts/profiles.ts';
import type { DeviceKeys } from '../keys/device-keys.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { OutgoingDevices } from './outgoing-devices.ts';

const selectAccounts = sql('local_users_find', 'select user_nid, user_id from account where user_id = any($1::text[])');

export function createLocalUsers(options: {
  db: Queryable;
  keys: DeviceKeys;
  devices: OutgoingDevices;
  profiles: Profiles;
  serverName: ServerName;
  /** tell the names that users give their devices */
  shareNames: boolean;
}): LocalUsers {
  const { db, keys, devices, profiles, serverName, shareNames } = options;
  const find = async (userIds: readonly UserId[]): Promise<Map<number, UserId>> => {
    const rows = await db.query<{ user_nid: number; user_id: UserId }>(selectAccounts, [userIds]);
    return new Map(rows.map((row) => [row.user_nid, row.user_id]));
  };
  return {
    isLocal: (userId): userId is UserId => isUserId(userId) && serverNameOf(userId) === serverName,
    async published(userIds) {
      const users = await find(userIds);
      const published = await keys.published([...users.keys()]);
      return new Map(
        [...published].map(([userNid, user]): [UserId, PublishedUser] => {
          const list = [...user.devices].map(([deviceId, device]) => ({
            deviceId,
            displayName: shareNames ? device.displayName : undefined,
            keys: device.keys,
          }));
          return [users.get(userNid)!, { ...user, devices: list }];
        }),
      );
    },
    async streamId(userId) {
      const [userNid] = (await find([userId])).keys();
      return userNid === undefined ? 0 : devices.streamId(userNid);
    },
    claim: async (wanted) => (await keys.claim(wanted)) as Record<string, Record<string, JsonObject>>,
    profile: (userId) => profiles.find(userId),
  };
}
