/** What a person has written and not sent, for each conversation and thread. Survives closing the window. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Database, Draft } from '../storage/database.ts';

const SAVE_AFTER_MS = 300;

export type DraftKey = string;
export const draftKey = (accountKey: string, roomId: string, threadRootId?: string): DraftKey => `${accountKey}/${roomId}/${threadRootId ?? ''}`;

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
    this.state.setState({ drafts: new Map(kept ?? []) });
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
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  async save(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#unsaved.size === 0) return;
    this.#unsaved.clear();
    await this.#db.put('values', 'drafts', [...this.state.getState().drafts]).catch(() => {});
  }

  async forgetAccount(accountKey: string): Promise<void> {
    for (const key of this.state.getState().drafts.keys()) if (key.startsWith(`${accountKey}/`)) this.set(key, undefined);
    await this.save();
  }
}
