/**
 * Unread counts (Client-Server API, "Receiving notifications"). For each user and room that somebody asks for, memory
 * has the events after the user's receipts that notify; new ones are evaluated when the count is next asked for. So a
 * room costs nothing for members who are not here.
 */
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { TimelineReader } from '../rooms/timeline-reader.ts';
import type { UnreadCounts, UnreadSource } from '../sync/sources.ts';
import type { Receipts } from '../user-data/receipts.ts';
import type { JudgeEvent, PushEvaluator } from './evaluate-events.ts';

interface UnreadEvent {
  readonly pos: number;
  /** 'main' or the thread's root */
  readonly thread: string;
  readonly highlight: boolean;
}

interface UserRoom {
  /** events up to here are evaluated */
  scanned: number;
  unread: UnreadEvent[];
}

/** Positions up to which a user has read: of everything, and by thread. */
interface ReadMarks {
  readonly everything: number;
  readonly threads: ReadonlyMap<string, number>;
}

interface UserView {
  readonly room: Room;
  readonly read: ReadMarks;
  readonly pair: UserRoom;
}

/** (user, room) pairs in memory */
const MAX_PAIRS = 100_000;
/** Unread events that are counted at most; more than that nobody reads off a badge. */
const MAX_COUNTED = 500;

export class UnreadTracker implements UnreadSource {
  readonly #engine: RoomEngine;
  readonly #timeline: TimelineReader;
  readonly #receipts: Receipts;
  readonly #evaluator: PushEvaluator;
  readonly #pairs = new LRUCache<string, UserRoom>(upTo(MAX_PAIRS));

  constructor(options: { engine: RoomEngine; timeline: TimelineReader; receipts: Receipts; evaluator: PushEvaluator }) {
    this.#engine = options.engine;
    this.#timeline = options.timeline;
    this.#receipts = options.receipts;
    this.#evaluator = options.evaluator;
  }

  async counts(userNid: number, roomNids: readonly number[]): Promise<Map<number, UnreadCounts>> {
    const rooms = [...(await this.#engine.byNids(roomNids)).values()];
    await this.#receipts.load(rooms.map((room) => room.nid));
    const views = await Promise.all(rooms.map((room) => this.#view(userNid, room)));
    // What is new in all of them is read at once.
    const behind = views.filter(({ room, pair }) => pair.scanned < room.lastPos);
    const fresh = await this.#timeline.newest(
      behind.map(({ room, pair }) => ({ room, after: pair.scanned, upto: room.lastPos })),
      MAX_COUNTED,
    );
    if (behind.length > 0) {
      const judge = await this.#evaluator.forUser(userNid);
      await Promise.all(behind.map((view) => this.#take(userNid, view, fresh.get(view.room.nid) ?? [], judge)));
    }
    return new Map(views.map((view) => [view.room.nid, countOf(view)]));
  }

  /** What notifies the user changed: count again. */
  forget(userNid: number): void {
    for (const key of this.#pairs.keys()) if (key.startsWith(`${userNid} `)) this.#pairs.delete(key);
  }

  async #view(userNid: number, room: Room): Promise<UserView> {
    const read = await this.readUpTo(userNid, room);
    const key = `${userNid} ${room.nid}`;
    const pair = this.#pairs.get(key) ?? { scanned: read.everything, unread: [] };
    this.#pairs.set(key, pair);
    return { room, read, pair };
  }

  /** Positions up to which the user has read: of everything, and by thread. */
  async readUpTo(userNid: number, room: Room): Promise<ReadMarks> {
    // What was there before the user came is not unread.
    let everything = room.members.get(userNid)?.since ?? 0;
    const threads = new Map<string, number>();
    for (const { thread, eventPos } of await this.#receipts.ofUser(userNid, room.nid)) {
      if (thread === '') everything = Math.max(everything, eventPos);
      else threads.set(thread, Math.max(eventPos, threads.get(thread) ?? 0));
    }
    return { everything, threads };
  }

  /** Evaluates events that are new, as far as nobody else has meanwhile. */
  async #take(userNid: number, { room, pair }: UserView, fresh: readonly StoredEvent[], judge: (room: Room) => Promise<JudgeEvent>): Promise<void> {
    const upto = fresh.at(-1)?.pos ?? 0;
    if (pair.scanned >= upto) return;
    const verdictOn = await judge(room);
    // From here on without waiting: who asks at the same time must not find events taken that are not counted yet.
    const { scanned } = pair;
    if (scanned >= upto) return;
    pair.scanned = upto;
    for (const stored of fresh) {
      if (stored.pos! <= scanned || stored.isHidden) continue;
      const thread = threadOf(stored);
      // Whoever writes has read what was there.
      if (stored.senderNid === userNid) {
        pair.unread = pair.unread.filter((unread) => unread.thread !== thread);
        continue;
      }
      if (stored.redactedBy !== undefined) continue;
      const verdict = verdictOn(stored);
      if (verdict.notify) pair.unread.push({ pos: stored.pos!, thread, highlight: verdict.highlight });
    }
    if (pair.unread.length > MAX_COUNTED) pair.unread.splice(0, pair.unread.length - MAX_COUNTED);
  }
}

function countOf({ read, pair }: UserView): UnreadCounts {
  pair.unread = pair.unread.filter(({ pos, thread }) => pos > read.everything && pos > (read.threads.get(thread) ?? 0));
  const main = { notifications: 0, highlights: 0 };
  const threads = new Map<string, { notifications: number; highlights: number }>();
  for (const { thread, highlight } of pair.unread) {
    const count = thread === 'main' ? main : (threads.get(thread) ?? { notifications: 0, highlights: 0 });
    if (thread !== 'main') threads.set(thread, count);
    count.notifications++;
    if (highlight) count.highlights++;
  }
  return { ...main, threads };
}

/** The thread that an event belongs to, for receipts: relations of a thread's events count to the main timeline. */
export function threadOf(stored: StoredEvent): string {
  const relates = stored.event.content['m.relates_to'];
  const root = isJsonObject(relates) && relates['rel_type'] === 'm.thread' ? relates['event_id'] : undefined;
  return typeof root === 'string' ? root : 'main';
}
