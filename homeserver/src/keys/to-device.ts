/** To-device messages (Client-Server API, "Send-to-Device messaging"): durable before they are confirmed, deleted once acknowledged. */
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Session } from '../http/handler.ts';
import { sql, type Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { ToDeviceSource } from '../sync/sources.ts';

const selectDevices = sql('to_device_devices', 'select nid, user_nid, device_id from device where user_nid = any($1::int4[])');
const insertTxn = sql('to_device_txn', 'insert into to_device_txn (device_nid, txn_id) values ($1, $2) on conflict do nothing returning txn_id');
const insert = sql(
  'to_device_insert',
  'insert into to_device (device_nid, pos, n, json) select nid, $2, n, json from unnest($1::int8[], $3::int4[], $4::text[]) u(nid, n, json)',
);
const selectPending = sql(
  'to_device_pending',
  'select pos, json from to_device where device_nid = $1 and pos > $2 and pos <= $3 order by pos, n limit $4',
);
const deleteUpTo = sql('to_device_delete', 'delete from to_device where device_nid = $1 and pos <= $2');
const selectWaiting = sql('to_device_waiting', 'select 1 from to_device where device_nid = $1 limit 1');

/** Devices known to have nothing waiting are not asked about again until something is sent to them. */
const MAX_EMPTY = 50_000;

export class ToDevice implements ToDeviceSource {
  readonly #db: Database;
  readonly #positions: StreamPositions;
  readonly #strings: StringTable;
  readonly #onSent: (userNid: number, pos: number) => void;
  readonly #empty = new Set<number>();

  constructor(options: { db: Database; positions: StreamPositions; strings: StringTable; onSent: (userNid: number, pos: number) => void }) {
    this.#db = options.db;
    this.#positions = options.positions;
    this.#strings = options.strings;
    this.#onSent = options.onSent;
  }

  /** Sends to devices of local users; `*` stands for all devices of a user. A repeated transaction is not sent again. */
  async send(session: Session, type: string, txnId: string, messages: Readonly<Record<string, JsonObject>>): Promise<void> {
    const users = Object.keys(messages);
    const nids = await Promise.all(users.map((user) => this.#strings.find(user)));
    const known = nids.filter((nid) => nid !== undefined);
    const devices = await this.#db.query<{ nid: number; user_nid: number; device_id: string }>(selectDevices, [known]);
    const rows: { nid: number; userNid: number; json: string }[] = [];
    users.forEach((user, i) => {
      const byDevice = messages[user]!;
      for (const device of devices) {
        if (device.user_nid !== nids[i]) continue;
        const content = byDevice[device.device_id] ?? byDevice['*'];
        if (content === undefined) continue;
        rows.push({ nid: device.nid, userNid: device.user_nid, json: JSON.stringify({ type, sender: session.userId, content }) });
      }
    });
    await this.#positions.write(async (pos) => {
      const fresh = await this.#db.transaction(async (tx) => {
        if ((await tx.query(insertTxn, [session.deviceNid, `${type} ${txnId}`])).length === 0) return false;
        await tx.query(insert, [rows.map((row) => row.nid), pos, rows.map((_, n) => n), rows.map((row) => row.json)]);
        return true;
      });
      if (!fresh) return;
      for (const { nid, userNid } of rows) {
        this.#empty.delete(nid);
        this.#onSent(userNid, pos);
      }
    });
  }

  async pending(deviceNid: number, since: number, upto: number, limit: number): Promise<{ events: string[]; pos: number }> {
    if (this.#empty.has(deviceNid)) return { events: [], pos: upto };
    const rows = await this.#db.query<{ pos: number; json: string }>(selectPending, [deviceNid, since, upto, limit + 1]);
    if (rows.length <= limit) return { events: rows.map((row) => row.json), pos: upto };
    // A request's messages share a position and are told together or not at all.
    const cut = rows[limit]!.pos;
    const told = rows[0]!.pos === cut ? rows.slice(0, limit) : rows.filter((row) => row.pos < cut);
    return { events: told.map((row) => row.json), pos: told.at(-1)!.pos };
  }

  async acknowledge(deviceNid: number, upto: number): Promise<void> {
    if (this.#empty.has(deviceNid)) return;
    await this.#db.query(deleteUpTo, [deviceNid, upto]);
    // Nothing may be sent between the look and the note, so the note goes first and is taken back if there is something.
    this.#empty.add(deviceNid);
    if ((await this.#db.query(selectWaiting, [deviceNid])).length > 0) this.#empty.delete(deviceNid);
    if (this.#empty.size > MAX_EMPTY) this.#empty.clear();
  }
}
