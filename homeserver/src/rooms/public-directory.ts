/** The directory of public rooms (Client-Server API, "Listing rooms"). */
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';

const publish = sql('public_room_add', 'insert into public_room (room_nid) values ($1) on conflict do nothing');
const unpublish = sql('public_room_remove', 'delete from public_room where room_nid = $1');
const isPublished = sql('public_room_find', 'select room_nid from public_room where room_nid = $1');
const listPublished = sql(
  'public_room_list',
  `select p.room_nid, (select count(*)::int4 from member m where m.room_nid = p.room_nid and m.membership = 1) as joined
   from public_room p order by joined desc, p.room_nid`,
);

export interface PublicRoomQuery {
  readonly limit: number;
  readonly since: string | undefined;
  readonly term: string | undefined;
  /** null stands for rooms without a type */
  readonly types: readonly (string | null)[] | undefined;
}

const SUMMARY_TYPES = [
  'm.room.create',
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.canonical_alias',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.encryption',
] as const;
/** Rooms described with one statement. */
const BATCH = 100;

export class PublicDirectory {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;

  constructor(db: Queryable, engine: RoomEngine) {
    this.#db = db;
    this.#engine = engine;
  }

  async publish(roomNid: number, visible: boolean): Promise<void> {
    await this.#db.query(visible ? publish : unpublish, [roomNid]);
  }

  async isPublished(roomNid: number): Promise<boolean> {
    return (await this.#db.query(isPublished, [roomNid])).length === 1;
  }

  async list(query: PublicRoomQuery): Promise<JsonObject> {
    const rows = await this.#db.query<{ room_nid: number }>(listPublished);
    const summaries: JsonObject[] = [];
    for (let at = 0; at < rows.length; at += BATCH) {
      const rooms = await this.#engine.byNids(rows.slice(at, at + BATCH).map((row) => row.room_nid));
      for (const summary of await this.summaries([...rooms.values()])) if (matches(summary, query)) summaries.push(summary);
    }
    summaries.sort((a, b) => Number(b['num_joined_members']) - Number(a['num_joined_members']));
    const start = Math.min(Math.max(0, Number(/^p(\d+)$/.exec(query.since ?? '')?.[1] ?? 0)), summaries.length);
    const end = Math.min(start + query.limit, summaries.length);
    return {
      chunk: summaries.slice(start, end),
      total_room_count_estimate: summaries.length,
      ...(end < summaries.length ? { next_batch: `p${end}` } : {}),
      ...(start > 0 ? { prev_batch: `p${Math.max(0, start - query.limit)}` } : {}),
    };
  }

  /** What outsiders are told of rooms (`PublicRoomsChunk`). */
  async summaries(rooms: readonly Room[]): Promise<JsonObject[]> {
    const keys = await this.#engine.strings.ids(SUMMARY_TYPES.map((type) => stateKeyText(type, '')));
    const nids = rooms.flatMap((room) => keys.map((key) => room.state.get(key) ?? 0)).filter((nid) => nid !== 0);
    const events = await this.#engine.events.byNids(nids);
    return rooms.map((room) => {
      const content = (type: (typeof SUMMARY_TYPES)[number]): JsonObject => {
        const nid = room.state.get(keys[SUMMARY_TYPES.indexOf(type)]!);
        return (nid === undefined ? undefined : events.get(nid)?.content) ?? {};
      };
      const optional = {
        name: content('m.room.name')['name'],
        topic: content('m.room.topic')['topic'],
        avatar_url: content('m.room.avatar')['url'],
        canonical_alias: content('m.room.canonical_alias')['alias'],
        room_type: content('m.room.create')['type'],
        encryption: content('m.room.encryption')['algorithm'],
      };
      return {
        room_id: room.roomId,
        num_joined_members: room.joinedCount,
        world_readable: content('m.room.history_visibility')['history_visibility'] === 'world_readable',
        guest_can_join: content('m.room.guest_access')['guest_access'] === 'can_join',
        join_rule: content('m.room.join_rules')['join_rule'] ?? 'invite',
        room_version: room.version.id,
        ...Object.fromEntries(Object.entries(optional).filter(([, value]) => typeof value === 'string')),
      };
    });
  }
}

function matches(summary: JsonObject, { term, types }: PublicRoomQuery): boolean {
  if (types && !types.includes((summary['room_type'] as string | undefined) ?? null)) return false;
  if (term === undefined || term === '') return true;
  const wanted = term.toLowerCase();
  return ['name', 'topic', 'canonical_alias'].some((field) => {
    const value = summary[field];
    return typeof value === 'string' && value.toLowerCase().includes(wanted);
  });
}
