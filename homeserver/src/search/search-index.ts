/**
 * Keeps the search index up with the events: filled behind the commits, never in their way. An event is there under its
 * newest edit; a redacted one is not. What a killed process had not done yet is done at the next start.
 */
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import { editedEvent, searchableText, SEARCHED_TYPES } from './searchable-text.ts';
import { SearchTable, type SearchEntry } from './search-table.ts';

export interface SearchIndexOptions {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly positions: StreamPositions;
  /** PostgreSQL's text search configuration */
  readonly language: string;
  readonly onError: (error: unknown) => void;
}

/** How long events wait to be written together, ms. */
const DELAY_MS = 1_000;
const BATCH = 500;
const REDACTION = 'm.room.redaction';

export class SearchIndex implements AsyncDisposable {
  readonly #options: SearchIndexOptions;
  readonly #table: SearchTable;
  #queue: StoredEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  /** what was missing at the start is in the index, or on record as missing */
  #caughtUp = false;
  /** resolves when what was missing at the start is there, or the index is made anew */
  readonly ready: Promise<void>;

  constructor(options: SearchIndexOptions) {
    this.#options = options;
    this.#table = new SearchTable(options.db);
    const types = new Set<string>([...SEARCHED_TYPES, REDACTION]);
    const take = (stored: StoredEvent): void => {
      if (!types.has(stored.event.type)) return;
      this.#queue.push(stored);
      this.#timer ??= setTimeout(() => void this.flush().catch(options.onError), DELAY_MS).unref();
    };
    options.engine.onCommit(({ stored }) => take(stored));
    options.engine.onPast(take);
    this.ready = this.#catchUp(options.positions.watermark);
    this.ready.catch(options.onError);
  }

  /** Writes what came in so far. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(
      () => this.#write(),
      () => this.#write(),
    );
    return this.#writing;
  }

  /** Makes the index anew, from the events. */
  async rebuild(): Promise<void> {
    await this.#table.restart(this.#options.language, this.#options.positions.watermark);
    this.#caughtUp = true;
    await this.#build(0);
  }

  async #write(): Promise<void> {
    // All that is committed up to here is in the queue, or was.
    const { watermark } = this.#options.positions;
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, BATCH);
      await this.#index(batch);
      this.#queue.splice(0, batch.length);
    }
    if (this.#caughtUp) await this.#table.setUpto(watermark);
  }

  async #catchUp(upto: number): Promise<void> {
    const progress = await this.#table.progress();
    if (!progress || progress.language !== this.#options.language) return this.rebuild();
    const types = await this.#types();
    for (let after = progress.upto; !this.#closed;) {
      const rows = await this.#table.eventsAfterPos(types, after, upto, BATCH);
      if (rows.length === 0) {
        this.#caughtUp = true;
        break;
      }
      after = rows.at(-1)!.pos!;
      await this.#index(this.#options.engine.events.fromRows(rows));
    }
    if (progress.rebuild_nid !== null) await this.#build(progress.rebuild_nid);
  }

  async #build(from: number): Promise<void> {
    const types = await this.#types();
    for (let after = from; !this.#closed;) {
      const rows = await this.#table.eventsAfterNid(types, after, BATCH);
      if (rows.length === 0) return this.#table.setRebuilt(null);
      after = rows.at(-1)!.nid;
      await this.#index(this.#options.engine.events.fromRows(rows));
      await this.#table.setRebuilt(after);
    }
  }

  #types(): Promise<number[]> {
    return this.#options.engine.strings.ids([...SEARCHED_TYPES, REDACTION]);
  }

  async #index(events: readonly StoredEvent[]): Promise<void> {
    const { language } = this.#options;
    const affected = await this.#affected(events);
    const edits = await this.#newestEdits(affected);
    const entries: SearchEntry[] = [];
    const gone: number[] = [];
    for (const stored of affected) {
      const edited = edits.get(stored.nid)?.content['m.new_content'];
      const visible = stored.redactedBy === undefined && !stored.isHidden && stored.pos !== null;
      const found = visible ? searchableText(stored, isJsonObject(edited) ? edited : undefined) : undefined;
      if (!found) gone.push(stored.nid);
      else entries.push({ nid: stored.nid, roomNid: stored.roomNid, senderNid: stored.senderNid, ts: stored.event.originServerTs, ...found });
    }
    await this.#table.set(entries, language);
    await this.#table.delete(gone);
  }

  /** The events whose entries change: edits and redactions change those of others. */
  async #affected(events: readonly StoredEvent[]): Promise<StoredEvent[]> {
    const { events: reader } = this.#options.engine;
    const targets = await reader.byIds(
      events.flatMap(({ event }) => (event.type === REDACTION && event.redacts !== undefined ? [event.redacts] : [])),
    );
    const own = [...events.filter(({ event }) => event.type !== REDACTION), ...targets.values()];
    const originals = await reader.byIds(own.flatMap((stored) => editedEvent(stored) ?? []));
    const affected = new Map<number, StoredEvent>();
    for (const stored of own) {
      const original = originals.get(editedEvent(stored) ?? '');
      const isEdit = original?.roomNid === stored.roomNid && original.senderNid === stored.senderNid;
      const one = isEdit ? original : stored;
      affected.set(one.nid, one);
    }
    return [...affected.values()];
  }

  async #newestEdits(events: readonly StoredEvent[]): Promise<Map<number, StoredEvent>> {
    const { strings, events: reader } = this.#options.engine;
    const related = events.filter((stored) => stored.related && !stored.isState).map((stored) => stored.nid);
    if (related.length === 0) return new Map();
    const edits = await this.#table.newestEdits(related, await strings.id('m.replace'));
    const loaded = await reader.byNids(edits.values());
    return new Map([...edits].flatMap(([parent, edit]) => (loaded.has(edit) ? [[parent, loaded.get(edit)!]] : [])));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.ready.catch(() => {});
    await this.flush().catch(this.#options.onError);
  }
}
