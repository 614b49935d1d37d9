/** Who is typing (Client-Server API, "Typing Notifications"): in memory only. */
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { TypingSource } from '../sync/sources.ts';

interface RoomTyping {
  pos: number;
  readonly users: Map<string, NodeJS.Timeout>;
}

/** How long somebody counts as typing at most, ms, and when they don't say. */
export const MAX_TYPING_MS = 120_000;
export const DEFAULT_TYPING_MS = 30_000;
/** How long somebody of another server counts as typing whose server tells nothing more, ms. */
const REMOTE_TYPING_MS = 60_000;

/** A user says that they type, or stops. Must not throw or wait. */
export type OnTyping = (roomNid: number, userId: string, typing: boolean) => void;

export class Typing implements TypingSource {
  readonly #positions: StreamPositions;
  readonly #rooms = new Map<number, RoomTyping>();
  readonly #onChange: (roomNid: number, pos: number) => void;
  #onTyping: OnTyping = () => {};

  constructor(options: { positions: StreamPositions; onChange: (roomNid: number, pos: number) => void }) {
    this.#positions = options.positions;
    this.#onChange = options.onChange;
  }

  /** Other servers are told of local users. */
  connect(onTyping: OnTyping): void {
    this.#onTyping = onTyping;
  }

  /** What another server tells of one of its users. */
  async receive(roomNid: number, userId: string, typing: boolean): Promise<void> {
    await (typing ? this.start(roomNid, userId, REMOTE_TYPING_MS) : this.stop(roomNid, userId));
  }

  async start(roomNid: number, userId: string, timeoutMs: number): Promise<void> {
    this.#onTyping(roomNid, userId, true);
    const room = this.#rooms.get(roomNid) ?? { pos: 0, users: new Map<string, NodeJS.Timeout>() };
    this.#rooms.set(roomNid, room);
    const before = room.users.get(userId);
    clearTimeout(before);
    const timer = setTimeout(() => void this.stop(roomNid, userId), Math.min(timeoutMs, MAX_TYPING_MS));
    room.users.set(userId, timer.unref());
    if (before === undefined) await this.#changed(roomNid, room);
  }

  async stop(roomNid: number, userId: string): Promise<void> {
    const room = this.#rooms.get(roomNid);
    const timer = room?.users.get(userId);
    if (!room || timer === undefined) return;
    clearTimeout(timer);
    room.users.delete(userId);
    this.#onTyping(roomNid, userId, false);
    await this.#changed(roomNid, room);
  }

  state(roomNid: number): { pos: number; userIds: string[] } | undefined {
    const room = this.#rooms.get(roomNid);
    return room && { pos: room.pos, userIds: [...room.users.keys()] };
  }

  async #changed(roomNid: number, room: RoomTyping): Promise<void> {
    await this.#positions.write(async (pos) => {
      room.pos = pos;
      this.#onChange(roomNid, pos);
    });
  }
}
