/** Puts together the rooms of this server: the engine that writes them, and what reads them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { Config } from '../config/schema.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import { RoomAliases } from '../rooms/aliases.ts';
import { Erasures } from '../rooms/erasures.ts';
import { EventByTime } from '../rooms/event-by-time.ts';
import { PublicDirectory } from '../rooms/public-directory.ts';
import { Relations } from '../rooms/relations.ts';
import { RoomEngine } from '../rooms/room-engine.ts';
import { RoomReader } from '../rooms/room-reader.ts';
import { ServerAcls } from '../rooms/server-acls.ts';
import { takeAllShards } from '../rooms/shard-leases.ts';
import { TimelineReader } from '../rooms/timeline-reader.ts';
import { EventVisibility } from '../rooms/visibility.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';

const MAX_COMMIT_BATCH = 200;

export interface RoomsDeps {
  readonly settings: Pick<Config, 'cache' | 'database'>;
  readonly db: Database;
  readonly strings: StringTable;
  readonly positions: StreamPositions;
  readonly signingKey: SigningKey;
  readonly serverName: ServerName;
  readonly now: () => number;
  /** another process writes the rooms now */
  readonly onLeaseLost: (error: Error) => void;
}

export interface Rooms {
  readonly engine: RoomEngine;
  readonly timeline: TimelineReader;
  readonly visibility: EventVisibility;
  readonly relations: Relations;
  readonly erasures: Erasures;
  readonly reader: RoomReader;
  readonly byTime: EventByTime;
  readonly aliases: RoomAliases;
  readonly directory: PublicDirectory;
  readonly acls: ServerAcls;
}

export async function createRooms(deps: RoomsDeps): Promise<Rooms> {
  const { settings, db, strings, positions, signingKey, serverName, now, onLeaseLost } = deps;
  const { cache, database } = settings;
  const engine = new RoomEngine({
    db,
    commits: db.apart,
    strings,
    positions,
    crypto: nodeCrypto,
    signingKey,
    serverName,
    now,
    wait: (ms) => sleep(ms),
    epochs: await takeAllShards(db, randomUUID()),
    onLeaseLost,
    cache: { rooms: cache.rooms, events: cache.events, recentEventsPerRoom: cache.events_per_room, states: cache.states },
    maxCommitBatch: MAX_COMMIT_BATCH,
    commitRetryMs: database.reconnect_timeout_ms,
  });
  const visibility = new EventVisibility(engine);
  const erasures = await Erasures.open(db, engine);
  const relations = new Relations({ db, events: engine.events, strings, erasures, now });
  const reader = new RoomReader({ db, engine, visibility, relations, erasures, now });
  return {
    engine,
    timeline: new TimelineReader(db, engine.events),
    visibility,
    relations,
    erasures,
    reader,
    byTime: new EventByTime({ db, engine, visibility, reader }),
    aliases: new RoomAliases(db),
    directory: new PublicDirectory(db, engine),
    acls: new ServerAcls(engine),
  };
}
