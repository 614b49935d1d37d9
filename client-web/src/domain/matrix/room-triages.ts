/** Triage of rooms and their threads in room account data. Changes are told at once, before they come back with a sync. */
import type { MatrixClient } from 'matrix-js-sdk';
import { parseRoomTriage, roomTriageContent, TRIAGE_TYPE, type RoomTriage } from '../inbox/triage.ts';

/** ms; a change that has not come back by then was overwritten by another device. */
const COMES_BACK_WITHIN_MS = 10_000;

interface Pending {
  readonly triage: RoomTriage;
  /** What account data said before: as long as it says that, the change has not come back. */
  readonly older: ReadonlySet<string>;
  readonly until: number;
}

export class RoomTriages {
  /** Set by whoever shows what follows from it. */
  onChange: (roomId: string) => void = () => {};
  readonly #client: MatrixClient;
  readonly #pending = new Map<string, Pending>();
  /** Writes of a room go one after another: each has all that was changed before it. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  of(roomId: string): RoomTriage {
    const come = this.#come(roomId);
    const pending = this.#pending.get(roomId);
    if (!pending) return come;
    if (pending.until > Date.now() && pending.older.has(stamp(come))) return pending.triage;
    this.#pending.delete(roomId);
    return come;
  }

  #come(roomId: string): RoomTriage {
    return parseRoomTriage(this.#client.getRoom(roomId)?.getAccountData(TRIAGE_TYPE)?.getContent());
  }

  async change(roomId: string, change: (before: RoomTriage) => RoomTriage): Promise<void> {
    const before = this.of(roomId);
    const older = new Set([...(this.#pending.get(roomId)?.older ?? []), stamp(before), stamp(this.#come(roomId))]);
    const pending: Pending = { triage: change(before), older, until: Date.now() + COMES_BACK_WITHIN_MS };
    this.#pending.set(roomId, pending);
    this.onChange(roomId);
    const writing = (this.#writes.get(roomId) ?? Promise.resolve())
      .catch(() => {})
      .then(async () => void (await this.#client.setRoomAccountData(roomId, TRIAGE_TYPE as never, roomTriageContent(pending.triage) as never)));
    this.#writes.set(roomId, writing);
    try {
      await writing;
    } catch (error) {
      if (this.#pending.get(roomId) === pending) this.#pending.delete(roomId);
      this.onChange(roomId);
      throw error;
    } finally {
      if (this.#writes.get(roomId) === writing) this.#writes.delete(roomId);
    }
  }
}

const stamp = (triage: RoomTriage): string => JSON.stringify(roomTriageContent(triage));
