/**
 * Changes of conversations on their way to the server: kept first, seen in the inbox at once, then written, one after another.
 * What can't be written for now (no network, no session yet, a server in trouble) waits, over restarts as well; what the server
 * refuses is taken back. A change that was written is remembered for the next start, whose first paint knows older account data
 * than the server does.
 */
import type { Database } from '../storage/database.ts';
import { SendFailed } from '../outbox/outbox.ts';
import { RetryWaits } from '../outbox/retry-waits.ts';
import { parseConversationId, type Conversation, type ConversationId } from './conversation.ts';
import { changeKey, withChange, type ConversationChange } from './conversation-change.ts';

/** Writes to an account. Throws `SendFailed`; any other error counts as refused. */
export interface ChangeWriter {
  write(id: ConversationId, change: ConversationChange): Promise<void>;
  /** Makes the lines of a room again from what the server says. */
  refresh(roomId: string): void;
}

export interface KeptChange {
  readonly key: string;
  readonly id: ConversationId;
  readonly change: ConversationChange;
  /** Counts up; earlier ones are written first. */
  readonly order: number;
  /** By an earlier run of the client; this one has not heard from the server yet. */
  readonly written: boolean;
}

const FIRST_RETRY_MS = 2_000;
const MOST_RETRY_MS = 60_000;

export class PendingChanges {
  /** Set by whoever tells the person that a change of some time ago was refused. */
  onRefused: (error: unknown) => void = () => {};
  /** Set by whoever shows lines: a conversation looks different now. */
  onChange: (id: ConversationId) => void = () => {};
  readonly #db: Database;
  /** By conversation, then by key. */
  readonly #kept = new Map<ConversationId, Map<string, KeptChange>>();
  readonly #writers = new Map<string, ChangeWriter>();
  readonly #running = new Set<string>();
  readonly #waits = new RetryWaits(FIRST_RETRY_MS, MOST_RETRY_MS);
  /** Of changes whose maker still waits to hear how it went. */
  readonly #listeners = new Map<KeptChange, { done(): void; refused(error: unknown): void }>();
  #order = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Of all accounts, or of one that another window has run till now. */
  async load(accountKey?: string): Promise<void> {
    const kept = (await this.#db.all('changes').catch(() => [])).filter(({ id }) => accountKey === undefined || accountOf(id) === accountKey);
    for (const one of kept) {
      this.#order = Math.max(this.#order, one.order + 1);
      if (!this.#current(one)) this.#hold(one);
    }
    for (const { id } of kept) this.onChange(id);
  }

  /** A line with what was done to it; undefined if it is none any more. */
  applyTo(row: Conversation): Conversation | undefined {
    const changes = this.#kept.get(row.id);
    if (!changes) return row;
    let changed: Conversation | undefined = row;
    for (const { change } of changes.values()) changed = changed && withChange(changed, change);
    return changed;
  }

  /** Resolves when it is written, or kept to be written later. @throws what the server refused it with; the line is as it was then */
  async add(id: ConversationId, change: ConversationChange): Promise<void> {
    const kept: KeptChange = { key: changeKey(id, change), id, change, order: this.#order++, written: false };
    const before = this.#current(kept);
    this.#hold(kept);
    if (before) this.#settle(before);
    this.onChange(id);
    // Where nothing can be kept it is still written from memory; the database tells the person.
    await this.#db.put('changes', kept.key, kept).catch(() => {});
    if (this.#current(kept) !== kept) return;
    const heard = new Promise<void>((done, refused) => this.#listeners.set(kept, { done, refused }));
    void this.#run(accountOf(id));
    await heard;
  }

  /** From now on an account can be written to, and its own account data is up to date. @returns ends it */
  connect(accountKey: string, writer: ChangeWriter): () => void {
    this.#writers.set(accountKey, writer);
    for (const kept of this.#of(accountKey)) {
      if (!kept.written) continue;
      this.#drop(kept);
      writer.refresh(parseConversationId(kept.id).roomId);
    }
    void this.#forgetWritten(accountKey);
    this.retryNow(accountKey);
    return () => {
      if (this.#writers.get(accountKey) === writer) this.#writers.delete(accountKey);
    };
  }

  /** The network is back, or a server is. */
  retryNow(accountKey?: string): void {
    const ready = accountKey === undefined ? [...this.#writers.keys()] : [accountKey];
    this.#waits.end((key) => ready.includes(key));
    for (const key of ready) void this.#run(key);
  }

  async forgetAccount(accountKey: string): Promise<void> {
    for (const kept of this.#of(accountKey)) {
      this.#drop(kept);
      this.#settle(kept);
    }
    this.#waits.end((key) => key === accountKey);
    await this.#db.deleteByPrefix('changes', `${accountKey}/`);
  }

  #of(accountKey: string): KeptChange[] {
    const all = [...this.#kept].flatMap(([id, changes]) => (accountOf(id) === accountKey ? [...changes.values()] : []));
    return all.toSorted((a, b) => a.order - b.order);
  }

  /** What is kept in its place: itself, or a newer one. */
  #current({ id, key }: KeptChange): KeptChange | undefined {
    return this.#kept.get(id)?.get(key);
  }

  #hold(kept: KeptChange): void {
    const others = this.#kept.get(kept.id) ?? new Map<string, KeptChange>();
    this.#kept.set(kept.id, others.set(kept.key, kept));
  }

  /** @returns false if a newer one has taken its place */
  #drop(kept: KeptChange): boolean {
    if (this.#current(kept) !== kept) return false;
    const others = this.#kept.get(kept.id)!;
    others.delete(kept.key);
    if (others.size === 0) this.#kept.delete(kept.id);
    return true;
  }

  #settle(kept: KeptChange, refusal?: { readonly error: unknown }): void {
    const listener = this.#listeners.get(kept);
    this.#listeners.delete(kept);
    if (refusal === undefined) listener?.done();
    else if (listener) listener.refused(refusal.error);
    else this.onRefused(refusal.error);
  }

  async #forgetWritten(accountKey: string): Promise<void> {
    const all = await this.#db.all('changes').catch(() => []);
    // What the person has done again since stays.
    const gone = all.filter((one) => one.written && accountOf(one.id) === accountKey && !this.#current(one));
    await this.#db
      .putAll(
        'changes',
        gone.map(({ key }) => [key, undefined]),
      )
      .catch(() => {});
  }

  async #run(accountKey: string): Promise<void> {
    if (this.#waits.has(accountKey)) return this.#settleAll(accountKey);
    if (this.#running.has(accountKey)) return;
    this.#running.add(accountKey);
    try {
      for (;;) {
        const next = this.#of(accountKey).find(({ written }) => !written);
        const writer = this.#writers.get(accountKey);
        if (!next) return;
        if (!writer) return this.#settleAll(accountKey);
        if (!(await this.#writeOne(next, writer))) return;
      }
    } finally {
      this.#running.delete(accountKey);
    }
  }

  /** Whether the next may be written. */
  async #writeOne(next: KeptChange, writer: ChangeWriter): Promise<boolean> {
    const accountKey = accountOf(next.id);
    try {
      await writer.write(next.id, next.change);
      this.#waits.succeeded(accountKey);
      await this.#written(next);
      this.#settle(next);
    } catch (error) {
      if (error instanceof SendFailed && error.kind === 'later') {
        this.#waits.wait(accountKey, () => void this.#run(accountKey), error.retryAfterMs);
        this.#settleAll(accountKey);
        return false;
      }
      // Whoever has done something else since need not hear of it.
      if (!this.#drop(next)) return true;
      await this.#db.delete('changes', next.key).catch(() => {});
      writer.refresh(parseConversationId(next.id).roomId);
      this.#settle(next, { error });
    }
    return true;
  }

  /** All that waits is kept: nobody need wait with it. */
  #settleAll(accountKey: string): void {
    for (const kept of this.#of(accountKey)) this.#settle(kept);
  }

  async #written(kept: KeptChange): Promise<void> {
    if (!this.#drop(kept)) return;
    await this.#db.put('changes', kept.key, { ...kept, written: true }).catch(() => {});
  }
}

const accountOf = (id: ConversationId): string => parseConversationId(id).accountKey;
