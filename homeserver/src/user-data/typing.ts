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

export class Typing implements TypingSource {
  readonly #positions: StreamPositions;
  readonly #rooms = new Map<number, RoomTyping>();
  readonly #onChange: (roomNid: number, pos: number) => void;

  constructor(options: { positions: StreamPositions; onChange: (roomNid: number, pos: number) => void }) {
    this.#positions = options.positions;
    this.#onChange = options.onChange;
  }

  async start(roomNid: number, userId: string, timeoutMs: number): Promise<void> {
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
