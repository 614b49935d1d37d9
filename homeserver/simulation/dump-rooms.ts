/** Writes down what each server has of each room, for finding out why a seed failed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { SimulatedServer } from './simulated-server.ts';

export async function dumpRooms(directory: string, servers: readonly SimulatedServer[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const server of servers) {
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    const { rows: events } = await client.query(
      `select r.room_id, e.nid, e.pos, e.flags, e.depth, e.event_id, e.snap_before, e.snap_after, e.head_before, e.replaces, e.redacted_by,
         array(select p.event_id from unnest(e.prev) n(nid) join event p on p.nid = n.nid) as prev_known, j.json::json as json
       from event e join room r on r.nid = e.room_nid join event_json j on j.nid = e.nid order by r.room_id, e.nid`,
    );
    const { rows: heads } = await client.query(
      `select r.room_id, h.*, array(select e.event_id from unnest(h.tips) t(nid) join event e on e.nid = t.nid) as tip_ids
       from room_head h join room r on r.nid = h.room_nid`,
    );
    const { rows: state } = await client.query(
      `select r.room_id, s.v as key, e.event_id from current_state c join room r on r.nid = c.room_nid join str s on s.id = c.key
       join event e on e.nid = c.nid order by 1, 2`,
    );
    await client.end();
    await writeFile(join(directory, `${server.name}.json`), JSON.stringify({ heads, state, events }, undefined, 1));
  }
}
