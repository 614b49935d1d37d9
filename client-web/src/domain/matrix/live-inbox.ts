/** Keeps an account's conversations in step with matrix-js-sdk: rooms that changed are summarised again with their threads, in one batch a frame. */
import { ClientEvent, EventType, MatrixEventEvent, RoomEvent, RoomStateEvent, ThreadEvent, type MatrixClient, type Room } from 'matrix-js-sdk';
import { conversationId, withoutThreads, type Conversation } from '../inbox/conversation.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { isFollowed } from '../inbox/thread-rules.ts';
import { loadEvent } from './load-event.ts';
import type { RoomTriages } from './room-triages.ts';
import { directRoomsOf, summariseRoom } from './summarise-room.ts';
import { summariseThreads } from './summarise-threads.ts';
import { ThreadLoader } from './thread-loader.ts';

/** Rooms summarised before the page may paint again. */
const BATCH = 100;

export class LiveInbox {
  readonly #client: MatrixClient;
  readonly #inbox: Inbox;
  readonly #accountKey: string;
  readonly #triages: RoomTriages;
  readonly #threads: ThreadLoader;
  /** Lines of threads by room, so that those which are no more are taken away. */
  readonly #threadRows = new Map<string, readonly Conversation[]>();
  readonly #dirty = new Set<string>();
  readonly #undo: (() => void)[] = [];
  #direct: ReadonlyMap<string, string> = new Map();
  #started = false;
  #scheduled = false;
  #stopped = false;

  constructor(client: MatrixClient, options: { readonly inbox: Inbox; readonly accountKey: string; readonly triages: RoomTriages }) {
    const { inbox, accountKey, triages } = options;
    this.#client = client;
    this.#inbox = inbox;
    this.#accountKey = accountKey;
    this.#triages = triages;
    this.#threads = new ThreadLoader(client, (roomId) => this.#mark(roomId));
    triages.onChange = (roomId) => this.#mark(roomId);
    const mark = (room: Room | undefined): void => this.#mark(room?.roomId);
    this.#on(ClientEvent.Room, mark);
    this.#on(ClientEvent.DeleteRoom, (roomId: string) => this.#inbox.remove(this.#forget(roomId)));
    this.#on(RoomEvent.Timeline, (_event: unknown, room: Room | undefined, toStart: boolean | undefined) => {
      if (!toStart) mark(room);
    });
    this.#on(RoomEvent.Receipt, (_event: unknown, room: Room) => mark(room));
    this.#on(RoomEvent.Name, mark);
    this.#on(RoomEvent.Summary, () => this.#schedule());
    this.#on(RoomEvent.MyMembership, (room: Room) => {
      mark(room);
      // Whoever joins the room that replaces another no longer needs that one in the list.
      this.#mark(room.findPredecessor()?.roomId);
    });
    this.#on(RoomEvent.Tags, (_event: unknown, room: Room) => mark(room));
    this.#on(RoomEvent.AccountData, (_event: unknown, room: Room) => mark(room));
    this.#on(RoomEvent.Redaction, (_event: unknown, room: Room) => mark(room));
    this.#on(RoomStateEvent.Events, (event: { getRoomId(): string | undefined; getType(): string }) => {
      if (event.getType() === EventType.RoomCreate) this.#mark(client.getRoom(event.getRoomId())?.findPredecessor()?.roomId);
      // Members of large rooms come and go without a change of the line.
      if (event.getType() !== EventType.RoomMember) this.#mark(event.getRoomId());
    });
    this.#on(MatrixEventEvent.Decrypted, (event: { getRoomId(): string | undefined }) => this.#mark(event.getRoomId()));
    this.#on(ClientEvent.AccountData, (event: { getType(): string }) => {
      if (event.getType() === EventType.Direct) this.#direct = directRoomsOf(client);
      if (event.getType() === EventType.Direct || event.getType() === EventType.PushRules) this.markAll();
    });
  }

  /** Once the SDK is prepared: all rooms, in slices, then only what changes. */
  async start(): Promise<void> {
    this.#direct = directRoomsOf(this.#client);
    const rows: Conversation[] = [];
    const rooms = this.#client.getRooms();
    for (const row of this.#inbox.state.getState().conversations.values()) {
      if (row.thread && row.accountKey === this.#accountKey) this.#threadRows.set(row.roomId, [...(this.#threadRows.get(row.roomId) ?? []), row]);
    }
    for (let i = 0; i < rooms.length; i++) {
      this.#watch(rooms[i]!);
      rows.push(...this.#rowsOf(rooms[i]!));
      if (i % BATCH === BATCH - 1) await nextTask();
      if (this.#stopped) return;
    }
    this.#started = true;
    this.#inbox.replaceAll(this.#accountKey, 'live', rows);
    this.#schedule();
    this.#threads.start(() => this.#client.getRooms().map((room) => ({ room, known: this.#knownThreads(room.roomId) })));
  }

  /** Whether the person follows the thread that an event came to; asks the server for a root that is not known. */
  async follows(roomId: string, rootId: string): Promise<boolean> {
    const room = this.#client.getRoom(roomId);
    if (!room) return false;
    const row = this.#threadRows.get(roomId)?.find(({ thread }) => thread!.rootId === rootId);
    const own = this.#triages.of(roomId).threads.get(rootId);
    if (own?.follow !== undefined || row) return own?.follow ?? true;
    const root = await loadEvent(this.#client, room, rootId).catch(() => undefined);
    const bundle = root?.getServerAggregatedRelation<{ readonly current_user_participated?: boolean }>('m.thread');
    const wrote = bundle?.current_user_participated === true || room.getThread(rootId)?.hasCurrentUserParticipated === true;
    const rootMine = root?.getSender() === this.#client.getUserId();
    return isFollowed({ rootMine, wroteTs: wrote ? 0 : undefined, mentioned: false }, own);
  }

  /** Roots of those that have a line. */
  threadsWithLines(roomId: string): readonly string[] {
    return (this.#threadRows.get(roomId) ?? []).map(({ thread }) => thread!.rootId);
  }

  refresh(roomId: string): void {
    this.#mark(roomId);
  }

  markAll(): void {
    for (const room of this.#client.getRooms()) this.#dirty.add(room.roomId);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#threads.stop();
    for (const undo of this.#undo) undo();
  }

  readonly #watched = new WeakSet<Room>();

  /** Counts and threads are told by the room alone. */
  #watch(room: Room): void {
    if (this.#watched.has(room)) return;
    this.#watched.add(room);
    const changed = (): void => this.#mark(room.roomId);
    for (const event of [RoomEvent.UnreadNotifications, ThreadEvent.New, ThreadEvent.Update, ThreadEvent.NewReply, ThreadEvent.Delete]) {
      room.on(event as never, changed as never);
      this.#undo.push(() => room.off(event as never, changed as never));
    }
  }

  /** The line of a room and those of its followed threads; none if the person is not there. */
  #rowsOf(room: Room): Conversation[] {
    const triage = this.#triages.of(room.roomId);
    const row = summariseRoom(this.#client, room, { accountKey: this.#accountKey, directRooms: this.#direct, triage: triage.triage });
    if (row?.membership !== 'join' || row.kind === 'space') {
      this.#threadRows.delete(room.roomId);
      return row ? [row] : [];
    }
    const before = this.#threadRows.get(room.roomId) ?? [];
    const threads = summariseThreads({ client: this.#client, room, row, triage, before });
    if (threads.rows.length > 0) this.#threadRows.set(room.roomId, threads.rows);
    else this.#threadRows.delete(room.roomId);
    return [withoutThreads(row, threads), ...threads.rows];
  }

  #knownThreads(roomId: string): ReadonlySet<string> {
    const followed = [...this.#triages.of(roomId).threads].filter(([, { follow }]) => follow !== false).map(([rootId]) => rootId);
    return new Set([...followed, ...(this.#threadRows.get(roomId) ?? []).map(({ thread }) => thread!.rootId)]);
  }

  /** @returns the lines that are gone */
  #forget(roomId: string): string[] {
    const threads = this.#threadRows.get(roomId) ?? [];
    this.#threadRows.delete(roomId);
    return [conversationId(this.#accountKey, roomId), ...threads.map(({ id }) => id)];
  }

  #mark(roomId: string | undefined): void {
    if (roomId === undefined) return;
    this.#dirty.add(roomId);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#started || this.#stopped) return;
    this.#scheduled = true;
    setTimeout(() => this.#flush(), 16);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const rows: Conversation[] = [];
    const gone: string[] = [];
    let done = 0;
    for (const roomId of this.#dirty) {
      if (done++ >= BATCH) break;
      this.#dirty.delete(roomId);
      const room = this.#client.getRoom(roomId);
      if (room) this.#watch(room);
      const before = [conversationId(this.#accountKey, roomId), ...(this.#threadRows.get(roomId) ?? []).map(({ id }) => id)];
      const now = room ? this.#rowsOf(room) : [];
      if (!room) this.#forget(roomId);
      rows.push(...now);
      gone.push(...before.filter((id) => !now.some((row) => row.id === id)));
    }
    if (rows.length > 0) this.#inbox.merge(this.#accountKey, 'live', rows);
    if (gone.length > 0) this.#inbox.remove(gone);
    if (this.#dirty.size > 0) this.#schedule();
  }

  #on(event: string, listener: (...args: never[]) => void): void {
    this.#client.on(event as never, listener as never);
    this.#undo.push(() => this.#client.off(event as never, listener as never));
  }
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
