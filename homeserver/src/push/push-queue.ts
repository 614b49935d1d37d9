/** What one pusher is yet to be told, in order: one at a time, again after a while if the gateway fails. */
import type { Clock, Log } from '@nexuscomm/federation/ports.ts';
import { OutboundError } from '../outbound/outbound-client.ts';
import type { EventNotice, PushGateway } from './push-gateway.ts';
import type { Pusher } from './pusher-table.ts';

export interface PushQueueOptions {
  readonly gateway: PushGateway;
  readonly clock: Clock;
  readonly log: Log;
  /** unread messages of a user */
  readonly unread: (userNid: number) => Promise<number>;
  /** the pusher as it is now; undefined: it is no more */
  readonly current: () => Pusher | undefined;
  readonly onRejected: (pusher: Pusher) => Promise<void>;
  readonly limits: { readonly retryMinMs: number; readonly retryMaxMs: number; readonly giveUpMs: number };
}

interface Entry {
  readonly pos: number;
  readonly notice: EventNotice | undefined;
  readonly since: number;
}

/** While a gateway is away, only the newest are kept. */
const MAX_WAITING = 50;

export class PushQueue {
  readonly #options: PushQueueOptions;
  readonly #entries: Entry[] = [];
  #running = false;
  #failures = 0;
  #lastUnread: number | undefined;
  /** the entry that is being sent */
  #counted: Entry | undefined;
  readonly #ended = new AbortController();

  constructor(options: PushQueueOptions) {
    this.#options = options;
  }

  /** Position of the oldest event that is yet to be told; undefined: there is none. */
  get oldest(): number | undefined {
    return this.#entries[0]?.pos;
  }

  add(pos: number, notice: EventNotice): void {
    this.#put({ pos, notice, since: this.#options.clock.now() });
  }

  /** The user has read something: the badge may change. What waits tells of that anyway; what is under way was counted before. */
  addCounts(pos: number): void {
    if (this.#entries.every((entry) => entry === this.#counted)) this.#put({ pos, notice: undefined, since: this.#options.clock.now() });
  }

  /** Nothing more is sent. */
  end(): void {
    this.#ended.abort();
    this.#entries.length = 0;
  }

  #put(entry: Entry): void {
    if (this.#ended.signal.aborted) return;
    this.#entries.push(entry);
    if (this.#entries.length > MAX_WAITING) this.#entries.splice(0, this.#entries.length - MAX_WAITING);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let entry = this.#entries[0]; entry; entry = this.#entries[0]) {
        const done = await this.#try(entry);
        // Something newer may have pushed it out meanwhile.
        if (done && this.#entries[0] === entry) this.#entries.shift();
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#options.log.warn({ err: error }, 'pushing failed');
      this.#entries.length = 0;
    } finally {
      this.#running = false;
    }
  }

  /** False: it is to be tried again. */
  async #try(entry: Entry): Promise<boolean> {
    const { gateway, clock, log, limits, unread, current, onRejected } = this.#options;
    const pusher = current();
    if (!pusher || pusher.kind !== 'http') return true;
    this.#counted = entry;
    const count = await unread(pusher.userNid);
    if (!entry.notice && count === this.#lastUnread) return true;
    try {
      if (await gateway.send(pusher, entry.notice, count)) {
        log.info({ app: pusher.appId }, 'a push gateway rejected a pushkey: the pusher is removed');
        await onRejected(pusher);
        return true;
      }
      this.#failures = 0;
      this.#lastUnread = count;
      return true;
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const tooOld = clock.now() - entry.since >= limits.giveUpMs;
      log.debug({ app: pusher.appId, reason: error.message, again: error.temporary && !tooOld }, 'a push gateway took nothing');
      if (!error.temporary || tooOld) return true;
      this.#failures++;
      this.#counted = undefined;
      await clock.wait(Math.min(limits.retryMinMs * 2 ** (this.#failures - 1), limits.retryMaxMs), this.#ended.signal);
      return false;
    }
  }
}
