/**
 * All that is on its way to one server (Server-Server API, "Transactions"): one transaction at a time, events in order,
 * EDUs never behind them. A server that fails is tried again by its schedule. What no longer fits in memory is read from
 * storage when the server is back: the queue is then behind and catches up before it goes on live.
 */
import type { Clock, Edu, EventId, JsonObject, Log, ServerName } from '../ports.ts';
import { CatchUp } from './catch-up.ts';
import { DurableDue } from './durable-due.ts';
import { EphemeralEdus } from './ephemeral-edus.ts';
import type { DurableEdus, OutboxStore, OutgoingPdu } from './outbox-store.ts';
import type { Pace } from '../pace.ts';
import { PduBacklog, type BacklogBudget } from './pdu-backlog.ts';
import { RetrySchedule } from './retry-schedule.ts';
import type { OutboundSettings } from './settings.ts';
import type { Slots } from './slots.ts';

export interface Transaction {
  readonly txnId: string;
  readonly pdus: readonly JsonObject[];
  readonly edus: readonly Edu[];
}

/** Resolves with the events that the server did not take and why; throws if the transaction was not accepted. */
export type SendTransaction = (server: ServerName, transaction: Transaction, signal: AbortSignal) => Promise<ReadonlyMap<EventId, string>>;

/** What queues count, over all destinations. */
export interface OutboundCounts {
  transactionsSent: number;
  transactionsFailed: number;
  pdusSent: number;
  /** refused by the receiver one by one, in transactions that it accepted */
  pdusRefused: number;
  edusSent: number;
}

export interface DestinationQueueDeps {
  readonly settings: OutboundSettings;
  readonly store: OutboxStore;
  readonly send: SendTransaction;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly budget: BacklogBudget;
  readonly reads: Slots;
  readonly pace: Pace;
  readonly counts: OutboundCounts;
  /** a warning about one more server may be logged */
  readonly mayWarn: () => boolean;
  readonly nextTxnId: () => string;
  /** everything up to this position is committed and was handed to the queues that it concerns */
  readonly floor: () => number;
  /** ms since the epoch until which requests to the server are not made either */
  readonly requestsFrom: (server: ServerName) => number | undefined;
  readonly onIdle: (queue: DestinationQueue) => void;
}

/** How far a queue is when it begins behind. */
export interface Lag {
  readonly lastOkPos: number;
  /** undefined: no device changes are due */
  readonly devicePos: number | undefined;
  readonly failing?: { readonly since: number; readonly retryAt: number; readonly intervalMs: number; readonly failure?: string | undefined };
}

interface Parcel {
  readonly pdus: readonly OutgoingPdu[];
  readonly edus: readonly Edu[];
  readonly durable: DurableEdus | undefined;
}

/** ms to wait for the floor to pass what was forgotten: writes that are under way */
const FLOOR_WAIT_MS = 20;
/** characters of a reason that are kept */
const MAX_FAILURE = 300;

export class DestinationQueue {
  readonly server: ServerName;
  /** ms since the epoch */
  readonly openedAt: number;
  readonly #deps: DestinationQueueDeps;
  readonly #backlog: PduBacklog;
  readonly #ephemeral: EphemeralEdus;
  readonly #durable: DurableDue;
  readonly #catchUp: CatchUp;
  readonly #retry: RetrySchedule;
  #lastOkTs: number | undefined;
  #failure: string | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #bell = new AbortController();
  #closing = false;
  readonly #abort = new AbortController();

  constructor(server: ServerName, deps: DestinationQueueDeps, lag?: Lag) {
    this.server = server;
    this.#deps = deps;
    this.openedAt = deps.clock.now();
    this.#backlog = new PduBacklog(deps.settings.queuedPdus, deps.budget);
    this.#ephemeral = new EphemeralEdus(deps.settings.ephemeralEdus);
    this.#durable = new DurableDue({ server, store: deps.store, devicePos: lag?.devicePos });
    this.#catchUp = new CatchUp({ server, store: deps.store, reads: deps.reads, floor: deps.floor });
    this.#retry = new RetrySchedule(deps.settings.retry, deps.random);
    if (!lag) return;
    this.#catchUp.begin(lag.lastOkPos);
    this.#failure = lag.failing?.failure;
    if (lag.failing) this.#retry.restore({ failingSince: lag.failing.since, retryAt: lag.failing.retryAt, intervalMs: lag.failing.intervalMs });
  }

  // --- what is to be sent ---

  pushPdu(pdu: OutgoingPdu): void {
    const okPos = Math.min(this.okPos(this.#deps.floor()), pdu.pos - 1);
    if (!this.#backlog.push(pdu)) this.#catchUp.begin(okPos);
    this.wake();
  }

  pushEphemeral(subject: string, edu: Edu): void {
    // By the time that a failing server is back, it is worth nothing.
    const { clock, requestsFrom } = this.#deps;
    if (this.failingSince !== undefined || (requestsFrom(this.server) ?? 0) > clock.now()) return;
    this.#ephemeral.set(subject, edu);
    this.wake();
  }

  toDeviceWaits(): void {
    this.#durable.toDeviceWaits();
    this.wake();
  }

  /** Devices of users changed at a position. */
  devicesChanged(pos: number): void {
    this.#durable.devicesChanged(pos);
    this.wake();
  }

  // --- how it stands ---

  get failingSince(): number | undefined {
    return this.#retry.failingSince;
  }

  /** why it failed last */
  get failure(): string | undefined {
    return this.#failure;
  }

  get retryAt(): number {
    return this.#retry.retryAt;
  }

  get retryIntervalMs(): number {
    return this.#retry.intervalMs;
  }

  get lastOkTs(): number | undefined {
    return this.#lastOkTs;
  }

  get behind(): boolean {
    return this.#catchUp.active;
  }

  get pendingPdus(): number {
    return this.#backlog.size + this.#catchUp.pending;
  }

  get pendingEphemeral(): number {
    return this.#ephemeral.size;
  }

  get durableWaits(): boolean {
    return this.#durable.waits;
  }

  /** All events up to here are accepted. */
  okPos(floor: number): number {
    if (this.#catchUp.active) return this.#catchUp.cursor;
    return Math.min(floor, (this.#backlog.lowestPos ?? Infinity) - 1);
  }

  /** All changes of devices up to here are accepted. */
  okDevicePos(floor: number): number {
    return this.#durable.okDevicePos(floor);
  }

  // --- when it runs ---

  wake(): void {
    if (this.#closing) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again && !this.#closing) this.wake();
      else if (this.#idle) this.#deps.onIdle(this);
    });
  }

  /** The server shows that it is up. */
  hurry(): void {
    this.#retry.hurry();
    this.#bell.abort();
    this.wake();
  }

  /** Somebody asks for a try. */
  retryNow(): void {
    this.#retry.now();
    this.#bell.abort();
    this.wake();
  }

  /** No new transaction begins. Resolves when the one on its way has ended. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#bell.abort();
    await this.#running;
  }

  /** Breaks off the transaction that is on its way. */
  abort(): void {
    this.#abort.abort();
  }

  get #idle(): boolean {
    return !this.#hasWork && this.failingSince === undefined;
  }

  get #hasWork(): boolean {
    return this.behind || this.durableWaits || this.#backlog.size > 0 || this.#ephemeral.size > 0;
  }

  async #run(): Promise<void> {
    // The caller goes on first: what it has for us goes into one transaction.
    await Promise.resolve();
    while (!this.#closing) {
      this.#again = false;
      await this.#untilRetry();
      if (this.#closing) return;
      let parcel: Parcel;
      try {
        parcel = await this.#pack();
      } catch (error) {
        // Our own storage failed. That says nothing of the server, but there is no use in going on at once.
        this.#deps.log.warn({ destination: this.server, err: error }, 'reading what a server is to be sent failed');
        await this.#pause(this.#deps.settings.retry.minMs);
        continue;
      }
      if (parcel.pdus.length + parcel.edus.length > 0) {
        await this.#deps.pace.turn();
        await this.#deliver(parcel);
      } else if (!this.#hasWork) {
        // A server that failed while there was something ephemeral only: nothing proves that it is back, nothing needs to.
        this.#retry.succeeded();
        return;
      }
    }
  }

  async #untilRetry(): Promise<void> {
    const { clock, requestsFrom } = this.#deps;
    while (!this.#closing) {
      const wait = Math.max(this.#retry.retryAt, requestsFrom(this.server) ?? 0) - clock.now();
      if (wait <= 0) return;
      this.#ephemeral.clear();
      await this.#pause(wait);
    }
  }

  async #pause(ms: number): Promise<void> {
    this.#bell = new AbortController();
    if (this.#closing) return;
    await this.#deps.clock.wait(ms, this.#bell.signal).catch(() => {}); // rung
  }

  /** The next transaction's content. */
  async #pack(): Promise<Parcel> {
    const { settings } = this.#deps;
    const pdus = await this.#nextPdus();
    const durable = await this.#durable.take({ edus: settings.edusPerTransaction, bytes: settings.durableBytes });
    const edus = durable?.edus ?? [];
    return { pdus, edus: [...edus, ...this.#ephemeral.take(settings.edusPerTransaction - edus.length)], durable };
  }

  async #nextPdus(): Promise<readonly OutgoingPdu[]> {
    const { settings, floor } = this.#deps;
    if (!this.#catchUp.active) return this.#backlog.first(settings.pdusPerTransaction);
    const pdus = await this.#catchUp.first(settings.pdusPerTransaction);
    if (pdus.length > 0) return pdus;
    // What came meanwhile is next. It is in memory, or there was too much of that too.
    const done = this.#catchUp.finish();
    this.#backlog.dropUpTo(done);
    if (this.#backlog.forgottenUpTo > done) {
      this.#catchUp.begin(done);
      if (floor() <= done) await this.#pause(FLOOR_WAIT_MS);
    }
    return [];
  }

  async #deliver(parcel: Parcel): Promise<void> {
    const { counts, clock, log, send, nextTxnId } = this.#deps;
    const { pdus, edus } = parcel;
    try {
      const refused = await send(this.server, { txnId: nextTxnId(), pdus: pdus.map((pdu) => pdu.json), edus }, this.#abort.signal);
      counts.pdusRefused += refused.size;
      for (const [eventId, reason] of refused) log.debug({ destination: this.server, eventId, reason }, 'a server did not take an event');
    } catch (error) {
      this.#failed(parcel, error);
      return;
    }
    counts.transactionsSent++;
    counts.pdusSent += pdus.length;
    counts.edusSent += edus.length;
    this.#lastOkTs = clock.now();
    if (this.failingSince !== undefined) log.info({ destination: this.server, failingSince: this.failingSince }, 'a server is back');
    this.#retry.succeeded();
    this.#failure = undefined;
    // The backlog may have overflowed meanwhile: then what was sent is read once more.
    if (this.#catchUp.active) this.#catchUp.sent(pdus);
    else this.#backlog.remove(pdus);
    if (parcel.durable) await this.#durableSent(parcel.durable);
  }

  #failed({ durable }: Parcel, error: unknown): void {
    const { counts, clock, log } = this.#deps;
    if (durable) this.#durable.failed(durable);
    this.#catchUp.release();
    if (this.#abort.signal.aborted) return;
    counts.transactionsFailed++;
    const first = this.failingSince === undefined;
    this.#retry.failed(clock.now());
    this.#ephemeral.clear();
    const reason = error instanceof Error ? error.message : String(error);
    this.#failure = reason.slice(0, MAX_FAILURE);
    const level = !first ? 'debug' : this.#deps.mayWarn() ? 'warn' : 'info';
    const what = first ? 'a server can not be sent to' : 'a server did not accept a transaction';
    log[level]({ destination: this.server, reason, retryInMs: this.retryAt - clock.now() }, what);
  }

  async #durableSent(durable: DurableEdus): Promise<void> {
    this.#durable.sent(durable);
    if (durable.toDeviceIds.length === 0) return;
    try {
      await this.#deps.store.delivered(durable.toDeviceIds);
    } catch (error) {
      // Sent once more with the next: the receiver knows their ids.
      this.#durable.toDeviceWaits();
      this.#deps.log.warn({ destination: this.server, err: error }, 'forgetting delivered to-device messages failed');
      await this.#pause(this.#deps.settings.retry.minMs);
    }
  }
}
