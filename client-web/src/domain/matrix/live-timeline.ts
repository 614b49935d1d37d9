/**
 * The timeline of a room or a thread as plain data. Items are made once for each event and kept until something about that
 * event changes, so that an arriving message costs the same in a timeline of ten and of ten thousand.
 */
import {
  Direction,
  EventType,
  MatrixEventEvent,
  RelationType,
  RoomEvent,
  RoomMemberEvent,
  RoomStateEvent,
  ThreadEvent,
  TimelineWindow,
  type MatrixClient,
  type MatrixEvent,
  type Room,
  type RoomMember,
  type Thread,
} from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Outbox, OutboxItem } from '../outbox/outbox.ts';
import { outboxItems, withPendingChanges } from '../timeline/pending-items.ts';
import { SETTLED_MS } from '../timeline/settled.ts';
import type { MessageItem, Person, StateItem, TimelineItem, TimelineState } from '../timeline/timeline-item.ts';
import { eventToItem, personOf, type ItemContext } from './event-to-item.ts';
import { MessageShields } from './message-shields.ts';
import type { Privacy } from './privacy.ts';
import { asSendFailed } from './send-entry.ts';
import { stateContent } from './summarise-room.ts';

const FIRST_PAGE = 40;
const PAGE = 50;
/** Requests made for one page: state events that show nothing and edits fill pages too. */
const MOST_REQUESTS = 5;
const WINDOW = 20_000;
const DAY_MS = 86_400_000;

export interface TimelineTarget {
  readonly roomId: string;
  readonly threadRootId?: string | undefined;
  /** Opens around this event instead of at the end. */
  readonly eventId?: string | undefined;
}

export interface LiveTimelineOptions {
  readonly accountKey: string;
  readonly target: TimelineTarget;
  readonly outbox: Outbox;
  readonly privacy: Privacy;
  /** A mark that the person set by hand goes with it. */
  onThreadRead(roomId: string, rootId: string): Promise<void>;
  /** There is no way to the server now: it is to hear of it when there is. `ts` in ms. */
  readLater(roomId: string, rootId: string | undefined, upTo: { readonly eventId: string; readonly ts: number }): void;
}

export class LiveTimeline {
  readonly state: StoreApi<TimelineState> = createStore<TimelineState>(() => ({
    items: [],
    canPaginateBack: false,
    canPaginateForward: false,
    loading: 'initial',
    error: undefined,
    typing: [],
  }));
  readonly accountKey: string;
  readonly target: TimelineTarget;
  readonly #client: MatrixClient;
  readonly #room: Room;
  readonly #options: LiveTimelineOptions;
  readonly #myUserId: string;
  readonly #undo: (() => void)[] = [];
  readonly #items = new Map<string, MessageItem | StateItem | null>();
  readonly #loadedEvents = new Map<string, MatrixEvent | null>();
  readonly #shields: MessageShields;
  #window: TimelineWindow | undefined;
  #thread: Thread | undefined;
  #readBy = new Map<string, readonly Person[]>();
  #readUpTo: string | null = null;
  #scheduled = false;
  #closed = false;

  constructor(client: MatrixClient, options: LiveTimelineOptions) {
    const room = client.getRoom(options.target.roomId);
    if (!room) throw new Error(`no room ${options.target.roomId}`);
    this.#client = client;
    this.#room = room;
    this.accountKey = options.accountKey;
    this.target = options.target;
    this.#options = options;
    this.#myUserId = client.getSafeUserId();
    this.#shields = new MessageShields(client, room, (eventId) => this.#invalidate(eventId));
    this.#listen();
    void this.#open(options.target.eventId);
  }

  async #open(eventId: string | undefined): Promise<void> {
    try {
      const { threadRootId } = this.target;
      if (threadRootId !== undefined) {
        this.#thread = this.#room.getThread(threadRootId) ?? (await this.#makeThread(threadRootId));
        this.#listenToThread(this.#thread);
        if (!this.#thread.initialEventsFetched) await this.#thread.processEvent(this.#thread.rootEvent);
      }
      this.#readUpTo = this.#markedUnreadFrom() ?? (this.#thread ?? this.#room).getEventReadUpTo(this.#myUserId);
      await this.#load(eventId);
      if (this.#closed) return;
      if (this.#countMessages() >= FIRST_PAGE / 2) return;
      // Who walks through conversations loads nothing in those they pass.
      if (this.#countMessages() > 0) await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      if (!this.#closed) await this.paginate('back');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Marked as unread by the person: from where, their marker says. */
  #markedUnreadFrom(): string | undefined {
    if (this.#thread || this.#room.getAccountData('m.marked_unread')?.getContent()['unread'] !== true) return undefined;
    const marker = this.#room.getAccountData('m.fully_read')?.getContent()['event_id'] as unknown;
    return typeof marker === 'string' ? marker : undefined;
  }

  async #makeThread(rootId: string): Promise<Thread> {
    let root = this.#room.findEventById(rootId);
    if (!root) {
      const raw = await this.#client.fetchRoomEvent(this.#room.roomId, rootId);
      root = this.#client.getEventMapper()(raw);
    }
    return this.#room.getThread(rootId) ?? this.#room.createThread(rootId, root, [], true);
  }

  /** Goes to an event, loading what is around it, or to the end. */
  async #load(eventId: string | undefined): Promise<void> {
    const timelineSet = this.#thread?.timelineSet ?? this.#room.getUnfilteredTimelineSet();
    const window = new TimelineWindow(this.#client, timelineSet, { windowLimit: WINDOW });
    await window.load(eventId, FIRST_PAGE);
    if (this.#closed) return;
    this.#window = window;
    this.#items.clear();
    this.state.setState({ loading: undefined, error: undefined });
    this.#rebuild();
  }

  async jumpTo(eventId: string): Promise<void> {
    if (this.state.getState().items.some((item) => 'eventId' in item && item.eventId === eventId)) return;
    this.state.setState({ loading: 'initial' });
    try {
      await this.#load(eventId);
    } catch (error) {
      this.#fail(error);
    }
  }

  async jumpToEnd(): Promise<void> {
    if (!this.state.getState().canPaginateForward) return;
    this.state.setState({ loading: 'initial' });
    await this.#load(undefined).catch((error: unknown) => this.#fail(error));
  }

  async paginate(direction: 'back' | 'forward'): Promise<void> {
    const window = this.#window;
    const way = direction === 'back' ? Direction.Backward : Direction.Forward;
    if (!window || this.state.getState().loading !== undefined || !window.canPaginate(way)) return;
    this.state.setState({ loading: direction, error: undefined });
    try {
      const before = this.#countMessages();
      for (let request = 0; request < MOST_REQUESTS && window.canPaginate(way); request++) {
        await window.paginate(way, PAGE);
        if (this.#closed || this.#window !== window) return;
        this.#rebuild();
        if (this.#countMessages() - before >= PAGE / 2) break;
      }
      this.state.setState({ loading: undefined });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Tells that the person has seen the end of the conversation. */
  async markRead(): Promise<void> {
    const events = this.#window?.getEvents() ?? [];
    const last = events.findLast((event) => event.status === null);
    if (!last || this.state.getState().canPaginateForward) return;
    try {
      await this.#tellRead(last);
    } catch (error) {
      if (asSendFailed(error, false).kind !== 'later') throw error;
      this.#options.readLater(this.#room.roomId, this.#thread?.id, { eventId: last.getId()!, ts: last.getTs() });
    }
  }

  async #tellRead(last: MatrixEvent): Promise<void> {
    // As it is now: what the person marks while this is under way stays marked.
    const marked = !this.#thread && this.#room.getAccountData('m.marked_unread')?.getContent()['unread'] === true;
    if (this.#thread) await this.#options.onThreadRead(this.#room.roomId, this.#thread.id);
    // Where the person never sent a receipt for a thread the SDK takes all of them as read; of the root there is nothing to read.
    const position = this.#thread
      ? (this.#thread.getReadReceiptForUserId(this.#myUserId, true)?.eventId ?? (last.getId() === this.#thread.id ? last.getId() : undefined))
      : this.#room.getEventReadUpTo(this.#myUserId, true);
    const unread = this.#thread ? this.#room.getThreadUnreadNotificationCount(this.#thread.id) : this.#room.getRoomUnreadNotificationCount();
    if (position !== last.getId() || unread > 0) {
      await this.#client.sendReadReceipt(last, this.#options.privacy.receiptType);
      if (!this.#thread) await this.#client.setRoomReadMarkers(this.#room.roomId, last.getId()!);
    }
    if (marked) {
      await this.#client.setRoomAccountData(this.#room.roomId, 'm.marked_unread' as never, { unread: false } as never);
    }
  }

  close(): void {
    this.#closed = true;
    for (const undo of this.#undo) undo();
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    const code = (error as { errcode?: string; name?: string }).errcode;
    this.state.setState({ loading: undefined, error: code === undefined ? 'offline' : code === 'M_FORBIDDEN' ? 'forbidden' : 'failed' });
    this.#rebuild();
  }

  #countMessages(): number {
    return this.state.getState().items.reduce((sum, item) => sum + (item.type === 'message' ? 1 : 0), 0);
  }

  // --- what changes ---

  #listen(): void {
    const client = this.#client;
    const mine = (roomId: string | undefined): boolean => roomId === this.#room.roomId;
    this.#on(client, RoomEvent.Timeline, (event: MatrixEvent, room: Room | undefined, toStart: boolean | undefined) => {
      if (!mine(room?.roomId)) return;
      const related = event.relationEventId ?? event.threadRootId;
      if (related !== undefined) this.#invalidate(related);
      this.#invalidate(event.getId());
      if (!toStart) this.#extend();
    });
    this.#on(client, RoomEvent.TimelineReset, (room: Room | undefined) => {
      if (mine(room?.roomId)) this.#loadEndSoon();
    });
    this.#on(client, RoomEvent.Redaction, (event: MatrixEvent, room: Room) => {
      if (!mine(room.roomId)) return;
      const target = event.event.redacts ?? (event.getContent()['redacts'] as string | undefined);
      const redacted = target === undefined ? undefined : room.findEventById(target);
      this.#invalidate(target);
      // What it reacted to or edited changes too; its relation is gone by now, so all items are looked at.
      if (redacted === undefined || !isShown(redacted)) this.#items.clear();
      this.#schedule();
    });
    for (const name of [MatrixEventEvent.Decrypted, MatrixEventEvent.Replaced]) {
      this.#on(client, name, (event: MatrixEvent) => {
        if (!mine(event.getRoomId())) return;
        this.#invalidate(event.getId());
        if (event.relationEventId) this.#invalidate(event.relationEventId);
      });
    }
    this.#on(client, RoomEvent.Receipt, (_event: MatrixEvent, room: Room) => {
      if (mine(room.roomId)) this.#schedule();
    });
    this.#on(client, RoomMemberEvent.Name, (_event: MatrixEvent, member: RoomMember) => {
      if (mine(member.roomId)) this.#invalidateAll();
    });
    this.#on(client, RoomMemberEvent.Typing, (_event: MatrixEvent, member: RoomMember) => {
      if (mine(member.roomId)) this.#showTyping();
    });
    this.#on(client, RoomStateEvent.Events, (event: MatrixEvent) => {
      const type = event.getType();
      if (mine(event.getRoomId()) && (type === EventType.RoomPowerLevels || type === EventType.RoomPinnedEvents)) this.#invalidateAll();
    });
    for (const name of [ThreadEvent.New, ThreadEvent.Update, ThreadEvent.NewReply]) {
      this.#on(this.#room, name, (thread: Thread) => {
        this.#invalidate(thread.id);
      });
    }
    const counted = (_count: unknown, threadId?: string): void => this.#invalidate(threadId);
    this.#on(this.#room, RoomEvent.UnreadNotifications, counted);
    this.#undo.push(this.#options.outbox.state.subscribe(() => this.#schedule()));
  }

  #listenToThread(thread: Thread): void {
    this.#on(thread, RoomEvent.Timeline, (event: MatrixEvent) => {
      if (event.relationEventId) this.#invalidate(event.relationEventId);
      this.#invalidate(event.getId());
      this.#extend();
    });
    this.#on(thread, RoomEvent.TimelineReset, () => this.#loadEndSoon());
  }

  /** A timeline that was reset is empty until the sync that did it has put its events there. */
  #loadEndSoon(): void {
    setTimeout(() => {
      if (!this.#closed) void this.#load(undefined).catch((error: unknown) => this.#fail(error));
    }, 0);
  }

  /** At the end of the timeline the window follows it. */
  #extend(): void {
    const window = this.#window;
    if (window) while (window.extend(Direction.Forward, PAGE));
    this.#schedule();
  }

  #invalidate(eventId: string | undefined): void {
    if (eventId !== undefined) this.#items.delete(eventId);
    this.#schedule();
  }

  #invalidateAll(): void {
    this.#items.clear();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#rebuild();
    });
  }

  // --- making items ---

  #rebuild(): void {
    const window = this.#window;
    if (!window) return;
    this.#updateReceipts(window);
    const context: ItemContext = {
      client: this.#client,
      room: this.#room,
      timelineSet: this.#thread?.timelineSet ?? this.#room.getUnfilteredTimelineSet(),
      myUserId: this.#myUserId,
      inThread: this.#thread !== undefined,
      readBy: this.#readBy,
      pinned: new Set((stateContent(this.#room, EventType.RoomPinnedEvents)?.['pinned'] as string[] | undefined) ?? []),
      shieldOf: (event) => this.#shields.of(event),
      loadEvent: (eventId) => this.#loadEvent(eventId),
    };
    const pending = this.#pending();
    const items: TimelineItem[] = [];
    const arrived = new Set<string>();
    let day = -1;
    let unreadShown = false;
    let passedRead = false;
    const canPaginateBack = window.canPaginate(Direction.Backward);
    if (!canPaginateBack && this.#thread === undefined) items.push({ type: 'start', key: 'start' });
    for (const event of window.getEvents()) {
      if (event.status !== null) continue; // the SDK's own echo; ours comes from the outbox
      const eventId = event.getId()!;
      const transactionId = event.getUnsigned().transaction_id;
      if (transactionId !== undefined) arrived.add(transactionId);
      let item = this.#items.get(eventId);
      if (item === undefined) {
        if (event.isEncrypted() && event.shouldAttemptDecryption()) void this.#client.decryptEventIfNeeded(event);
        item = eventToItem(event, context) ?? null;
        this.#items.set(eventId, item);
      }
      if (item !== null) {
        const itsDay = Math.floor((item.ts - new Date(item.ts).getTimezoneOffset() * 60_000) / DAY_MS);
        if (itsDay !== day) {
          day = itsDay;
          items.push({ type: 'day', key: `day-${itsDay}`, ts: item.ts });
        }
        if (passedRead && !unreadShown && item.type === 'message' && !item.mine) {
          unreadShown = true;
          items.push({ type: 'unread', key: 'unread' });
        }
        items.push(item.type === 'message' ? withPendingChanges(item, pending, this.#myUserId) : item);
      }
      if (eventId === this.#readUpTo) passedRead = true;
    }
    for (const one of pending) if (one.eventId !== undefined && this.#room.findEventById(one.eventId)) arrived.add(one.entry.id);
    const canPaginateForward = window.canPaginate(Direction.Forward);
    if (!canPaginateForward) {
      const me = personOf(this.#room, this.#myUserId);
      items.push(...outboxItems(pending, { me, arrived, encrypted: this.#room.hasEncryptionStateEvent(), find: (id) => this.#find(id, context) }));
    }
    this.state.setState({ items, canPaginateBack, canPaginateForward });
    if (arrived.size > 0) queueMicrotask(() => this.#options.outbox.arrived(arrived));
  }

  #find(eventId: string, context: ItemContext): MessageItem | undefined {
    const known = this.#items.get(eventId);
    if (known?.type === 'message') return known;
    const event = this.#room.findEventById(eventId);
    const item = event && eventToItem(event, context);
    return item?.type === 'message' ? item : undefined;
  }

  #pending(): readonly OutboxItem[] {
    const { roomId, threadRootId } = this.target;
    return this.#options.outbox.state
      .getState()
      .items.filter(
        ({ entry }) => entry.accountKey === this.accountKey && entry.roomId === roomId && (entry.threadRootId ?? undefined) === threadRootId,
      );
  }

  /** Each person is shown at one place: where their newest receipt is, or the shown event before it. */
  #updateReceipts(window: TimelineWindow): void {
    const next = new Map<string, Person[]>();
    const events = window.getEvents();
    const source = this.#thread ?? this.#room;
    let carried: string[] = [];
    for (let i = events.length - 1; i >= 0; i--) {
      const event = events[i]!;
      const readers = source.getUsersReadUpTo(event).filter((userId) => userId !== this.#myUserId);
      if (readers.length > 0) carried.push(...readers);
      if (carried.length > 0 && isShown(event)) {
        const sender = event.getSender();
        const people = carried.filter((userId) => userId !== sender).map((userId) => personOf(this.#room, userId));
        if (people.length > 0) next.set(event.getId()!, people);
        carried = [];
      }
    }
    for (const id of new Set([...this.#readBy.keys(), ...next.keys()])) {
      const before = this.#readBy.get(id);
      const after = next.get(id);
      if (before?.map((one) => one.userId).join() !== after?.map((one) => one.userId).join()) this.#items.delete(id);
    }
    this.#readBy = next;
  }

  #showTyping(): void {
    const typing = this.#room
      .getMembers()
      .filter((member) => member.typing && member.userId !== this.#myUserId)
      .map((member) => personOf(this.#room, member.userId));
    this.state.setState({ typing });
  }

  /** What a reply refers to may be far away: asked for once. */
  #loadEvent(eventId: string): MatrixEvent | undefined {
    const known = this.#loadedEvents.get(eventId);
    if (known !== undefined) return known ?? undefined;
    this.#loadedEvents.set(eventId, null);
    void this.#client
      .fetchRoomEvent(this.#room.roomId, eventId)
      .then(async (raw) => {
        const event = this.#client.getEventMapper()(raw);
        await this.#client.decryptEventIfNeeded(event);
        this.#loadedEvents.set(eventId, event);
        this.#invalidateRepliesTo(eventId);
      })
      .catch(() => {});
    return undefined;
  }

  #invalidateRepliesTo(eventId: string): void {
    for (const [id, item] of this.#items) if (item?.type === 'message' && item.replyTo?.eventId === eventId) this.#items.delete(id);
    this.#schedule();
  }

  #on(emitter: { on(event: never, listener: never): unknown; off(event: never, listener: never): unknown }, event: string, listener: unknown): void {
    emitter.on(event as never, listener as never);
    this.#undo.push(() => emitter.off(event as never, listener as never));
  }
}

const isShown = (event: MatrixEvent): boolean =>
  !event.isRelation(RelationType.Annotation) && !event.isRelation(RelationType.Replace) && event.getType() !== EventType.RoomRedaction;
