/** Account data, global and per room (Client-Server API, "Client Config"). A user's own is in memory once they were here. */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { Mailbox } from '../rooms/mailbox.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { AccountDataEntry, AccountDataSource } from '../sync/sources.ts';

const select = sql('account_data_all', 'select room_nid, type, content, pos from account_data where user_nid = $1');
const upsert = sql(
  'account_data_set',
  `insert into account_data (user_nid, room_nid, type, content, pos) values ($1, $2, $3, $4, $5)
   on conflict (user_nid, room_nid, type) do update set content = excluded.content, pos = excluded.pos`,
);

interface Entry {
  readonly type: string;
  readonly content: string;
  readonly pos: number;
}

/** room number (0: global) -> type -> entry */
type UserData = Map<number, Map<string, Entry>>;

export interface AccountDataChange {
  readonly type: string;
  readonly pos: number;
}

export const GLOBAL = 0;
export const IGNORED_USERS_TYPE = 'm.ignored_user_list';
const MAX_USERS = 5_000;

export class AccountData implements AccountDataSource {
  readonly #db: Queryable;
  readonly #positions: StreamPositions;
  readonly #users = new LRUCache<number, Promise<UserData>>(upTo(MAX_USERS));
  readonly #queues = new Map<number, Mailbox>();
  readonly #onChange: (userNid: number, roomNid: number, change: AccountDataChange) => void;
  readonly #defaults: (userNid: number) => Promise<readonly { type: string; content: string }[]>;

  /** `defaults` is global account data that every user has without having set it. */
  constructor(options: {
    db: Queryable;
    positions: StreamPositions;
    onChange: (userNid: number, roomNid: number, change: AccountDataChange) => void;
    defaults: (userNid: number) => Promise<readonly { type: string; content: string }[]>;
  }) {
    this.#db = options.db;
    this.#positions = options.positions;
    this.#onChange = options.onChange;
    this.#defaults = options.defaults;
  }

  /** The content; undefined if it was never set. */
  async get(userNid: number, roomNid: number, type: string): Promise<JsonObject | undefined> {
    const entry = (await this.#load(userNid)).get(roomNid)?.get(type);
    return entry && (JSON.parse(entry.content) as JsonObject);
  }

  set(userNid: number, roomNid: number, type: string, content: JsonObject): Promise<void> {
    return this.update(userNid, roomNid, type, async () => content);
  }

  /** Changes content by what it was; updates of one user follow each other. `change` returns undefined to leave it. */
  async update(
    userNid: number,
    roomNid: number,
    type: string,
    change: (before: JsonObject | undefined) => Promise<JsonObject | undefined>,
  ): Promise<void> {
    const queue = this.#queues.get(userNid) ?? new Mailbox();
    this.#queues.set(userNid, queue);
    try {
      await queue.run(async () => {
        const content = await change(await this.get(userNid, roomNid, type));
        if (content) await this.#write(userNid, roomNid, type, content);
      });
    } finally {
      if (queue.size === 0) this.#queues.delete(userNid);
    }
  }

  async #write(userNid: number, roomNid: number, type: string, content: JsonObject): Promise<void> {
    const text = JSON.stringify(content);
    const data = await this.#load(userNid);
    await this.#positions.write(async (pos) => {
      await this.#db.query(upsert, [userNid, roomNid, type, text, pos]);
      const room = data.get(roomNid) ?? new Map<string, Entry>();
      room.set(type, { type, content: text, pos });
      data.set(roomNid, room);
      this.#onChange(userNid, roomNid, { type, pos });
    });
  }

  async changed(userNid: number, since: number, upto: number): ReturnType<AccountDataSource['changed']> {
    const global: AccountDataEntry[] = [];
    const rooms = new Map<number, AccountDataEntry[]>();
    const data = await this.#load(userNid);
    for (const [roomNid, entries] of data) {
      for (const { type, content, pos } of entries.values()) {
        if (pos <= since || pos > upto) continue;
        const entry = asEvent({ type, content });
        if (roomNid === GLOBAL) global.push(entry);
        else rooms.set(roomNid, [...(rooms.get(roomNid) ?? []), entry]);
      }
    }
    if (since === 0) {
      for (const { type, content } of await this.#defaults(userNid)) {
        if (data.get(GLOBAL)?.has(type) !== true) global.push(asEvent({ type, content }));
      }
    }
    return { global, rooms };
  }

  /** What the user keeps of a room, tags included. */
  async ofRoom(userNid: number, roomNid: number): Promise<AccountDataEntry[]> {
    const entries = (await this.#load(userNid)).get(roomNid)?.values() ?? [];
    return Array.from(entries, asEvent);
  }

  async ignoredUsers(userNid: number): Promise<ReadonlySet<string>> {
    const users = (await this.get(userNid, GLOBAL, IGNORED_USERS_TYPE))?.['ignored_users'];
    return new Set(isJsonObject(users) ? Object.keys(users) : []);
  }

  #load(userNid: number): Promise<UserData> {
    const known = this.#users.get(userNid);
    if (known) return known;
    const loading = this.#db.query<Entry & { room_nid: number }>(select, [userNid]).then((rows) => {
      const data: UserData = new Map();
      for (const { room_nid: roomNid, ...entry } of rows) {
        const room = data.get(roomNid) ?? new Map<string, Entry>();
        room.set(entry.type, entry);
        data.set(roomNid, room);
      }
      return data;
    });
    loading.catch(() => this.#users.delete(userNid));
    this.#users.set(userNid, loading);
    return loading;
  }
}

function asEvent({ type, content }: Pick<Entry, 'type' | 'content'>): AccountDataEntry {
  return { type, json: `{"type":${JSON.stringify(type)},"content":${content}}` };
}
