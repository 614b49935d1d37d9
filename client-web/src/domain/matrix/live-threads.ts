/** All threads of a room, in pages as the server lists them, with what has changed since. */
import { ClientPrefix, Method, RoomEvent, ThreadEvent, type MatrixClient, type MatrixEvent, type Room, type Thread } from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { orderThreads, type ListedThread } from '../rooms/listed-message.ts';
import { personOf } from './event-to-item.ts';
import { listedMessage } from './load-event.ts';
import { describeEvent } from './summarise-room.ts';

export interface ThreadsState {
  readonly threads: readonly ListedThread[];
  readonly loading: boolean;
  readonly more: boolean;
  readonly error: unknown;
}

const PAGE = 30;

interface ThreadPage {
  readonly chunk: readonly Parameters<ReturnType<MatrixClient['getEventMapper']>>[0][];
  readonly next_batch?: string;
}
interface Bundle {
  readonly latest_event?: Parameters<ReturnType<MatrixClient['getEventMapper']>>[0];
  readonly count?: number;
}
interface Known {
  readonly root: MatrixEvent;
  readonly last: MatrixEvent | undefined;
  readonly replies: number;
}

export class LiveThreads {
  readonly state: StoreApi<ThreadsState> = createStore<ThreadsState>(() => ({ threads: [], loading: false, more: true, error: undefined }));
  readonly #client: MatrixClient;
  readonly #room: Room;
  /** By the id of the root, as the server told it; what the SDK knows of a thread is newer. */
  readonly #known = new Map<string, Known>();
  readonly #undo: (() => void)[] = [];
  #from: string | undefined;
  #scheduled = false;
  #closed = false;

  constructor(client: MatrixClient, roomId: string) {
    const room = client.getRoom(roomId);
    if (!room) throw new Error(`no room ${roomId}`);
    this.#client = client;
    this.#room = room;
    const changed = (): void => this.#schedule();
    for (const event of [ThreadEvent.New, ThreadEvent.Update, ThreadEvent.NewReply, ThreadEvent.Delete]) {
      room.on(event as never, changed as never);
      this.#undo.push(() => room.off(event as never, changed as never));
    }
    room.on(RoomEvent.UnreadNotifications, changed);
    this.#undo.push(() => room.off(RoomEvent.UnreadNotifications, changed));
    this.#rebuild();
    void this.loadMore();
  }

  async loadMore(): Promise<void> {
    const { loading, more } = this.state.getState();
    if (loading || !more) return;
    this.state.setState({ loading: true, error: undefined });
    try {
      const page = await this.#client.http.authedRequest<ThreadPage>(
        Method.Get,
        `/rooms/${encodeURIComponent(this.#room.roomId)}/threads`,
        { limit: String(PAGE), include: 'all', ...(this.#from === undefined ? {} : { from: this.#from }) },
        undefined,
        { prefix: ClientPrefix.V1 },
      );
      await Promise.all(page.chunk.map(async (raw) => this.#learn(raw)));
      this.#from = page.next_batch;
      if (this.#closed) return;
      this.state.setState({ loading: false, more: page.next_batch !== undefined });
      this.#rebuild();
    } catch (error) {
      this.state.setState({ loading: false, error });
    }
  }

  close(): void {
    this.#closed = true;
    for (const undo of this.#undo) undo();
  }

  async #learn(raw: ThreadPage['chunk'][number]): Promise<void> {
    const map = this.#client.getEventMapper();
    const relations = (raw.unsigned as { 'm.relations'?: { 'm.thread'?: Bundle } } | undefined)?.['m.relations'];
    const bundle = relations?.['m.thread'];
    const last = bundle?.latest_event && map(bundle.latest_event);
    const root = this.#room.findEventById(raw.event_id!) ?? map(raw);
    await Promise.all([root, last].map(async (event) => event && this.#client.decryptEventIfNeeded(event)));
    this.#known.set(root.getId()!, { root, last, replies: bundle?.count ?? 0 });
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#rebuild();
    });
  }

  #rebuild(): void {
    const threads = new Map<string, ListedThread>();
    for (const known of this.#known.values()) threads.set(known.root.getId()!, this.#listed(known.root, known.last, known.replies));
    for (const thread of this.#room.getThreads()) {
      if (thread.rootEvent && thread.length > 0) threads.set(thread.id, this.#fromThread(thread, thread.rootEvent));
    }
    this.state.setState({ threads: orderThreads([...threads.values()]) });
  }

  #fromThread(thread: Thread, root: MatrixEvent): ListedThread {
    return this.#listed(root, thread.replyToEvent ?? undefined, thread.length);
  }

  #listed(root: MatrixEvent, last: MatrixEvent | undefined, replies: number): ListedThread {
    const room = this.#room;
    const id = root.getId()!;
    const sender = last?.getSender();
    return {
      root: listedMessage(root, room),
      replies,
      lastTs: last?.getTs() ?? root.getTs(),
      lastSender: sender === undefined ? undefined : personOf(room, sender),
      lastText: last ? describeEvent(last, room, room.myUserId).text : '',
      unread: room.getThreadUnreadNotificationCount(id),
      mentions: room.getThreadUnreadNotificationCount(id, 'highlight' as never),
    };
  }
}
