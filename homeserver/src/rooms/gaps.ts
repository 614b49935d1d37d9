/** Gaps in a room's history: events that others follow and that this server does not have. */
import { sql, type Queryable } from '../storage/database.ts';

const selectAmong = sql('gaps_among', 'select event_id from back_extremity where room_nid = $1 and event_id = any($2::text[])');
const selectAll = sql('gaps_of_room', 'select event_id from back_extremity where room_nid = $1 limit $2');

/** Those of the ids that are followed by something here. */
export async function backExtremities(db: Queryable, roomNid: number, eventIds: readonly string[]): Promise<string[]> {
  return (await db.query<{ event_id: string }>(selectAmong, [roomNid, eventIds])).map((row) => row.event_id);
}

export async function gapsOf(db: Queryable, roomNid: number, limit: number): Promise<string[]> {
  return (await db.query<{ event_id: string }>(selectAll, [roomNid, limit])).map((row) => row.event_id);
}
