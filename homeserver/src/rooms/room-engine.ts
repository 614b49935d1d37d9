/**
 * The rooms of this process: loads them, writes to them, and tells subscribers what was committed. The only way to
 * change a room.
 */
import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import type { CryptoProvider, SigningKey } from '@nexuscomm/spec/crypto.ts';
import { MatrixError, notFound } from '@nexuscomm/spec/errors.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { RoomId, ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { coalesce } from '../storage/coalesce.ts';
import type { Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import { CommitPipeline } from './commit-pipeline.ts';
import type { EventDraft } from './compose-event.ts';
import { DraftComposer } from './draft-composer.ts';
import { EventReader } from './event-reader.ts';
import type { Member } from './membership.ts';
import { placeEvent, type PlacedEvent } from './place-event.ts';
import { EMPTY_HEAD, Room } from './room.ts';
import { findRoomNids, insertRoom, loadRooms, loadStates } from './room-loader.ts';
import { shardOf } from './shard-leases.ts';
import { stateKeyText } from './state-key.ts';
import type { StateMap } from './state-snapshots.ts';
import type { StoredEvent } from './stored-event.ts';
import { TransactionLog } from './transaction-log.ts';

/** A client's transaction: `txnId` scoped as in transaction-scope.ts. */
export interface DraftTransaction {
  readonly deviceNid: number;
  readonly scopedTxnId: string;
}

/** One committed event and what it changed. Handed to subscribers in commit order, before the watermark rises. */
export interface RoomCommit {
  readonly room: Room;
  readonly stored: StoredEvent;
  /** memberships that changed, with what they were before */
  readonly members: readonly { readonly before: Member | undefined; readonly after: Member }[];
  /** the event that this one redacted, as it is in memory */
  readonly redacted: StoredEvent | undefined;
}

export interface RoomEngineOptions {
  readonly db: Queryable;
  /** for what commits: never behind a queue of reads */
  readonly commits: Queryable;
  readonly strings: StringTable;
  readonly positions: StreamPositions;
  readonly crypto: CryptoProvider;
  readonly signingKey: SigningKey;
  readonly serverName: ServerName;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly epochs: ReadonlyMap<number, number>;
  readonly onLeaseLost: (error: Error) => void;
  readonly cache: { readonly rooms: number; readonly events: number; readonly recentEventsPerRoom: number; readonly states: number };
  readonly maxCommitBatch: number;
  readonly commitRetryMs: number;
}

/** The means of `exclusively`. */
export interface RoomWriter {
  place(placed: PlacedEvent): void;
  /** Resolves when the head is what is stored. */
  settle(): Promise<void>;
}

/** Gives a composed event its place on the head. */
type PlaceEvent = (event: RoomEvent, authNids: readonly number[]) => Promise<StoredEvent>;

const TRANSACTION_DEVICES = 10_000;
const TRANSACTIONS_PER_DEVICE = 10_000;
/** States of the past that are read with one statement. */
const STATES_AT_ONCE = 200;

export class RoomEngine {
  readonly events: EventReader;
  readonly strings: StringTable;
  readonly transactions: TransactionLog;
  readonly #options: RoomEngineOptions;
  readonly #rooms: LRUCache<number, Room>;
  /** Rooms with work in progress stay, whatever the cache thinks. */
  readonly #pinned = new Map<number, Room>();
  readonly #loading = new Map<number, Promise<Room | undefined>>();
  readonly #nidOfId: LRUCache<string, number>;
  readonly #states: LRUCache<number, StateMap>;
  readonly #loadStates: (snaps: readonly number[]) => Promise<ReadonlyMap<number, StateMap>>;
  readonly #pipeline: CommitPipeline;
  readonly #composer: DraftComposer;
  readonly #listeners: ((commit: RoomCommit) => void)[] = [];
  #beforeSending: (room: Room, event: RoomEvent) => Promise<RoomEvent> = async (_room, event) => event;
  readonly #pastListeners: ((stored: StoredEvent) => void)[] = [];
  /** ms since the epoch */
  #lastCreation = 0;

  constructor(options: RoomEngineOptions) {
    this.#options = options;
    this.strings = options.strings;
    this.events = new EventReader(options.db, options.cache.events);
    this.transactions = new TransactionLog(options.db, { devices: TRANSACTION_DEVICES, perDevice: TRANSACTIONS_PER_DEVICE });
    this.#rooms = new LRUCache(upTo(options.cache.rooms));
    this.#nidOfId = new LRUCache(upTo(options.cache.rooms * 2));
    this.#states = new LRUCache(upTo(options.cache.states));
    this.#loadStates = coalesce((snaps) => loadStates(options.db, snaps), STATES_AT_ONCE);
    this.#composer = new DraftComposer({ ...options, events: this.events });
    this.#pipeline = new CommitPipeline({
      db: options.commits,
      epochs: options.epochs,
      maxBatch: options.maxCommitBatch,
      retryForMs: options.commitRetryMs,
      now: options.now,
      wait: options.wait,
      onLeaseLost: options.onLeaseLost,
      settle: (positions) => options.positions.settle(positions),
    });
  }

  /** Called for every committed event, in commit order, before the watermark rises. Must not throw or wait. */
  onCommit(listener: (commit: RoomCommit) => void): void {
    this.#listeners.push(listener);
  }

  /** Called with each event of this server that the room allows: returns it as it is sent, or throws. */
  beforeSending(hook: (room: Room, event: RoomEvent) => Promise<RoomEvent>): void {
    this.#beforeSending = hook;
  }

  /** Called for every event of the past that other servers gave. Must not throw or wait. */
  onPast(listener: (stored: StoredEvent) => void): void {
    this.#pastListeners.push(listener);
  }

  /** Resolves when all that was enqueued is committed or failed. */
  async close(): Promise<void> {
    await this.#pipeline.drain();
  }

  // --- reading ---

  /** The room, or undefined if this server does not know it. */
  async find(roomId: string): Promise<Room | undefined> {
    let nid = this.#nidOfId.get(roomId);
    if (nid === undefined) {
      nid = (await findRoomNids(this.#options.db, [roomId])).get(roomId);
      if (nid === undefined) return undefined;
      this.#nidOfId.set(roomId, nid);
    }
    return this.byNid(nid);
  }

  /** The room; M_NOT_FOUND if this server does not know it. */
  async get(roomId: string): Promise<Room> {
    const room = await this.find(roomId);
    if (!room) throw notFound('This server does not know that room.');
    return room;
  }

  /** The room, if it is in memory. */
  cached(nid: number): Room | undefined {
    const room = this.#pinned.get(nid) ?? this.#rooms.get(nid);
    return room?.exists === true ? room : undefined;
  }

  async byNid(nid: number): Promise<Room | undefined> {
    return this.cached(nid) ?? (await this.byNids([nid])).get(nid);
  }

  /** The rooms by number; four statements at most for all that are not in memory. */
  async byNids(nids: readonly number[]): Promise<Map<number, Room>> {
    const found = new Map<number, Room>();
    const missing: number[] = [];
    const waiting: Promise<Room | undefined>[] = [];
    for (const nid of new Set(nids)) {
      const cached = this.cached(nid);
      const loading = this.#loading.get(nid);
      if (cached) found.set(nid, cached);
      else if (loading) waiting.push(loading);
      else missing.push(nid);
    }
    if (missing.length > 0) waiting.push(...this.#load(missing));
    for (const room of await Promise.all(waiting)) if (room) found.set(room.nid, room);
    return found;
  }

  /** The committed state event of a key. */
  async stateEvent(room: Room, type: string, stateKey: string): Promise<StoredEvent | undefined> {
    const key = await this.strings.find(stateKeyText(type, stateKey));
    const nid = key === undefined ? undefined : room.state.get(key);
    return nid === undefined ? undefined : this.events.byNid(nid);
  }

  /** State maps of snapshots, by snapshot id (`StoredEvent.snapBefore`). Not to be changed by the caller. */
  async statesAt(snaps: readonly number[]): Promise<Map<number, ReadonlyMap<number, number>>> {
    const found = new Map<number, ReadonlyMap<number, number>>();
    const missing: number[] = [];
    for (const snap of new Set(snaps)) {
      const cached = this.#states.get(snap);
      if (cached) found.set(snap, cached);
      else missing.push(snap);
    }
    if (missing.length > 0) {
      const loaded = await this.#loadStates(missing);
      for (const snap of missing) {
        const state = loaded.get(snap)!;
        this.#states.set(snap, state);
        found.set(snap, state);
      }
    }
    return found;
  }

  // --- writing ---

  /** Sends one event; resolves when it is durable. A state event equal to the one in force is not sent again. */
  async send(room: Room, draft: EventDraft, transaction?: DraftTransaction): Promise<StoredEvent> {
    if (!transaction) return (await this.sendAll(room, [draft]))[0]!;
    const nid = await this.transactions.once(transaction.deviceNid, transaction.scopedTxnId, async () => {
      const [stored] = await this.#append(room, [draft], transaction);
      return stored!.nid;
    });
    const stored = room.headEvent(nid) ?? (await this.events.byNid(nid));
    if (!stored) throw new Error(`event ${nid} of a transaction is missing`);
    return stored;
  }

  /** Sends events one upon the other, all or none of them. */
  async sendAll(room: Room, drafts: readonly EventDraft[]): Promise<StoredEvent[]> {
    return this.#append(room, drafts, undefined);
  }

  /** Creates a room from its create event and the events that follow it: all of them or nothing. */
  async create(options: { version: RoomVersion; create: EventDraft; initial: (roomId: RoomId) => readonly EventDraft[] }): Promise<Room> {
    const { version, create, initial } = options;
    await this.#options.positions.ready(1);
    const nid = this.#options.positions.takeId();
    const ownId = version.hashedRoomId ? undefined : (`!${randomBytes(13).toString('base64url')}:${this.#options.serverName}` as RoomId);
    // A room id that is the create event's hash must differ from those of rooms made in the same millisecond.
    this.#lastCreation = Math.max(this.#options.now(), this.#lastCreation + 1);
    const draft = { originServerTs: this.#lastCreation, ...create };
    const first = this.#composer.first(version, ownId, draft);
    const { roomId } = first;
    const room = new Room(
      { nid, roomId, version, shard: shardOf(roomId), ...EMPTY_HEAD, lastPos: 0, members: [] },
      this.#options.cache.recentEventsPerRoom,
    );
    this.#pinned.set(nid, room);
    try {
      const { written } = await room.mailbox.run(async () =>
        this.#write(room, undefined, async (place) => {
          await place(first, []);
          for (const draft of initial(roomId)) await this.#build(room, draft, place);
        }),
      );
      await written;
      this.#rooms.set(nid, room);
      this.#nidOfId.set(roomId, nid);
    } finally {
      this.#unpin(room);
    }
    return room;
  }

  /**
   * Runs work alone on a room, in its mailbox; the result is returned when all that it placed is durable.
   */
  async exclusively<T>(target: Room, work: (room: Room, writer: RoomWriter) => Promise<T>): Promise<T> {
    const { result, durable } = await this.exclusivelyPlaced(target, work);
    await durable;
    return result;
  }

  /**
   * As `exclusively`, but the result is there as soon as the work is done. What it placed follows the head at once, and is
   * committed in that order: `durable` resolves then.
   */
  async exclusivelyPlaced<T>(target: Room, work: (room: Room, writer: RoomWriter) => Promise<T>): Promise<{ result: T; durable: Promise<void> }> {
    const room = this.#pin(target);
    try {
      const { result, written } = await room.mailbox.run(async () => {
        if (room.stale) await this.#reload(room);
        const writes: Promise<void>[] = [];
        const writer: RoomWriter = {
          place: (placed) => {
            room.advance(placed.change);
            const write = this.#enqueue(room, [placed]);
            write.catch(() => {}); // reported below
            writes.push(write);
          },
          settle: async () => {
            await room.settled();
            if (room.stale) await Promise.all(writes).then(() => this.#reload(room));
          },
        };
        return { result: await work(room, writer), written: Promise.all(writes) };
      });
      const durable = written.then(() => {}).finally(() => this.#unpin(room));
      durable.catch(() => {}); // whoever waits for it is told
      return { result, durable };
    } catch (error) {
      this.#unpin(room);
      throw error;
    }
  }

  /** The room for events of other servers, made known if it is not: a room without a head that this server is not in. */
  async openRemote(roomId: RoomId, version: RoomVersion): Promise<Room> {
    const known = await this.find(roomId);
    if (known) return known;
    await this.#options.positions.ready(1);
    const nid = await insertRoom(this.#options.db, { nid: this.#options.positions.takeId(), roomId, version: version.id, shard: shardOf(roomId) });
    return new Room(
      { nid, roomId, version, shard: shardOf(roomId), ...EMPTY_HEAD, lastPos: 0, members: [] },
      this.#options.cache.recentEventsPerRoom,
    );
  }

  /** Lets go of what is in memory of a room: the next one to ask reads it from storage. */
  evict(room: Room): void {
    if (!room.busy) this.#rooms.delete(room.nid);
  }

  async #append(target: Room, drafts: readonly EventDraft[], transaction: DraftTransaction | undefined): Promise<StoredEvent[]> {
    const room = this.#pin(target);
    try {
      const { written, result } = await room.mailbox.run(async () => {
        if (room.stale) await this.#reload(room);
        return this.#write(room, transaction, async (place) => {
          const stored: StoredEvent[] = [];
          for (const draft of drafts) stored.push(await this.#build(room, draft, place));
          return stored;
        });
      });
      await written;
      return result;
    } finally {
      this.#unpin(room);
    }
  }

  /** Builds events on the head, then enqueues all of them; if one can't be built, none is written. */
  async #write<T>(
    room: Room,
    transaction: DraftTransaction | undefined,
    build: (place: PlaceEvent) => Promise<T>,
  ): Promise<{ written: Promise<void>; result: T }> {
    const { head } = room;
    const placed: PlacedEvent[] = [];
    try {
      const result = await build(async (event, authNids) => {
        const { positions, now } = this.#options;
        const redactedNid = await this.#composer.redactedBy(room, event);
        const one = await placeEvent({ room, event, authNids, redactedNid, transaction, strings: this.strings, positions, now });
        placed.push(one);
        room.advance(one.change);
        return one.stored;
      });
      if (room.stale) throw new MatrixError('M_UNKNOWN', 503, 'The database failed while the event was being written. Send it again.');
      return { written: this.#enqueue(room, placed), result };
    } catch (error) {
      room.retreat(
        placed.map((one) => one.change),
        head,
      );
      this.#options.positions.settle(placed.flatMap(({ stored }) => (stored.pos === null ? [] : [stored.pos])));
      throw error;
    }
  }

  /** The event that a draft would become now, allowed by the room, without sending it: a template for other servers. */
  async propose(target: Room, draft: EventDraft): Promise<RoomEvent> {
    const room = this.#pin(target);
    try {
      return await room.mailbox.run(async () => {
        if (room.stale) await this.#reload(room);
        return (await this.#composer.compose(room, draft)).event;
      });
    } finally {
      this.#unpin(room);
    }
  }

  /** Composes a draft on the head and places it. */
  async #build(room: Room, draft: EventDraft, place: PlaceEvent): Promise<StoredEvent> {
    const same = await this.#composer.equalState(room, draft);
    if (same) return same;
    const { event, authNids } = await this.#composer.compose(room, draft);
    return place(await this.#beforeSending(room, event), authNids);
  }

  #enqueue(room: Room, placed: readonly PlacedEvent[]): Promise<void> {
    if (placed.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      placed.forEach((one, i) => {
        this.#pipeline.enqueue({
          write: one.write,
          committed: () => {
            this.#committed(room, one);
            if (i === placed.length - 1) resolve();
          },
          failed: (error) => {
            room.markStale();
            reject(error);
          },
        });
      });
    });
  }

  #committed(room: Room, { stored, change, write }: PlacedEvent): void {
    const members = (change.news ?? change.members).map((after) => ({ before: room.members.get(after.userNid), after }));
    room.commit(change);
    this.events.remember(stored);
    const redacted = write.redacts === undefined ? undefined : this.events.cached(write.redacts);
    redacted?.markRedacted(stored.nid);
    if (write.room) {
      this.#rooms.set(room.nid, room);
      this.#nidOfId.set(room.roomId, room.nid);
    }
    if (write.relation) this.events.cachedById(write.relation.parent)?.markRelated();
    if (stored.pos === null) return;
    if (stored.pos < 0) {
      for (const listener of this.#pastListeners) listener(stored);
      return;
    }
    for (const listener of this.#listeners) listener({ room, stored, members, redacted });
  }

  #load(nids: readonly number[]): Promise<Room | undefined>[] {
    const loading = loadRooms(this.#options.db, nids).then((rooms) => new Map(rooms.map((room) => [room.nid, room])));
    return nids.map((nid) => {
      const one = loading
        .then((rooms) => {
          const loaded = rooms.get(nid);
          if (!loaded) return undefined;
          const room = new Room(loaded, this.#options.cache.recentEventsPerRoom);
          this.#rooms.set(nid, room);
          this.#nidOfId.set(room.roomId, nid);
          return room;
        })
        .finally(() => this.#loading.delete(nid));
      this.#loading.set(nid, one);
      return one;
    });
  }

  async #reload(room: Room): Promise<void> {
    const [loaded] = await loadRooms(this.#options.db, [room.nid]);
    if (!loaded) throw notFound('This server does not know that room.');
    room.reload(loaded);
  }

  /** The one live object of the room, kept in memory until `#unpin`. */
  #pin(room: Room): Room {
    const live = this.#pinned.get(room.nid) ?? this.#rooms.get(room.nid) ?? room;
    this.#pinned.set(live.nid, live);
    if (live.exists) this.#rooms.set(live.nid, live);
    return live;
  }

  #unpin(room: Room): void {
    if (!room.busy) this.#pinned.delete(room.nid);
  }
}
