/** What a person has written and not sent, for each conversation and thread. Survives closing the window. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Database, Draft } from '../storage/database.ts';

const SAVE_AFTER_MS = 300;
/** What was written in the last moments of a window: its database may not be done in time. */
const LAST_WORDS = 'nexuscomm.last-drafts';

export type DraftKey = string;
export const draftKey = (accountKey: string, roomId: string, threadRootId?: string): DraftKey => `${accountKey}/${roomId}/${threadRootId ?? ''}`;

/** What was to be said: of an edit, what was set aside for it. */
export const ownTextOf = (draft: Draft | undefined): string => (draft?.editing === undefined ? draft?.text : draft.aside?.text) ?? '';

/** What is not sent yet: an edit that changes nothing is none. */
export const unsentTextOf = (draft: Draft | undefined): string =>
  draft?.editing !== undefined && draft.text === draft.before ? ownTextOf(draft) : (draft?.text ?? '');

export class Drafts {
  readonly state: StoreApi<{ readonly drafts: ReadonlyMap<DraftKey, Draft> }> = createStore(() => ({ drafts: new Map<DraftKey, Draft>() }));
  readonly #db: Database;
  readonly #unsaved = new Set<DraftKey>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  async load(): Promise<void> {
    const kept = (await this.#db.get('values', 'drafts')) as [DraftKey, Draft][] | undefined;
    const drafts = new Map([...(kept ?? []), ...takeLastWords()]);
    this.state.setState({ drafts });
    globalThis.window?.addEventListener('pagehide', () => this.#keepLastWords());
  }

  get(key: DraftKey): Draft | undefined {
    return this.state.getState().drafts.get(key);
  }

  set(key: DraftKey, draft: Draft | undefined): void {
    const drafts = new Map(this.state.getState().drafts);
    if (draft === undefined || (draft.text === '' && draft.replyTo === undefined && draft.editing === undefined)) drafts.delete(key);
    else drafts.set(key, draft);
    this.state.setState({ drafts });
    this.#unsaved.add(key);
    this.#timer ??= setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  /** The text alone: what it answers or changes is not there. What is being written there already stays, and this here. */
  move(from: DraftKey, to: DraftKey): void {
    const draft = this.get(from);
    const text = ownTextOf(draft);
    if (!draft || text === '' || this.get(to)) return;
    this.set(to, { text, ts: draft.ts });
    this.set(from, undefined);
  }

  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsaved.size === 0) return;
    const saving = new Set(this.#unsaved);
    await this.#db.put('values', 'drafts', [...this.state.getState().drafts]).catch(() => {});
    // Not those that were changed while this was written.
    if (this.#timer === undefined) for (const key of saving) this.#unsaved.delete(key);
  }

  #keepLastWords(): void {
    if (this.#unsaved.size === 0) return;
    const { drafts } = this.state.getState();
    try {
      localStorage.setItem(LAST_WORDS, JSON.stringify([...this.#unsaved].map((key) => [key, drafts.get(key) ?? null])));
    } catch {
      // As much as the database has.
    }
  }

  async forgetAccount(accountKey: string): Promise<void> {
    for (const key of this.state.getState().drafts.keys()) if (key.startsWith(`${accountKey}/`)) this.set(key, undefined);
    await this.save();
  }
}

/** `null` is a draft that was sent or emptied; it does not come back. */
function takeLastWords(): [DraftKey, Draft][] {
  try {
    const kept = JSON.parse(localStorage.getItem(LAST_WORDS) ?? '[]') as [DraftKey, Draft | null][];
    localStorage.removeItem(LAST_WORDS);
    return kept.map(([key, draft]) => [key, draft ?? { text: '', ts: 0 }]);
  } catch {
    return [];
  }
}
