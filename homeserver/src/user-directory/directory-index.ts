/**
 * Keeps directory_entry up with accounts, profiles and members: behind the writes, never in their way. Entries say what a
 * user may be found by, names from rooms of other servers' users included that not everybody may know: who searches is shown
 * only what they may see (user-directory.ts).
 */
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Database } from '../storage/database.ts';
import { inTurns } from '../storage/turns.ts';
import type { StringTable } from '../storage/string-table.ts';
import { DirectoryTable, type DirectoryEntry, type NameRow } from './directory-table.ts';
import { directoryWords } from './directory-words.ts';

export interface DirectoryIndexOptions {
  readonly db: Database;
  readonly engine: Pick<RoomEngine, 'onCommit'>;
  readonly strings: StringTable;
  readonly onError: (error: unknown) => void;
}

/** ms that changes of members wait to be written together */
const DELAY_MS = 1_000;
/** Changes in one transaction, and how often as long as it took the next one waits where nobody searches: others go first. */
const BATCH = 200;
const REST_FACTOR = 2;
/** Names that are read, and entries that are made, without a turn for others. */
const AT_ONCE = 100;
/** ms that a search waits for what changed: only after a big room came, or an upgrade, is there more to do */
const PATIENCE_MS = 1_000;

export class DirectoryIndex implements AsyncDisposable {
  readonly #options: DirectoryIndexOptions;
  readonly #table: DirectoryTable;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  /** begins when what runs has ended */
  #queued: Promise<void> | undefined;
  #closed = false;
  /** searches that wait for the index */
  #searching = 0;
  #hurry = (): void => {};

  constructor(options: DirectoryIndexOptions) {
    this.#options = options;
    this.#table = new DirectoryTable(options.db);
    options.engine.onCommit(({ stored }) => {
      if (stored.event.type === 'm.room.member') this.#schedule();
    });
    this.#schedule();
  }

  /** Resolves when what is committed by now is in the index, or after a moment. */
  async current(): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, PATIENCE_MS);
    this.#searching++;
    this.#hurry();
    const written = this.#flush();
    written.catch(this.#options.onError);
    try {
      await Promise.race([written, patience.promise]);
    } finally {
      this.#searching--;
      clearTimeout(timer);
    }
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => void this.#flush().catch(this.#options.onError), DELAY_MS).unref();
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // What is queued has not looked yet: it sees all that is committed now.
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      const written = this.#write();
      this.#running = written.catch(() => {});
      return written;
    });
    return this.#queued;
  }

  async #write(): Promise<void> {
    while (!this.#closed && (await this.#table.hasPending())) {
      const begun = performance.now();
      await this.#table.renew(BATCH, async ({ local, remote }) => [
        ...(await this.#entries(local, (json) => JSON.parse(json) as unknown)),
        ...(await this.#entries(remote, (json) => (JSON.parse(json) as { content?: JsonObject }).content?.['displayname'])),
      ]);
      if (this.#searching === 0 && !this.#closed) await this.#rest(REST_FACTOR * (performance.now() - begun));
    }
  }

  /** Until then, or a search. */
  async #rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hurry = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }

  async #entries(rows: readonly NameRow[], nameIn: (json: string) => unknown): Promise<DirectoryEntry[]> {
    const names = new Map<number, string[]>();
    for await (const slice of inTurns(rows, AT_ONCE)) {
      for (const { user_nid: userNid, json } of slice) {
        const known = names.get(userNid) ?? [];
        names.set(userNid, known);
        const name = json === null ? undefined : nameIn(json);
        if (typeof name === 'string') known.push(name);
      }
    }
    const userNids = [...names.keys()];
    const userIds = (await this.#options.strings.texts(userNids)) as UserId[];
    const entries: DirectoryEntry[] = [];
    for await (const slice of inTurns(userNids, AT_ONCE)) {
      for (const userNid of slice) entries.push({ userNid, ...directoryWords(userIds[entries.length]!, names.get(userNid)!) });
    }
    return entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#hurry();
    clearTimeout(this.#timer);
    await this.#queued?.catch(() => {});
    await this.#running;
  }
}
