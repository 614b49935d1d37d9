/** Puts together what answers a sync. */
import type { Config } from '../config/schema.ts';
import type { OutsideMemberships } from '../federation/outside-memberships.ts';
import type { Database } from '../storage/database.ts';
import { EventStream } from '../sync/event-stream.ts';
import { InitialSync } from '../sync/initial-sync.ts';
import { LazyMembers } from '../sync/lazy-members.ts';
import type { Outside } from '../sync/old-events.ts';
import { RoomRenderer } from '../sync/render-rooms.ts';
import type { SyncSources } from '../sync/sources.ts';
import { SyncEngine } from '../sync/sync-engine.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { Devices } from './devices.ts';
import type { Rooms } from './rooms.ts';
import type { UserData } from './user-data.ts';

/** Events of a room in a sync when the filter does not say (Client-Server API, "Filtering"). */
const DEFAULT_TIMELINE_EVENTS = 10;
const DEVICE_IDLE_MS = 10 * 60_000;

export interface SyncDeps {
  readonly db: Database;
  readonly rooms: Pick<Rooms, 'engine' | 'timeline' | 'visibility' | 'relations' | 'erasures' | 'reader' | 'directory'>;
  readonly userData: Pick<UserData, 'accountData' | 'receipts' | 'typing' | 'unread' | 'presence'>;
  readonly devices: Pick<Devices, 'deviceChanges' | 'deviceKeys' | 'toDevice'>;
  readonly hub: SyncHub;
  readonly outside: OutsideMemberships;
  readonly limits: Config['limits'];
  readonly now: () => number;
}

export interface Sync {
  readonly syncEngine: SyncEngine;
  /** for clients from before /sync */
  readonly eventStream: EventStream;
  readonly initialSync: InitialSync;
}

export function createSync({ db, rooms, userData, devices, hub, outside: memberships, limits, now }: SyncDeps): Sync {
  const { engine, timeline, visibility, relations, erasures, reader, directory } = rooms;
  const { accountData, receipts, typing, unread, presence } = userData;
  const { deviceChanges, deviceKeys, toDevice } = devices;
  const sources: SyncSources = {
    accountData,
    receipts,
    typing,
    toDevice,
    unread,
    presence,
    relations,
    deviceLists: {
      changed: (userNid, since, upto) => deviceChanges.changed(userNid, since, upto),
      keyCounts: (deviceNid) => deviceKeys.counts(deviceNid),
    },
  };
  const renderer = new RoomRenderer({
    engine,
    timeline,
    visibility,
    erasures,
    sources,
    lazyMembers: new LazyMembers(),
    defaultTimelineLimit: DEFAULT_TIMELINE_EVENTS,
    maxTimelineLimit: limits.sync_timeline_events,
  });
  const outside: Outside = (userNid, shown) => memberships.shown(userNid, shown);
  const deviceIdleMs = DEVICE_IDLE_MS;
  const roomEvents = limits.sync_timeline_events;
  const syncEngine = new SyncEngine({
    outside,
    db,
    engine,
    hub,
    renderer,
    sources,
    now,
    maxToDevice: limits.to_device_per_sync,
    deviceIdleMs,
  });
  return {
    syncEngine,
    eventStream: new EventStream({ db, engine, hub, timeline, visibility, reader, outside, sources, now, roomEvents, deviceIdleMs }),
    initialSync: new InitialSync({ engine, hub, reader, directory, outside, sources, accountData }),
  };
}
