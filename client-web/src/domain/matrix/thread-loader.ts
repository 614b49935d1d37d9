/**
 * Threads that matter to the inbox and that matrix-js-sdk does not know: after a start a sync has brought their counts only, or
 * nothing. Asked for one by one, when the page has been painted and the account is in step.
 */
import { ClientEvent, SyncState, type MatrixClient, type Room } from 'matrix-js-sdk';
import { countedThreads, isLeftOpen, sdkCounts } from './thread-counts.ts';

/** Asked for in one session; others come when something happens in them. */
const MOST_LOADED = 50;
/** Of one room. */
const MOST_OF_ROOM = 10;
const AFTER_MS = 2_000;
/** Of rooms with more, members are not loaded for the name of who wrote last. */
const MOST_MEMBERS = 200;

export interface RoomWithThreads {
  readonly room: Room;
  /** Ids of roots of threads that have a line, or triage. */
  readonly known: ReadonlySet<string>;
}

export class ThreadLoader {
  readonly #client: MatrixClient;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #wait: (() => void) | undefined;

  readonly #onLoaded: (roomId: string) => void;

  constructor(client: MatrixClient, onLoaded: (roomId: string) => void) {
    this.#client = client;
    this.#onLoaded = onLoaded;
  }

  /** `rooms` is asked when it is time. */
  start(rooms: () => readonly RoomWithThreads[]): void {
    const begin = (): void => {
      // Not what was kept only: the server has to answer.
      if (this.#client.getSyncState() !== SyncState.Syncing) return;
      this.#leaveSync();
      this.#timer = setTimeout(() => void this.#load(rooms()), AFTER_MS);
    };
    this.#wait = begin;
    this.#client.on(ClientEvent.Sync, begin);
    begin();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#leaveSync();
  }

  #leaveSync(): void {
    if (this.#wait) this.#client.off(ClientEvent.Sync, this.#wait);
    this.#wait = undefined;
  }

  async #load(rooms: readonly RoomWithThreads[]): Promise<void> {
    for (const { room, rootId } of wanted(rooms).slice(0, MOST_LOADED)) {
      if (this.#stopped) return;
      await loadThread(this.#client, room, rootId);
      this.#onLoaded(room.roomId);
    }
  }
}

/** With what the server knows of it. Nothing is made of a root that can't be had: the SDK would not ask for it again. */
async function loadThread(client: MatrixClient, room: Room, rootId: string): Promise<void> {
  if (room.getThread(rootId)) return;
  try {
    const root = client.getEventMapper()(await client.fetchRoomEvent(room.roomId, rootId));
    await client.decryptEventIfNeeded(root);
    if (!room.getThread(rootId)) room.createThread(rootId, root, [], true);
    if (room.getJoinedMemberCount() <= MOST_MEMBERS) await room.loadMembersIfNeeded();
  } catch {
    // What was kept of it stays.
  }
}

/** Mentions first, then what is unread, then what is only known from before. */
function wanted(rooms: readonly RoomWithThreads[]): { readonly room: Room; readonly rootId: string }[] {
  const ranked = rooms.flatMap(({ room, known }) =>
    [...new Set([...countedThreads(room), ...known])]
      .map((rootId) => ({ room, rootId, rank: rankOf(room, rootId) }))
      .filter(({ rootId, rank }) => room.getThread(rootId) === null && (rank > 0 || known.has(rootId)))
      .toSorted((a, b) => b.rank - a.rank)
      .slice(0, MOST_OF_ROOM),
  );
  return ranked.toSorted((a, b) => b.rank - a.rank);
}

function rankOf(room: Room, rootId: string): number {
  const { unread, mentions } = sdkCounts(room, rootId);
  if (mentions > 0) return 2;
  return unread > 0 || isLeftOpen(room, rootId) ? 1 : 0;
}
