/** Puts together what the inbox shows: the order of a user's rooms, and a summary of each. */
import type { OutsideMemberships } from '../federation/outside-memberships.ts';
import type { Route } from '../http/handler.ts';
import { Inbox } from '../inbox/inbox.ts';
import { RoomActivity } from '../inbox/room-activity.ts';
import { RoomSummaries } from '../inbox/room-summaries.ts';
import { inboxRoutes } from '../nexuscomm-api/inbox.ts';
import type { Database } from '../storage/database.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { Rooms } from './rooms.ts';
import type { UserData } from './user-data.ts';

export interface InboxDeps {
  readonly db: Database;
  readonly rooms: Pick<Rooms, 'engine' | 'timeline' | 'relations' | 'erasures'>;
  readonly userData: Pick<UserData, 'accountData' | 'pushRules' | 'unread'>;
  readonly hub: SyncHub;
  readonly outside: OutsideMemberships;
  /** rooms whose newest message is kept in memory */
  readonly maxRooms: number;
  readonly now: () => number;
}

export function createInbox({ db, rooms, userData, hub, outside, maxRooms, now }: InboxDeps): { readonly routes: readonly Route[] } {
  const { engine, timeline, relations, erasures } = rooms;
  const { accountData, pushRules, unread } = userData;
  const activity = new RoomActivity({ db, engine, maxRooms });
  const summaries = new RoomSummaries({
    db,
    engine,
    timeline,
    relations,
    erasures,
    accountData,
    pushRules,
    unread,
    outside: (userNid, roomNids) => outside.shown(userNid, roomNids),
    now,
  });
  return { routes: inboxRoutes({ inbox: new Inbox({ engine, hub, accountData, activity, summaries }) }) };
}
