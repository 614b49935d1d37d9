/** Gaps in a room's history: events that others follow and that this server does not have. */
import type { Room } from './room.ts';
import { sql, type Queryable } from '../storage/database.ts';

const selectAmong = sql('gaps_among', 'select event_id from back_extremity where room_nid = $1 and event_id = any($2::text[])');
const selectAll = sql('gaps_of_room', 'select event_id from back_extremity where room_nid = $1 limit $2');

/** Fetches what is missing from other servers. */
export interface GapFiller {
  /** Events from these on back that came in: how many, as far as it is worth waiting for. Throws nothing. */
  fill(room: Room, from: readonly string[]): Promise<number>;
  /** The event nearest to a time that another server knows; undefined if none does. */
  nearest(room: Room, ts: number, direction: 'f' | 'b'): Promise<{ eventId: string; ts: number } | undefined>;
}

/** Those of the ids that are followed by something here. */
export async function backExtremities(db: Queryable, roomNid: number, eventIds: readonly string[]): Promise<string[]> {
  return (await db.query<{ event_id: string }>(selectAmong, [roomNid, eventIds])).map((row) => row.event_id);
}

export async function gapsOf(db: Queryable, roomNid: number, limit: number): Promise<string[]> {
  return (await db.query<{ event_id: string }>(selectAll, [roomNid, limit])).map((row) => row.event_id);
}
