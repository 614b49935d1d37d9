/**
 * Which event a client's transaction became. A device's newest transactions are in memory after its first send, so a
 * new transaction costs no query; a repeated one, also of before a restart, answers with the first event.
 */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { sql, type Queryable } from '../storage/database.ts';

const selectNewest = sql('txn_newest', 'select txn_id, nid from txn where device_nid = $1 order by nid desc limit $2');
const deleteOld = sql('txn_delete_old', 'delete from txn where ts < $1');

interface DeviceTransactions {
  /** transaction -> event nid, oldest first */
  readonly done: Map<string, number>;
  readonly underWay: Map<string, Promise<number>>;
}

export class TransactionLog {
  readonly #db: Queryable;
  readonly #perDevice: number;
  readonly #devices: LRUCache<number, Promise<DeviceTransactions>>;

  constructor(db: Queryable, options: { devices: number; perDevice: number }) {
    this.#db = db;
    this.#perDevice = options.perDevice;
    this.#devices = new LRUCache(upTo(options.devices));
  }

  /** Runs `send` unless the transaction was or is being sent; either way returns the nid of its event. */
  async once(deviceNid: number, txnId: string, send: () => Promise<number>): Promise<number> {
    const device = await this.#load(deviceNid);
    const earlier = device.done.get(txnId) ?? device.underWay.get(txnId);
    if (earlier !== undefined) return earlier;
    const sending = send();
    device.underWay.set(txnId, sending);
    try {
      const nid = await sending;
      device.done.set(txnId, nid);
      if (device.done.size > this.#perDevice) device.done.delete(device.done.keys().next().value!);
      return nid;
    } catch (error) {
      // Unless the event was refused, its write may have been committed all the same: ask the table next time.
      if (!(error instanceof MatrixError)) this.#devices.delete(deviceNid);
      throw error;
    } finally {
      device.underWay.delete(txnId);
    }
  }

  /** The transaction is done or under way. */
  async known(deviceNid: number, txnId: string): Promise<boolean> {
    const device = await this.#load(deviceNid);
    return device.done.has(txnId) || device.underWay.has(txnId);
  }

  /** Forgets transactions older than `before` (ms since the epoch). */
  async prune(before: number): Promise<void> {
    await this.#db.query(deleteOld, [before]);
  }

  #load(deviceNid: number): Promise<DeviceTransactions> {
    const known = this.#devices.get(deviceNid);
    if (known) return known;
    const loading = this.#db
      .query<{ txn_id: string; nid: number }>(selectNewest, [deviceNid, this.#perDevice])
      .then((rows) => ({ done: new Map(rows.toReversed().map((row) => [row.txn_id, row.nid])), underWay: new Map() }));
    loading.catch(() => this.#devices.delete(deviceNid));
    this.#devices.set(deviceNid, loading);
    return loading;
  }
}
