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
/** Changes in one transaction. */
const BATCH = 1_000;
/** Names that are read without a turn for others. */
const READ_AT_ONCE = 500;
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
    const written = this.#flush();
    written.catch(this.#options.onError);
    try {
      await Promise.race([written, patience.promise]);
    } finally {
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
      await this.#table.renew(BATCH, async ({ local, remote }) => [
        ...(await this.#entries(local, (json) => JSON.parse(json) as unknown)),
        ...(await this.#entries(remote, (json) => (JSON.parse(json) as { content?: JsonObject }).content?.['displayname'])),
      ]);
    }
  }

  async #entries(rows: readonly NameRow[], nameIn: (json: string) => unknown): Promise<DirectoryEntry[]> {
    const names = new Map<number, string[]>();
    for await (const slice of inTurns(rows, READ_AT_ONCE)) {
      for (const { user_nid: userNid, json } of slice) {
        const known = names.get(userNid) ?? [];
        names.set(userNid, known);
        const name = json === null ? undefined : nameIn(json);
        if (typeof name === 'string') known.push(name);
      }
    }
    const userNids = [...names.keys()];
    const userIds = (await this.#options.strings.texts(userNids)) as UserId[];
    return userNids.map((userNid, i) => ({ userNid, ...directoryWords(userIds[i]!, names.get(userNid)!) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#queued?.catch(() => {});
    await this.#running;
  }
}
