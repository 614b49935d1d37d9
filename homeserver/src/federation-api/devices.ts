/** What other servers ask of this one's users: devices, keys, profiles (endpoints of spec/endpoints/federation). */
import { claimUserKeys } from '@nexuscomm/federation/handlers/claim-keys.ts';
import type { LocalUsers } from '@nexuscomm/federation/handlers/local-users.ts';
import { queryUserKeys } from '@nexuscomm/federation/handlers/query-keys.ts';
import { queryUserProfile } from '@nexuscomm/federation/handlers/query-profile.ts';
import { getUserDevices } from '@nexuscomm/federation/handlers/user-devices.ts';
import * as devices from '@nexuscomm/spec/endpoints/federation/devices.ts';
import { queryProfile } from '@nexuscomm/spec/endpoints/federation/queries.ts';
import { handle, type Route } from '../http/handler.ts';

export function federationUserRoutes(users: LocalUsers): Route[] {
  return [
    handle(devices.userDevices, async ({ params }) => getUserDevices(users, params.userId)),
    handle(devices.queryKeys, async ({ body }) => queryUserKeys(users, body)),
    handle(devices.claimKeys, async ({ body }) => claimUserKeys(users, body)),
    handle(queryProfile, async ({ query }) => queryUserProfile(users, query)),
  ];
}
