/** To-device messages (Client-Server API, "Send-to-Device messaging"): durable before they are confirmed, deleted once acknowledged. */
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { composeToDevice, type ToDeviceMessages, type ToDeviceOutbox } from '../federation/to-device-outbox.ts';
import type { Session } from '../http/handler.ts';
import { sql, type Database, type Transaction } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { ToDeviceSource } from '../sync/sources.ts';

const selectDevices = sql('to_device_devices', 'select nid, user_nid, device_id from device where user_nid = any($1::int4[])');
const insertTxn = sql('to_device_txn', 'insert into to_device_txn (device_nid, txn_id) values ($1, $2) on conflict do nothing returning txn_id');
const insertReceived = sql(
  'to_device_received',
  'insert into to_device_received (origin, message_id, ts) values ($1, $2, $3) on conflict do nothing returning message_id',
);
const pruneReceived = sql('to_device_received_prune', 'delete from to_device_received where ts < $1');
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

/** For so long a message of another server is known when it is repeated, ms. */
const RECEIVED_LIFETIME_MS = 30 * 24 * 3_600_000;

export interface ToDeviceOptions {
  readonly db: Database;
  readonly positions: StreamPositions;
  readonly strings: StringTable;
  readonly serverName: ServerName;
  /** where messages for users of other servers go */
  readonly outbox: ToDeviceOutbox;
  readonly now: () => number;
  readonly onSent: (userNid: number, pos: number) => void;
}

/** A message for a device here. */
interface Delivery {
  readonly deviceNid: number;
  readonly userNid: number;
  readonly json: string;
}

export class ToDevice implements ToDeviceSource {
  readonly #options: ToDeviceOptions;
  readonly #db: Database;
  readonly #empty = new Set<number>();
  #onRemote: (servers: readonly ServerName[]) => void = () => {};

  constructor(options: ToDeviceOptions) {
    this.#options = options;
    this.#db = options.db;
  }

  /** Called when messages for other servers are in the outbox. */
  connect(onRemote: (servers: readonly ServerName[]) => void): void {
    this.#onRemote = onRemote;
  }

  /** Sends to devices of users here and elsewhere; `*` stands for all devices of a user. A repeated transaction is not sent again. */
  async send(session: Session, type: string, txnId: string, messages: ToDeviceMessages): Promise<void> {
    const { serverName, outbox } = this.#options;
    const { local = [], remote = [] } = Object.groupBy(Object.entries(messages), ([user]) =>
      serverNameOf(user) === serverName ? 'local' : 'remote',
    );
    const outgoing = composeToDevice(session.userId, type, Object.fromEntries(remote));
    const deliveries = await this.#expand(session.userId, type, Object.fromEntries(local));
    const fresh = await this.#deliver(deliveries, async (tx) => {
      if ((await tx.query(insertTxn, [session.deviceNid, `${type} ${txnId}`])).length === 0) return false;
      await outbox.add(tx, outgoing);
      return true;
    });
    if (fresh && outgoing.servers.length > 0) this.#onRemote([...new Set(outgoing.servers)]);
  }

  /** Takes in what a user of another server sends (Server-Server API, "Send-to-device messaging"); repetitions are known by their id. */
  async receive(
    origin: ServerName,
    message: { readonly sender: string; readonly type: string; readonly messageId: string; readonly messages: ToDeviceMessages },
  ): Promise<void> {
    const { strings, serverName, now } = this.#options;
    const { sender, type, messageId, messages } = message;
    const local = Object.entries(messages).filter(([user]) => serverNameOf(user) === serverName);
    const deliveries = await this.#expand(sender, type, Object.fromEntries(local));
    const originNid = await strings.id(origin);
    await this.#deliver(deliveries, async (tx) => (await tx.query(insertReceived, [originNid, messageId, now()])).length > 0);
  }

  async prune(): Promise<void> {
    await this.#db.query(pruneReceived, [this.#options.now() - RECEIVED_LIFETIME_MS]);
  }

  async #expand(sender: string, type: string, messages: ToDeviceMessages): Promise<Delivery[]> {
    const users = Object.keys(messages);
    if (users.length === 0) return [];
    const nids = await Promise.all(users.map((user) => this.#options.strings.find(user)));
    const known = nids.filter((nid) => nid !== undefined);
    const devices = await this.#db.query<{ nid: number; user_nid: number; device_id: string }>(selectDevices, [known]);
    return users.flatMap((user, i) => {
      const byDevice = messages[user]!;
      return devices.flatMap((device) => {
        const content = (Object.hasOwn(byDevice, device.device_id) ? byDevice[device.device_id] : undefined) ?? byDevice['*'];
        if (device.user_nid !== nids[i] || content === undefined) return [];
        return { deviceNid: device.nid, userNid: device.user_nid, json: JSON.stringify({ type, sender, content }) };
      });
    });
  }

  /** Stores the messages if `once` says that they are new, all in one. */
  async #deliver(deliveries: readonly Delivery[], once: (tx: Transaction) => Promise<boolean>): Promise<boolean> {
    const { positions, onSent } = this.#options;
    return positions.write(async (pos) => {
      const fresh = await this.#db.transaction(async (tx) => {
        if (!(await once(tx))) return false;
        const values = [deliveries.map((one) => one.deviceNid), pos, deliveries.map((_, n) => n), deliveries.map((one) => one.json)];
        if (deliveries.length > 0) await tx.query(insert, values);
        return true;
      });
      if (!fresh) return false;
      for (const { deviceNid, userNid } of deliveries) {
        this.#empty.delete(deviceNid);
        onSent(userNid, pos);
      }
      return true;
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
