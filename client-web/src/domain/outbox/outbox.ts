/**
 * What is to be sent, first kept, then sent. Each conversation is a line: order is kept, and what can't be sent for now
 * (no network, a server in trouble) waits and holds up what follows; what the server refuses stands aside as failed. An entry
 * leaves the database only after the server has confirmed it, and its id is the transaction id: neither a killed tab nor an
 * answer that got lost can double it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Database } from '../storage/database.ts';
import type { OutboxEntry, OutboxFile } from './outbox-entry.ts';
import { RetryWaits } from './retry-waits.ts';

export interface OutboxSender {
  send(entry: OutboxEntry, events: { onProgress(fraction: number): void; signal: AbortSignal }): Promise<string>;
}

/** Why a server did not take an entry: `later` is tried again by itself. */
export class SendFailed extends Error {
  override readonly name = 'SendFailed';
  readonly kind: 'later' | 'refused';
  /** i18n key under `errors.send` */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  constructor(kind: 'later' | 'refused', reason: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(reason, { cause: options.cause });
    this.kind = kind;
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export interface OutboxItem {
  readonly entry: OutboxEntry;
  readonly state: 'waiting' | 'sending' | 'failed' | 'sent';
  readonly progress: number | undefined;
  /** once sent */
  readonly eventId: string | undefined;
}

export interface OutboxState {
  readonly items: readonly OutboxItem[];
}

const FIRST_RETRY_MS = 1_000;
const MOST_RETRY_MS = 30_000;
/** Sent items stay until the timeline has them; those of rooms that nobody looks at go after so many. */
const MOST_SENT_KEPT = 200;

const lineOf = (entry: OutboxEntry): string => `${entry.accountKey}/${entry.roomId}`;

export class Outbox {
  readonly state: StoreApi<OutboxState> = createStore<OutboxState>(() => ({ items: [] }));
  readonly #db: Database;
  readonly #senders = new Map<string, OutboxSender>();
  readonly #running = new Map<string, { abort: AbortController; current: string | undefined }>();
  readonly #waits = new RetryWaits(FIRST_RETRY_MS, MOST_RETRY_MS);
  #order = 0;
  readonly #now: () => number;

  constructor(db: Database, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
  }

  /** Of all accounts, or of one that another window has run till now. */
  async load(accountKey?: string): Promise<void> {
    const all = (await this.#db.all('outbox')).toSorted((a, b) => a.order - b.order);
    const entries = accountKey === undefined ? all : all.filter((entry) => entry.accountKey === accountKey);
    this.#order = Math.max(this.#order, ...entries.map((entry) => entry.order + 1), 0);
    const known = new Set(this.state.getState().items.map((item) => item.entry.id));
    this.#set([
      ...entries.filter((entry) => !known.has(entry.id)).map((entry) => item(entry, entry.failed === undefined ? 'waiting' : 'failed')),
      ...this.state.getState().items,
    ]);
    this.#runAll();
  }

  /** From now on the account's entries can be sent. Gives back what ends that. */
  connect(accountKey: string, sender: OutboxSender): () => void {
    this.#senders.set(accountKey, sender);
    this.retryNow(accountKey);
    return () => {
      if (this.#senders.get(accountKey) !== sender) return;
      this.#senders.delete(accountKey);
      for (const [line, run] of this.#running) if (line.startsWith(`${accountKey}/`)) run.abort.abort();
    };
  }

  /** Kept when the promise resolves (in memory where the browser keeps nothing). */
  async add(message: {
    accountKey: string;
    roomId: string;
    threadRootId?: string | undefined;
    eventType: string;
    content: Readonly<Record<string, unknown>>;
    file?: OutboxFile | undefined;
  }): Promise<OutboxEntry> {
    const entry: OutboxEntry = {
      id: `nx${this.#now()}.${this.#order}.${crypto.randomUUID().slice(0, 8)}`,
      accountKey: message.accountKey,
      roomId: message.roomId,
      threadRootId: message.threadRootId,
      eventType: message.eventType,
      content: message.content,
      file: message.file,
      ts: this.#now(),
      order: this.#order++,
      failed: undefined,
    };
    this.#set([...this.state.getState().items, item(entry, 'waiting')]);
    try {
      await this.#db.put('outbox', entry.id, entry);
    } catch {
      // The disk is full or blocked: it is still sent from memory, and the database's `onProblem` has told the person.
    }
    void this.#run(lineOf(entry));
    return entry;
  }

  async retry(id: string): Promise<void> {
    const found = this.#find(id);
    if (found?.state !== 'failed') return;
    const entry = { ...found.entry, failed: undefined };
    this.#replace(id, item(entry, 'waiting'));
    await this.#db.put('outbox', id, entry).catch(() => {});
    void this.#run(lineOf(entry));
  }

  /** Takes back what was not sent yet. False: it is too late. */
  async discard(id: string): Promise<boolean> {
    const found = this.#find(id);
    if (!found || found.state === 'sent') return false;
    const run = this.#running.get(lineOf(found.entry));
    if (run?.current === id) run.abort.abort();
    this.#set(this.state.getState().items.filter((one) => one.entry.id !== id));
    await this.#db.delete('outbox', id);
    void this.#run(lineOf(found.entry));
    return true;
  }

  /** The network is back, or a server is. */
  retryNow(accountKey?: string): void {
    this.#waits.end((line) => accountKey === undefined || line.startsWith(`${accountKey}/`));
    this.#runAll(accountKey);
  }

  /** The timeline has the event: it need not be shown from here. */
  arrived(ids: ReadonlySet<string>): void {
    const { items } = this.state.getState();
    if (items.some((one) => one.state === 'sent' && ids.has(one.entry.id))) {
      this.#set(items.filter((one) => one.state !== 'sent' || !ids.has(one.entry.id)));
    }
  }

  async forgetAccount(accountKey: string): Promise<void> {
    const gone = this.state.getState().items.filter((one) => one.entry.accountKey === accountKey);
    this.#set(this.state.getState().items.filter((one) => one.entry.accountKey !== accountKey));
    await this.#db.putAll(
      'outbox',
      gone.map((one) => [one.entry.id, undefined]),
    );
  }

  #runAll(accountKey?: string): void {
    const lines = new Set(
      this.state
        .getState()
        .items.filter((one) => accountKey === undefined || one.entry.accountKey === accountKey)
        .map((one) => lineOf(one.entry)),
    );
    for (const line of lines) void this.#run(line);
  }

  async #run(line: string): Promise<void> {
    if (this.#running.has(line) || this.#waits.has(line)) return;
    const run = { abort: new AbortController(), current: undefined as string | undefined };
    this.#running.set(line, run);
    try {
      for (;;) {
        const next = this.state.getState().items.find((one) => one.state === 'waiting' && lineOf(one.entry) === line);
        const sender = next && this.#senders.get(next.entry.accountKey);
        if (!next || !sender) return;
        run.current = next.entry.id;
        if (run.abort.signal.aborted) run.abort = new AbortController();
        if (!(await this.#sendOne(next, sender, run.abort.signal, line))) return;
      }
    } finally {
      this.#running.delete(line);
    }
  }

  /** Whether the line may go on. */
  async #sendOne(next: OutboxItem, sender: OutboxSender, signal: AbortSignal, line: string): Promise<boolean> {
    const { id } = next.entry;
    this.#replace(id, { ...next, state: 'sending' });
    try {
      const eventId = await sender.send(next.entry, {
        signal,
        onProgress: (progress) => {
          const now = this.#find(id);
          if (now) this.#replace(id, { ...now, progress });
        },
      });
      const now = this.#find(id);
      if (now) this.#replace(id, { ...now, state: 'sent', progress: undefined, eventId });
      this.#trimSent();
      await this.#db.delete('outbox', id).catch(() => {});
      this.#waits.succeeded(line);
      return true;
    } catch (error) {
      const now = this.#find(id);
      if (!now) return true; // discarded meanwhile
      if (error instanceof SendFailed && error.kind === 'refused') {
        const entry = { ...now.entry, failed: error.reason };
        this.#replace(id, item(entry, 'failed'));
        await this.#db.put('outbox', id, entry).catch(() => {});
        return true;
      }
      this.#replace(id, item(now.entry, 'waiting'));
      this.#waits.wait(line, () => void this.#run(line), error instanceof SendFailed ? error.retryAfterMs : undefined);
      return false;
    }
  }

  #trimSent(): void {
    const { items } = this.state.getState();
    let excess = items.filter((one) => one.state === 'sent').length - MOST_SENT_KEPT;
    if (excess > 0) this.#set(items.filter((one) => one.state !== 'sent' || excess-- <= 0));
  }

  #find(id: string): OutboxItem | undefined {
    return this.state.getState().items.find((one) => one.entry.id === id);
  }

  #replace(id: string, by: OutboxItem): void {
    this.#set(this.state.getState().items.map((one) => (one.entry.id === id ? by : one)));
  }

  #set(items: readonly OutboxItem[]): void {
    this.state.setState({ items });
  }
}

const item = (entry: OutboxEntry, state: OutboxItem['state']): OutboxItem => ({ entry, state, progress: undefined, eventId: undefined });
