/**
 * The conversations of all accounts. Painted first from what was last seen (IndexedDB), then from the server's summary, then
 * kept by matrix-js-sdk. One map; selectors elsewhere order and split it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Database } from '../storage/database.ts';
import { withoutThreads, type Conversation, type ConversationId } from './conversation.ts';

export interface InboxState {
  readonly conversations: ReadonlyMap<ConversationId, Conversation>;
  /** Where each account's conversations come from so far. */
  readonly sources: Readonly<Record<string, 'cache' | 'summary' | 'live'>>;
  readonly loaded: boolean;
}

const SAVE_AFTER_MS = 2_000;

export class Inbox {
  readonly state: StoreApi<InboxState> = createStore<InboxState>(() => ({ conversations: new Map(), sources: {}, loaded: false }));
  readonly #db: Database;
  readonly #changed: (row: Conversation) => Conversation | undefined;
  readonly #unsaved = new Map<ConversationId, Conversation | undefined>();
  #saving: ReturnType<typeof setTimeout> | undefined;

  /** `changed`: a line with what was done to it and the server does not have yet; undefined if it is none any more */
  constructor(db: Database, changed: (row: Conversation) => Conversation | undefined = (row) => row) {
    this.#db = db;
    this.#changed = changed;
  }

  async load(accountKeys: readonly string[]): Promise<void> {
    const known = new Set(accountKeys);
    const rows = (await this.#db.all('conversations')).filter((row) => known.has(row.accountKey));
    const conversations = new Map<ConversationId, Conversation>();
    for (const kept of rows) {
      const row = this.#changed(kept);
      if (row) conversations.set(row.id, row);
    }
    for (const [id, row] of this.state.getState().conversations) conversations.set(id, row);
    const sources = Object.fromEntries(rows.map((row) => [row.accountKey, 'cache' as const]));
    this.state.setState({ conversations, sources: { ...sources, ...this.state.getState().sources }, loaded: true });
  }

  get(id: ConversationId): Conversation | undefined {
    return this.state.getState().conversations.get(id);
  }

  /** Adds and changes; does not take away. From a summary only while the account is not live. */
  merge(accountKey: string, source: 'summary' | 'live', rows: readonly Conversation[]): void {
    const { conversations, sources } = this.state.getState();
    if (source === 'summary' && sources[accountKey] === 'live') return;
    const next = new Map(conversations);
    this.#put(next, rows, conversations);
    this.state.setState({ conversations: next, sources: sources[accountKey] === source ? sources : { ...sources, [accountKey]: source } });
    this.#saveSoon();
  }

  /** A summary counts threads with their rooms: what lines of threads have is not told twice. */
  mergeSummary(accountKey: string, rows: readonly Conversation[]): void {
    const ofThreads = new Map<string, { unread: number; mentions: number }>();
    for (const { accountKey: key, roomId, thread, unread, mentions } of this.state.getState().conversations.values()) {
      if (!thread || key !== accountKey) continue;
      const sum = ofThreads.get(roomId) ?? { unread: 0, mentions: 0 };
      ofThreads.set(roomId, { unread: sum.unread + unread, mentions: sum.mentions + mentions });
    }
    const own = rows.map((row) => {
      const theirs = ofThreads.get(row.roomId);
      return theirs ? withoutThreads(row, theirs) : row;
    });
    this.merge(accountKey, 'summary', own);
  }

  /** All of an account's conversations: others of it are gone. A summary knows nothing of threads, so those stay. */
  replaceAll(accountKey: string, source: 'summary' | 'live', rows: readonly Conversation[]): void {
    const { conversations, sources } = this.state.getState();
    const next = new Map<ConversationId, Conversation>();
    const kept = new Set(rows.map((row) => row.id));
    for (const [id, row] of conversations) {
      if (row.accountKey !== accountKey || (source === 'summary' && row.thread)) next.set(id, row);
      else if (!kept.has(id)) this.#unsaved.set(id, undefined);
    }
    this.#put(next, rows, conversations);
    this.state.setState({ conversations: next, sources: { ...sources, [accountKey]: source } });
    this.#saveSoon();
  }

  remove(ids: readonly ConversationId[]): void {
    const next = new Map(this.state.getState().conversations);
    for (const id of ids) {
      if (next.delete(id)) this.#unsaved.set(id, undefined);
    }
    this.state.setState({ conversations: next });
    this.#saveSoon();
  }

  /** What the person did is seen at once, and outlives the window even if that is closed at once. */
  showChanges(id: ConversationId): void {
    const { conversations } = this.state.getState();
    const row = conversations.get(id);
    if (!row) return;
    const next = new Map(conversations);
    this.#put(next, [row], conversations);
    this.state.setState({ conversations: next });
    void this.save();
  }

  async forgetAccount(accountKey: string): Promise<void> {
    const { conversations, sources } = this.state.getState();
    const next = new Map([...conversations].filter(([, row]) => row.accountKey !== accountKey));
    const { [accountKey]: _gone, ...others } = sources;
    for (const id of this.#unsaved.keys()) if (id.startsWith(`${accountKey}/`)) this.#unsaved.delete(id);
    this.state.setState({ conversations: next, sources: others });
    await this.#db.deleteByPrefix('conversations', `${accountKey}/`);
  }

  async save(): Promise<void> {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const entries = [...this.#unsaved];
    this.#unsaved.clear();
    await this.#db.putAll('conversations', entries).catch(() => {});
  }

  #put(next: Map<ConversationId, Conversation>, rows: readonly Conversation[], before: ReadonlyMap<ConversationId, Conversation>): void {
    for (const given of rows) {
      const row = this.#changed(withHeard(given, before.get(given.id)));
      if (row) next.set(row.id, row);
      else next.delete(given.id);
      this.#unsaved.set(given.id, row);
    }
  }

  #saveSoon(): void {
    this.#saving ??= setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }
}

/** A summary tells the last message only, and a timeline may begin after what was heard: what was known of it stays. */
function withHeard(row: Conversation, before: Conversation | undefined): Conversation {
  return row.heardTs === undefined && before?.heardTs !== undefined ? { ...row, heardTs: before.heardTs } : row;
}
