/**
 * Pictures, videos and files of a room, newest first. The server filters by `contains_url`; of an encrypted room it can't see
 * what a message is, so there all messages are gone through, page by page, as far as the person scrolls.
 */
import { Direction, Filter, MatrixEventEvent, RoomEvent, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ListedMessage } from '../rooms/listed-message.ts';
import type { MediaContent } from '../timeline/timeline-item.ts';
import { listedMessage } from './load-event.ts';

export interface ListedFile extends ListedMessage {
  readonly media: MediaContent;
}
export interface FilesState {
  /** Newest first. */
  readonly files: readonly ListedFile[];
  readonly loading: boolean;
  readonly more: boolean;
  readonly error: unknown;
}

const PAGE = 100;
/** Found before the person is asked to scroll on, and requests made for them at most. */
const ENOUGH = 24;
const MOST_REQUESTS = 10;

export class LiveFiles {
  readonly state: StoreApi<FilesState> = createStore<FilesState>(() => ({ files: [], loading: false, more: true, error: undefined }));
  readonly #client: MatrixClient;
  readonly #room: Room;
  readonly #events = new Map<string, MatrixEvent>();
  readonly #filter: Filter;
  readonly #undo: (() => void)[] = [];
  #from: string | null = null;
  #scheduled = false;
  #closed = false;

  constructor(client: MatrixClient, roomId: string) {
    const room = client.getRoom(roomId);
    if (!room) throw new Error(`no room ${roomId}`);
    this.#client = client;
    this.#room = room;
    this.#filter = new Filter(client.getUserId());
    const encrypted = room.hasEncryptionStateEvent();
    this.#filter.setDefinition({
      room: {
        timeline: encrypted ? { types: ['m.room.message', 'm.room.encrypted'] } : { types: ['m.room.message'], contains_url: true },
      },
    });
    const onTimeline = (event: MatrixEvent, ofRoom: Room | undefined, toStart: boolean | undefined): void => {
      if (ofRoom?.roomId === roomId && toStart !== true) this.#add(event);
    };
    const onChange = (event: MatrixEvent): void => {
      if (this.#events.has(event.getId() ?? '') || event.getType() === 'm.room.redaction') this.#schedule();
    };
    client.on(RoomEvent.Timeline, onTimeline);
    client.on(RoomEvent.Redaction, onChange);
    client.on(MatrixEventEvent.Decrypted, onChange);
    this.#undo.push(() => {
      client.off(RoomEvent.Timeline, onTimeline);
      client.off(RoomEvent.Redaction, onChange);
      client.off(MatrixEventEvent.Decrypted, onChange);
    });
    void this.loadMore();
  }

  async loadMore(): Promise<void> {
    const { loading, more, files } = this.state.getState();
    if (loading || !more) return;
    this.state.setState({ loading: true, error: undefined });
    try {
      for (let request = 0; request < MOST_REQUESTS && !this.#closed; request++) {
        const page = await this.#client.createMessagesRequest(this.#room.roomId, this.#from, PAGE, Direction.Backward, this.#filter);
        const events = page.chunk.map((raw) => this.#room.findEventById(raw.event_id) ?? this.#client.getEventMapper()(raw));
        await Promise.all(events.map(async (event) => this.#client.decryptEventIfNeeded(event)));
        for (const event of events) this.#events.set(event.getId()!, event);
        this.#from = page.end ?? null;
        this.#rebuild();
        this.state.setState({ more: page.end !== undefined });
        if (page.end === undefined || this.state.getState().files.length - files.length >= ENOUGH) break;
      }
      this.state.setState({ loading: false });
    } catch (error) {
      this.state.setState({ loading: false, error });
    }
  }

  close(): void {
    this.#closed = true;
    for (const undo of this.#undo) undo();
  }

  #add(event: MatrixEvent): void {
    const id = event.getId();
    if (id === undefined || event.status !== null || event.isState()) return;
    this.#events.set(id, event);
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

  #rebuild(): void {
    const files: ListedFile[] = [];
    for (const event of this.#events.values()) {
      if (event.isRelation('m.replace')) continue;
      const message = listedMessage(event, this.#room);
      if (message.content.type === 'media' && message.content.media.kind !== 'sticker') files.push({ ...message, media: message.content.media });
    }
    this.state.setState({ files: files.toSorted((a, b) => b.ts - a.ts) });
  }
}
