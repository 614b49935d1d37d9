/**
 * The events that a user was notified of, or would have been (Client-Server API, "Listing Notifications"). Nothing is kept for
 * it: the user's rules are asked about the events of their rooms, newest first.
 */
import { invalidParam } from '@nexuscomm/spec/errors.ts';
import { JOIN } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Reader, RoomReader } from '../rooms/room-reader.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { PushEvaluator } from './evaluate-events.ts';
import type { PushVerdict } from './evaluate-rules.ts';
import { threadOf, type UnreadTracker } from './unread-counts.ts';

export interface NotificationListOptions {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly reader: RoomReader;
  readonly evaluator: PushEvaluator;
  readonly unread: UnreadTracker;
}

const selectNewest = sql(
  'notification_candidates',
  `select e.nid, e.pos from unnest($1::int8[], $2::int8[]) w(room_nid, since)
   cross join lateral (
     select nid, pos from event where room_nid = w.room_nid and pos >= w.since and pos < $3 and sender <> $4 and redacted_by is null
     order by pos desc limit $5) e
   order by e.pos desc limit $5`,
);
const BATCH = 100;
/** Events looked at for one page; if few of them notify, the page is short. */
const MAX_BATCHES = 5;

interface Found {
  readonly room: Room;
  readonly stored: StoredEvent;
  readonly verdict: PushVerdict;
}

export class NotificationList {
  readonly #options: NotificationListOptions;
  constructor(options: NotificationListOptions) {
    this.#options = options;
  }

  /** The answer as JSON text. */
  async page(reader: Reader, request: { from: string | undefined; limit: number; highlightsOnly: boolean }): Promise<string> {
    const { events, next } = await this.#find(reader.userNid, parseToken(request.from), request);
    const texts = await Promise.all(events.map((found) => this.#render(found, reader)));
    return `{"notifications":[${texts.join(',')}]${next === undefined ? '' : `,"next_token":"${next}"`}}`;
  }

  async #find(
    userNid: number,
    from: number,
    { limit, highlightsOnly }: { limit: number; highlightsOnly: boolean },
  ): Promise<{ events: Found[]; next: number | undefined }> {
    const { db, engine, hub, evaluator } = this.#options;
    const joined = [...(await hub.user(userNid)).rooms.values()].filter(({ membership }) => membership === JOIN);
    const verdicts = new Map<number, (stored: StoredEvent) => PushVerdict>();
    const events: Found[] = [];
    let before = from;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const since = joined.map((member) => member.since);
      const rows = await db.query<{ nid: number; pos: number }>(selectNewest, [joined.map(({ roomNid }) => roomNid), since, before, userNid, BATCH]);
      const loaded = await engine.events.byNids(rows.map((row) => row.nid));
      for (const { nid, pos } of rows) {
        if (events.length === limit) return { events, next: before };
        before = pos;
        const stored = loaded.get(nid);
        const room = stored && (await engine.byNid(stored.roomNid));
        if (!room || stored.isHidden) continue;
        let verdictOn = verdicts.get(room.nid);
        if (!verdictOn) verdicts.set(room.nid, (verdictOn = await evaluator.of(userNid, room)));
        const verdict = verdictOn(stored);
        if (verdict.notify && (verdict.highlight || !highlightsOnly)) events.push({ room, stored, verdict });
      }
      if (rows.length < BATCH) return { events, next: undefined };
    }
    return { events, next: before };
  }

  async #render({ room, stored, verdict }: Found, reader: Reader): Promise<string> {
    const [event] = await this.#options.reader.render([{ stored, membership: JOIN }], reader);
    const { everything, threads } = await this.#options.unread.readUpTo(reader.userNid, room);
    const read = stored.pos! <= everything || stored.pos! <= (threads.get(threadOf(stored)) ?? 0);
    const rest = `"read":${read},"room_id":${JSON.stringify(room.roomId)},"ts":${stored.event.originServerTs}`;
    return `{"actions":${JSON.stringify(verdict.actions)},"event":${event},${rest}}`;
  }
}

function parseToken(token: string | undefined): number {
  if (token === undefined || token === '') return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,16}$/.test(token)) throw invalidParam('That token was not issued by this server.');
  return Number(token);
}
