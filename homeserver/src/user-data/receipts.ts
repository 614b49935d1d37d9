/** Read receipts (Client-Server API, "Receipts"). A room's receipts are in memory once somebody asked for them. */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { ReceiptSource } from '../sync/sources.ts';

export type ReceiptKind = 'm.read' | 'm.read.private';

export interface Receipt {
  readonly userNid: number;
  readonly kind: ReceiptKind;
  /** '' unthreaded, 'main', or the id of the thread's root */
  readonly thread: string;
  readonly eventId: string;
  /** position of that event */
  readonly eventPos: number;
  /** ms since the epoch */
  readonly ts: number;
  readonly pos: number;
}

interface ReceiptRow {
  room_nid: number;
  user_nid: number;
  kind: ReceiptKind;
  thread: string;
  event_id: string;
  event_pos: number;
  ts: number;
  pos: number;
}

const select = sql(
  'receipt_rooms',
  'select room_nid, user_nid, kind, thread, event_id, event_pos, ts, pos from receipt where room_nid = any($1::int8[])',
);
const upsert = sql(
  'receipt_set',
  `insert into receipt (room_nid, user_nid, kind, thread, event_id, event_pos, ts, pos) values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (room_nid, user_nid, kind, thread) do update
   set event_id = excluded.event_id, event_pos = excluded.event_pos, ts = excluded.ts, pos = excluded.pos`,
);

const MAX_ROOMS = 10_000;

export class Receipts implements ReceiptSource {
  readonly #db: Queryable;
  readonly #strings: StringTable;
  readonly #positions: StreamPositions;
  readonly #rooms = new LRUCache<number, Map<string, Receipt>>(upTo(MAX_ROOMS));
  readonly #onChange: (roomNid: number, receipt: Receipt) => void;
  readonly #listeners: ((roomNid: number, receipt: Receipt) => void)[] = [];

  constructor(options: { db: Queryable; strings: StringTable; positions: StreamPositions; onChange: (roomNid: number, receipt: Receipt) => void }) {
    this.#db = options.db;
    this.#strings = options.strings;
    this.#positions = options.positions;
    this.#onChange = options.onChange;
  }

  /** Other servers and push gateways are told of receipts. Must not throw or wait. */
  onSet(listener: (roomNid: number, receipt: Receipt) => void): void {
    this.#listeners.push(listener);
  }

  /** Stores a receipt, unless it points before the one there is; false then. */
  async set(roomNid: number, given: Omit<Receipt, 'pos'>): Promise<boolean> {
    const room = (await this.#load([roomNid])).get(roomNid)!;
    const key = keyOf(given);
    const current = room.get(key);
    if (current && current.eventPos >= given.eventPos) return false;
    await this.#positions.write(async (pos) => {
      const receipt = { ...given, pos };
      await this.#db.query(upsert, [roomNid, given.userNid, given.kind, given.thread, given.eventId, given.eventPos, given.ts, pos]);
      room.set(key, receipt);
      this.#onChange(roomNid, receipt);
      for (const listener of this.#listeners) listener(roomNid, receipt);
    });
    return true;
  }

  /** Has the receipts of rooms in memory: one statement for all that are not. */
  async load(roomNids: readonly number[]): Promise<void> {
    await this.#load(roomNids);
  }

  /** A user's receipts in a room. */
  async ofUser(userNid: number, roomNid: number): Promise<Receipt[]> {
    return [...(await this.#load([roomNid])).get(roomNid)!.values()].filter((receipt) => receipt.userNid === userNid);
  }

  async changed(userNid: number, rooms: readonly { roomNid: number; since: number }[], upto: number): Promise<Map<number, string>> {
    const loaded = await this.#load(rooms.map(({ roomNid }) => roomNid));
    const contents = new Map<number, string>();
    for (const { roomNid, since } of rooms) {
      const fresh: Receipt[] = [];
      for (const receipt of loaded.get(roomNid)!.values()) {
        const visible = receipt.kind === 'm.read' || receipt.userNid === userNid;
        if (visible && receipt.pos > since && receipt.pos <= upto) fresh.push(receipt);
      }
      if (fresh.length > 0) contents.set(roomNid, await this.#render(fresh));
    }
    return contents;
  }

  async #render(receipts: readonly Receipt[]): Promise<string> {
    const users = await this.#strings.texts(receipts.map((receipt) => receipt.userNid));
    const content: Record<string, Record<string, Record<string, { ts: number; thread_id?: string }>>> = {};
    receipts.forEach((receipt, i) => {
      const kinds = (content[receipt.eventId] ??= {});
      const byUser = (kinds[receipt.kind] ??= {});
      byUser[users[i]!] = { ts: receipt.ts, ...(receipt.thread === '' ? {} : { thread_id: receipt.thread }) };
    });
    return JSON.stringify(content);
  }

  async #load(roomNids: readonly number[]): Promise<Map<number, Map<string, Receipt>>> {
    const found = new Map<number, Map<string, Receipt>>();
    const missing: number[] = [];
    for (const roomNid of roomNids) {
      const room = this.#rooms.get(roomNid);
      if (room) found.set(roomNid, room);
      else missing.push(roomNid);
    }
    if (missing.length === 0) return found;
    const rows = Map.groupBy(await this.#db.query<ReceiptRow>(select, [missing]), (row) => row.room_nid);
    for (const roomNid of missing) {
      // Somebody else may have loaded it meanwhile, and changed it.
      const room = this.#rooms.get(roomNid) ?? new Map((rows.get(roomNid) ?? []).map((row) => receiptEntry(row)));
      this.#rooms.set(roomNid, room);
      found.set(roomNid, room);
    }
    return found;
  }
}

const keyOf = ({ userNid, kind, thread }: Pick<Receipt, 'userNid' | 'kind' | 'thread'>): string => `${userNid} ${kind} ${thread}`;

function receiptEntry(row: ReceiptRow): [string, Receipt] {
  const receipt: Receipt = {
    userNid: row.user_nid,
    kind: row.kind,
    thread: row.thread,
    eventId: row.event_id,
    eventPos: row.event_pos,
    ts: row.ts,
    pos: row.pos,
  };
  return [keyOf(receipt), receipt];
}
