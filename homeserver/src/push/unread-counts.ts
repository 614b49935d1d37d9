/**
 * Unread counts (Client-Server API, "Receiving notifications"). For each user and room that somebody asks for, memory
 * has the events after the user's receipts that notify; new ones are evaluated when the count is next asked for. So a
 * room costs nothing for members who are not here.
 */
import { readPowerLevels } from '@nexuscomm/spec/auth-rules/power-levels.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { TimelineReader } from '../rooms/timeline-reader.ts';
import type { UnreadCounts, UnreadSource } from '../sync/sources.ts';
import type { Receipts } from '../user-data/receipts.ts';
import { evaluateRules } from './evaluate-rules.ts';
import type { PushRules } from './push-rules.ts';

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

/** (user, room) pairs in memory */
const MAX_PAIRS = 100_000;
/** Unread events that are counted at most; more than that nobody reads off a badge. */
const MAX_COUNTED = 500;

export class UnreadTracker implements UnreadSource {
  readonly #engine: RoomEngine;
  readonly #timeline: TimelineReader;
  readonly #receipts: Receipts;
  readonly #rules: PushRules;
  readonly #pairs = new LRUCache<string, UserRoom>(upTo(MAX_PAIRS));

  constructor(options: { engine: RoomEngine; timeline: TimelineReader; receipts: Receipts; rules: PushRules }) {
    this.#engine = options.engine;
    this.#timeline = options.timeline;
    this.#receipts = options.receipts;
    this.#rules = options.rules;
  }

  async counts(userNid: number, roomNids: readonly number[]): Promise<Map<number, UnreadCounts>> {
    const rooms = await this.#engine.byNids(roomNids);
    const counts = new Map<number, UnreadCounts>();
    for (const room of rooms.values()) counts.set(room.nid, await this.#count(userNid, room));
    return counts;
  }

  /** The user's rules changed: count again. */
  forget(userNid: number): void {
    for (const key of this.#pairs.keys()) if (key.startsWith(`${userNid} `)) this.#pairs.delete(key);
  }

  async #count(userNid: number, room: Room): Promise<UnreadCounts> {
    const read = await this.#readUpTo(userNid, room);
    const key = `${userNid} ${room.nid}`;
    const pair = this.#pairs.get(key) ?? { scanned: read.everything, unread: [] };
    this.#pairs.set(key, pair);
    await this.#scan(userNid, room, pair);
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

  /** Positions up to which the user has read: of everything, and by thread. */
  async #readUpTo(userNid: number, room: Room): Promise<{ everything: number; threads: ReadonlyMap<string, number> }> {
    // What was there before the user came is not unread.
    let everything = room.members.get(userNid)?.since ?? 0;
    const threads = new Map<string, number>();
    for (const { thread, eventPos } of await this.#receipts.ofUser(userNid, room.nid)) {
      if (thread === '') everything = Math.max(everything, eventPos);
      else threads.set(thread, Math.max(eventPos, threads.get(thread) ?? 0));
    }
    return { everything, threads };
  }

  async #scan(userNid: number, room: Room, pair: UserRoom): Promise<void> {
    if (pair.scanned >= room.lastPos) return;
    const upto = room.lastPos;
    const fresh = (await this.#timeline.newest([{ room, after: pair.scanned, upto }], MAX_COUNTED)).get(room.nid) ?? [];
    const scanned = pair.scanned;
    pair.scanned = upto;
    const userId = await this.#engine.strings.text(userNid);
    const rules = await this.#rules.get(userNid, userId);
    const own = await this.#engine.stateEvent(room, 'm.room.member', userId);
    const displayName = own?.content['displayname'];
    const mayNotify = await this.#notifyPermission(room);
    for (const stored of fresh) {
      if (stored.pos! <= scanned) continue;
      const thread = threadOf(stored);
      // Whoever writes has read what was there.
      if (stored.senderNid === userNid) {
        pair.unread = pair.unread.filter((unread) => unread.thread !== thread);
        continue;
      }
      if (stored.redactedBy !== undefined) continue;
      const { event } = stored;
      const verdict = evaluateRules(
        rules,
        { type: event.type, roomId: event.roomId, sender: event.sender, stateKey: event.stateKey, content: event.content },
        {
          memberCount: room.joinedCount,
          displayName: typeof displayName === 'string' ? displayName : undefined,
          mayNotify: (key) => mayNotify(event.sender, key),
        },
      );
      if (verdict.notify) pair.unread.push({ pos: stored.pos!, thread, highlight: verdict.highlight });
    }
    if (pair.unread.length > MAX_COUNTED) pair.unread.splice(0, pair.unread.length - MAX_COUNTED);
  }

  async #notifyPermission(room: Room): Promise<(sender: string, key: string) => boolean> {
    const [create, powerLevels] = await Promise.all([
      this.#engine.stateEvent(room, 'm.room.create', ''),
      this.#engine.stateEvent(room, 'm.room.power_levels', ''),
    ]);
    const levels = readPowerLevels({ version: room.version, create: create?.event, powerLevels: powerLevels?.event });
    return (sender, key) => levels.userLevel(sender) >= levels.notificationLevel(key);
  }
}

/** The thread that an event belongs to, for receipts: relations of a thread's events count to the main timeline. */
export function threadOf(stored: StoredEvent): string {
  const relates = stored.event.content['m.relates_to'];
  const root = isJsonObject(relates) && relates['rel_type'] === 'm.thread' ? relates['event_id'] : undefined;
  return typeof root === 'string' ? root : 'main';
}
