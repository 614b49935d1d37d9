/** Keeps an account's conversations in step with matrix-js-sdk: rooms that changed are summarised again, in one batch a frame. */
import { ClientEvent, EventType, MatrixEventEvent, RoomEvent, RoomStateEvent, type MatrixClient, type Room } from 'matrix-js-sdk';
import { conversationId, type Conversation } from '../inbox/conversation.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { directRoomsOf, summariseRoom } from './summarise-room.ts';

/** Rooms summarised before the page may paint again. */
const BATCH = 100;

export class LiveInbox {
  readonly #client: MatrixClient;
  readonly #inbox: Inbox;
  readonly #accountKey: string;
  readonly #dirty = new Set<string>();
  readonly #undo: (() => void)[] = [];
  #direct: ReadonlyMap<string, string> = new Map();
  #started = false;
  #scheduled = false;
  #stopped = false;

  constructor(client: MatrixClient, inbox: Inbox, accountKey: string) {
    this.#client = client;
    this.#inbox = inbox;
    this.#accountKey = accountKey;
    const mark = (room: Room | undefined): void => this.#mark(room?.roomId);
    this.#on(ClientEvent.Room, mark);
    this.#on(ClientEvent.DeleteRoom, (roomId: string) => this.#inbox.remove([conversationId(accountKey, roomId)]));
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
    for (let i = 0; i < rooms.length; i++) {
      this.#watchCounts(rooms[i]!);
      const row = summariseRoom(this.#client, rooms[i]!, this.#accountKey, this.#direct);
      if (row) rows.push(row);
      if (i % BATCH === BATCH - 1) await nextTask();
      if (this.#stopped) return;
    }
    this.#started = true;
    this.#inbox.replaceAll(this.#accountKey, 'live', rows);
    this.#schedule();
  }

  markAll(): void {
    for (const room of this.#client.getRooms()) this.#dirty.add(room.roomId);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    for (const undo of this.#undo) undo();
  }

  readonly #watched = new WeakSet<Room>();

  /** Counts are told by the room alone. */
  #watchCounts(room: Room): void {
    if (this.#watched.has(room)) return;
    this.#watched.add(room);
    const changed = (): void => this.#mark(room.roomId);
    room.on(RoomEvent.UnreadNotifications, changed);
    this.#undo.push(() => room.off(RoomEvent.UnreadNotifications, changed));
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
      if (room) this.#watchCounts(room);
      const row = room && summariseRoom(this.#client, room, this.#accountKey, this.#direct);
      if (row) rows.push(row);
      else gone.push(conversationId(this.#accountKey, roomId));
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
