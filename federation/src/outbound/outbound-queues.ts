/**
 * The outgoing side as a whole: a queue for each destination that there is something for, and one number that says up to
 * where all others have everything. That number and the destinations that are behind it survive a restart.
 */
import type { Clock, Edu, Log, ServerAllowed, ServerName } from '../ports.ts';
import { DestinationQueue, type DestinationQueueDeps, type OutboundCounts, type SendTransaction } from './destination-queue.ts';
import type { DestinationRecord, OutboxStore, OutgoingPdu } from './outbox-store.ts';
import { BacklogBudget } from './pdu-backlog.ts';
import { DEFAULT_OUTBOUND, type OutboundSettings } from './settings.ts';
import { Pace } from '../pace.ts';
import { Slots } from './slots.ts';
import { WarningLimit } from './warning-limit.ts';

/** What the request side knows of servers that fail; `Backoff` of client/backoff.ts is one. */
export interface RequestHealth {
  retryAt(server: ServerName): number | undefined;
  markUp(server: ServerName): void;
  onUp(listener: (server: ServerName) => void): () => void;
}

export interface OutboundQueuesOptions {
  readonly ownName: ServerName;
  readonly settings?: Partial<OutboundSettings>;
  readonly store: OutboxStore;
  readonly send: SendTransaction;
  readonly health: RequestHealth;
  readonly allowed: ServerAllowed;
  readonly clock: Clock;
  /** numbers in [0, 1) */
  readonly random: () => number;
  readonly log: Log;
  /** Everything up to this position is committed and was handed over here. */
  readonly floor: () => number;
}

export interface DestinationStatus {
  readonly server: ServerName;
  /** ms since the epoch; undefined: nothing accepted since the start */
  readonly lastOkTs: number | undefined;
  /** ms since the epoch; undefined: up */
  readonly failingSince: number | undefined;
  readonly retryAt: number | undefined;
  /** why it failed last */
  readonly failure: string | undefined;
  /** it misses events that are in storage only */
  readonly behind: boolean;
  readonly pendingPdus: number;
  readonly pendingEphemeral: number;
  /** to-device messages or device changes wait */
  readonly durableWaits: boolean;
}

export interface OutboundGauges {
  readonly destinations: number;
  readonly failing: number;
  readonly behind: number;
  readonly queuedPdus: number;
}

export class OutboundQueues implements AsyncDisposable {
  readonly counts: OutboundCounts = { transactionsSent: 0, transactionsFailed: 0, pdusSent: 0, pdusRefused: 0, edusSent: 0 };
  readonly #options: OutboundQueuesOptions;
  readonly #settings: OutboundSettings;
  readonly #queueDeps: DestinationQueueDeps;
  readonly #queues = new Map<ServerName, DestinationQueue>();
  /** destinations that became idle since the last write, with when they last accepted something */
  readonly #finished = new Map<ServerName, number | undefined>();
  /** the rows as they are stored, of destinations that have queues */
  readonly #saved = new Map<ServerName, string>();
  #okPos = 0;
  #lastSave = 0;
  #active = true;
  /** it is known who has missed something */
  #loaded = false;
  #transactions = 0;
  readonly #stop = new AbortController();
  #background: Promise<unknown> = Promise.resolve();
  #saving: Promise<void> = Promise.resolve();
  #stopListening: () => void = () => {};

  constructor(options: OutboundQueuesOptions) {
    this.#options = options;
    this.#settings = { ...DEFAULT_OUTBOUND, ...options.settings };
    const { clock, random, health } = options;
    // Transaction ids must differ from those of earlier runs.
    const run = `${clock.now().toString(36)}${Math.floor(random() * 36 ** 4).toString(36)}`;
    this.#queueDeps = {
      ...options,
      settings: this.#settings,
      budget: new BacklogBudget(this.#settings.queuedPdusInAll),
      reads: new Slots(this.#settings.catchUpReads),
      pace: new Pace(this.#settings.begunAtOnce),
      counts: this.counts,
      mayWarn: new WarningLimit(clock).mayWarn,
      nextTxnId: () => `${run}.${++this.#transactions}`,
      requestsFrom: (server) => health.retryAt(server),
      onIdle: (queue) => this.#finish(queue),
    };
  }

  /** Finds out who has missed something and begins to send. Call before anything is handed over. */
  async start(): Promise<void> {
    const { store, floor, clock, health } = this.#options;
    const state = await store.load();
    this.#okPos = state.okPos ?? floor();
    const lagging: DestinationQueue[] = [];
    for (const { server, lastOkPos, devicePos, failingSince, retryAt, retryIntervalMs, failure } of state.failing) {
      if (!this.#wanted(server)) continue;
      const failing = { since: failingSince ?? clock.now(), retryAt: retryAt ?? 0, intervalMs: retryIntervalMs, failure };
      lagging.push(this.#open(server, { lastOkPos, devicePos, failing }));
    }
    for (const server of state.behind) {
      if (this.#wanted(server) && !this.#queues.has(server)) lagging.push(this.#open(server, { lastOkPos: this.#okPos, devicePos: this.#okPos }));
    }
    this.#loaded = true;
    this.#stopListening = health.onUp((server) => this.#queues.get(server)?.hurry());
    await this.#save();
    this.#background = Promise.all([this.#wakeGradually(lagging, state.toDevice), this.#saveRegularly()]);
  }

  // --- what is to be sent ---

  sendPdu(servers: Iterable<ServerName>, pdu: OutgoingPdu): void {
    for (const server of servers) if (this.#wanted(server)) this.#queue(server).pushPdu(pdu);
  }

  /** `subject`: of EDUs of the same subject only the newest is sent. */
  sendEphemeral(servers: Iterable<ServerName>, subject: string, edu: Edu): void {
    for (const server of servers) {
      if (this.#wanted(server) && (this.#queues.has(server) || !this.#isDown(server))) this.#queue(server).pushEphemeral(subject, edu);
    }
  }

  /** To-device messages for them are stored. */
  toDeviceWaits(servers: Iterable<ServerName>): void {
    for (const server of servers) if (this.#wanted(server)) this.#queue(server).toDeviceWaits();
  }

  /** Devices of users whom the servers know of changed at a position, and that is stored. */
  devicesChanged(servers: Iterable<ServerName>, pos: number): void {
    for (const server of servers) if (this.#wanted(server)) this.#queue(server).devicesChanged(pos);
  }

  // --- what is known of destinations ---

  /** The server made an authenticated request: it is up. */
  heardFrom(server: ServerName): void {
    this.#options.health.markUp(server);
    const queue = this.#queues.get(server);
    if (queue?.failingSince !== undefined) queue.hurry();
  }

  /** Tries at once; false if nothing is queued for it. */
  retry(server: ServerName): boolean {
    this.#options.health.markUp(server);
    const queue = this.#queues.get(server);
    queue?.retryNow();
    return queue !== undefined;
  }

  /** The destinations that there is something for, or that fail. */
  status(): DestinationStatus[] {
    return [...this.#queues.values()].map((queue) => ({
      server: queue.server,
      lastOkTs: queue.lastOkTs,
      failingSince: queue.failingSince,
      retryAt: queue.failingSince === undefined ? undefined : queue.retryAt,
      failure: queue.failure,
      behind: queue.behind,
      pendingPdus: queue.pendingPdus,
      pendingEphemeral: queue.pendingEphemeral,
      durableWaits: queue.durableWaits,
    }));
  }

  gauges(): OutboundGauges {
    const queues = [...this.#queues.values()];
    return {
      destinations: queues.length,
      failing: queues.filter((queue) => queue.failingSince !== undefined).length,
      behind: queues.filter((queue) => queue.behind).length,
      queuedPdus: this.#queueDeps.budget.used,
    };
  }

  /** Ends cleanly: what is on its way gets a moment to arrive, and how far everybody is gets written down. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { clock } = this.#options;
    this.#stop.abort();
    this.#stopListening();
    await this.#background;
    const queues = [...this.#queues.values()];
    const grace = new AbortController();
    const ended = Promise.all(queues.map((queue) => queue.close())).then(() => grace.abort());
    await clock.wait(this.#settings.stopGraceMs, grace.signal).catch(() => {}); // all of it has ended
    for (const queue of queues) queue.abort();
    await ended;
    // Who has not looked what is missing must not write that nothing is.
    if (this.#loaded) await this.#save();
  }

  // --- queues ---

  #wanted(server: ServerName): boolean {
    return server !== this.#options.ownName && this.#options.allowed(server);
  }

  #isDown(server: ServerName): boolean {
    return (this.#options.health.retryAt(server) ?? 0) > this.#options.clock.now();
  }

  #queue(server: ServerName): DestinationQueue {
    return this.#queues.get(server) ?? this.#open(server);
  }

  #open(server: ServerName, lag?: ConstructorParameters<typeof DestinationQueue>[2]): DestinationQueue {
    const queue = new DestinationQueue(server, this.#queueDeps, lag);
    this.#queues.set(server, queue);
    this.#active = true;
    return queue;
  }

  #finish(queue: DestinationQueue): void {
    this.#active = true;
    this.#finished.set(queue.server, queue.lastOkTs);
    this.#queues.delete(queue.server);
  }

  async #wakeGradually(lagging: readonly DestinationQueue[], toDevice: readonly ServerName[]): Promise<void> {
    const { clock } = this.#options;
    const due = new Set(toDevice);
    const wakes = lagging.map((queue) => (): void => (due.delete(queue.server) ? queue.toDeviceWaits() : queue.wake()));
    for (const server of due) wakes.push(() => this.toDeviceWaits([server]));
    for (const wake of wakes) {
      if (this.#stop.signal.aborted) return;
      wake();
      await clock.wait(this.#settings.wakeSpacingMs, this.#stop.signal).catch(() => {}); // stopping
    }
  }

  // --- durable state ---

  async #saveRegularly(): Promise<void> {
    const { clock, log } = this.#options;
    const { saveEveryMs, idleSaveEveryMs } = this.#settings;
    while (!this.#stop.signal.aborted) {
      await clock.wait(saveEveryMs, this.#stop.signal).catch(() => {}); // stopping
      if (this.#stop.signal.aborted) return;
      if (this.#queues.size === 0 && !this.#active && clock.now() - this.#lastSave < idleSaveEveryMs) continue;
      await this.#save().catch((error: unknown) => log.warn({ err: error }, 'writing how far destinations are failed'));
    }
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    const floor = this.#options.floor();
    const records = new Map<ServerName, DestinationRecord>();
    let okPos = floor;
    for (const queue of this.#queues.values()) {
      const lastOkPos = queue.okPos(floor);
      const devicePos = queue.okDevicePos(floor);
      // Who fails, or is not as far as everybody was said to be, is written down by itself and holds up nobody.
      const apart = queue.failingSince !== undefined || Math.min(lastOkPos, devicePos) < this.#okPos;
      if (!apart) okPos = Math.min(okPos, lastOkPos, devicePos);
      records.set(queue.server, recordOf(queue, { lastOkPos, devicePos, apart }));
    }
    for (const [server, lastOkTs] of this.#finished) {
      if (!records.has(server)) records.set(server, upRecord(server, okPos, lastOkTs));
    }
    okPos = Math.max(okPos, this.#okPos);
    const finished = [...this.#finished];
    const changed = [...records.values()].filter((record) => this.#saved.get(record.server) !== fingerprintOf(record));
    this.#active = false;
    this.#lastSave = this.#options.clock.now();
    if (changed.length === 0 && okPos === this.#okPos) return;
    await this.#options.store.save(changed, okPos);
    this.#okPos = okPos;
    for (const record of changed) {
      if (this.#queues.has(record.server)) this.#saved.set(record.server, fingerprintOf(record));
      else this.#saved.delete(record.server);
    }
    for (const [server, lastOkTs] of finished) if (this.#finished.get(server) === lastOkTs) this.#finished.delete(server);
  }
}

function recordOf(queue: DestinationQueue, place: { lastOkPos: number; devicePos: number; apart: boolean }): DestinationRecord {
  const { lastOkPos, devicePos, apart } = place;
  return {
    server: queue.server,
    lastOkPos,
    devicePos,
    lastOkTs: queue.lastOkTs,
    failingSince: apart ? (queue.failingSince ?? queue.openedAt) : undefined,
    retryAt: apart ? queue.retryAt : undefined,
    retryIntervalMs: queue.retryIntervalMs,
    failure: apart ? queue.failure : undefined,
  };
}

function upRecord(server: ServerName, pos: number, lastOkTs: number | undefined): DestinationRecord {
  return { server, lastOkPos: pos, devicePos: pos, lastOkTs, failingSince: undefined, retryAt: undefined, retryIntervalMs: 0 };
}

/** Of who is up only that counts: their position is everybody's. */
function fingerprintOf(record: DestinationRecord): string {
  const { failingSince, retryAt, lastOkPos, devicePos, lastOkTs } = record;
  return failingSince === undefined ? `up ${lastOkTs ?? 0}` : `${failingSince} ${retryAt} ${lastOkPos} ${devicePos}`;
}
