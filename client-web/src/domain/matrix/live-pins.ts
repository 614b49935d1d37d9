/** The pinned messages of a room, newest pin first; those that are not in the timeline are loaded. */
import { EventType, MatrixEventEvent, RoomEvent, RoomStateEvent, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ListedMessage } from '../rooms/listed-message.ts';
import { listedMessage, loadEvent } from './load-event.ts';
import { stateContent } from './summarise-room.ts';

export interface Pin {
  readonly eventId: string;
  /** undefined while it is loaded; null where it can't be had */
  readonly message: ListedMessage | undefined | null;
}
export interface PinsState {
  readonly pins: readonly Pin[];
}

/** What anybody could fill a state event with is not all loaded. */
const MOST = 100;

export class LivePins {
  readonly state: StoreApi<PinsState> = createStore<PinsState>(() => ({ pins: [] }));
  readonly #client: MatrixClient;
  readonly #room: Room;
  readonly #events = new Map<string, MatrixEvent | null>();
  readonly #undo: (() => void)[] = [];
  #closed = false;

  constructor(client: MatrixClient, roomId: string) {
    const room = client.getRoom(roomId);
    if (!room) throw new Error(`no room ${roomId}`);
    this.#client = client;
    this.#room = room;
    const onState = (event: MatrixEvent): void => {
      if (event.getRoomId() === roomId && event.getType() === (EventType.RoomPinnedEvents as string)) this.#rebuild();
    };
    const onEvent = (event: MatrixEvent): void => {
      if (this.#events.has(event.getId() ?? '')) this.#rebuild();
    };
    const onRedaction = (event: MatrixEvent): void => onEvent(this.#room.findEventById(event.event.redacts ?? '') ?? event);
    client.on(RoomStateEvent.Events, onState);
    client.on(MatrixEventEvent.Decrypted, onEvent);
    client.on(MatrixEventEvent.Replaced, onEvent);
    client.on(RoomEvent.Redaction, onRedaction);
    this.#undo.push(() => {
      client.off(RoomStateEvent.Events, onState);
      client.off(MatrixEventEvent.Decrypted, onEvent);
      client.off(MatrixEventEvent.Replaced, onEvent);
      client.off(RoomEvent.Redaction, onRedaction);
    });
    this.#rebuild();
  }

  close(): void {
    this.#closed = true;
    for (const undo of this.#undo) undo();
  }

  #rebuild(): void {
    if (this.#closed) return;
    const given = stateContent(this.#room, EventType.RoomPinnedEvents)?.['pinned'];
    const ids = [...new Set((Array.isArray(given) ? given : []).filter((id): id is string => typeof id === 'string'))].slice(-MOST).toReversed();
    this.state.setState({
      pins: ids.map((eventId) => {
        const event = this.#events.get(eventId);
        if (event === undefined && !this.#events.has(eventId)) void this.#load(eventId);
        return { eventId, message: event ? listedMessage(event, this.#room) : this.#failed.has(eventId) ? null : undefined };
      }),
    });
  }

  readonly #failed = new Set<string>();

  async #load(eventId: string): Promise<void> {
    this.#events.set(eventId, null);
    try {
      this.#events.set(eventId, await loadEvent(this.#client, this.#room, eventId));
    } catch {
      this.#failed.add(eventId);
    }
    this.#rebuild();
  }
}
