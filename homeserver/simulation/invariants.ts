/** What must hold once the network has healed, read from the servers' databases. */
import pg from 'pg';
import type { Confirmed } from './people.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** Events without successors that a server may be left with. */
const MAX_EXTREMITIES = 20;

interface RoomFacts {
  readonly state: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, number>;
  readonly extremities: number;
  /** those with a place in the room */
  readonly events: ReadonlySet<string>;
  /**
   * Those that are here at all. State that is set as it is already answers with the event in force, which servers that came
   * later know as part of the state only.
   */
  readonly anywhere: ReadonlySet<string>;
  /** text of messages on the timeline -> how often */
  readonly texts: ReadonlyMap<string, number>;
}

/** What is wrong, or nothing. */
export async function findViolations(
  servers: readonly SimulatedServer[],
  rooms: readonly string[],
  confirmed: readonly Confirmed[],
): Promise<string[]> {
  const violations: string[] = [];
  for (const roomId of rooms) {
    const facts = new Map<string, RoomFacts>();
    for (const server of servers) facts.set(server.name, await readFacts(server, roomId));
    const [first, ...rest] = [...facts];
    for (const [name, other] of rest) {
      violations.push(...differences(`state of ${roomId} on ${first![0]} and ${name}`, first![1].state, other.state));
      violations.push(...differences(`members of ${roomId} on ${first![0]} and ${name}`, first![1].members, other.members));
    }
    for (const [name, { extremities, events, anywhere, texts }] of facts) {
      if (extremities > MAX_EXTREMITIES) violations.push(`${name} has ${extremities} extremities in ${roomId}`);
      for (const one of confirmed) {
        if (one.roomId !== roomId) continue;
        if (!(one.text === undefined ? anywhere : events).has(one.eventId))
          violations.push(`${name} lacks ${one.eventId} (${one.text ?? 'state'}) that ${one.by} was told is sent in ${roomId}`);
        if (one.text !== undefined && (texts.get(one.text) ?? 0) > 1) violations.push(`${name} has "${one.text}" ${texts.get(one.text)} times`);
      }
    }
  }
  return violations;
}

function differences<V>(what: string, a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): string[] {
  const keys = new Set([...a.keys(), ...b.keys()]);
  const differing = [...keys].filter((key) => a.get(key) !== b.get(key));
  return differing.length === 0
    ? []
    : [
        `${what} differ in ${differing.length}: ${differing
          .slice(0, 3)
          .map((key) => `${key}: ${String(a.get(key))} / ${String(b.get(key))}`)
          .join('; ')}`,
      ];
}

async function readFacts(server: SimulatedServer, roomId: string): Promise<RoomFacts> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    const of = async <Row extends object>(text: string): Promise<Row[]> => (await client.query<Row>(text, [roomId])).rows;
    const state = await of<{ key: string; event_id: string }>(
      `select s.v as key, e.event_id from room r join current_state c on c.room_nid = r.nid join str s on s.id = c.key
       join event e on e.nid = c.nid where r.room_id = $1`,
    );
    // Who left and who never came is all one.
    const members = await of<{ user_id: string; membership: number }>(
      `select s.v as user_id, m.membership from room r join member m on m.room_nid = r.nid join str s on s.id = m.user_nid
       where r.room_id = $1 and m.membership <> 4`,
    );
    const [head] = await of<{ n: number }>(`select cardinality(h.tips) as n from room r join room_head h on h.room_nid = r.nid where r.room_id = $1`);
    const events = await of<{ event_id: string; outlier: boolean }>(
      `select e.event_id, e.flags & 4 <> 0 as outlier from room r join event e on e.room_nid = r.nid where r.room_id = $1`,
    );
    const texts = await of<{ text: string; n: string }>(
      `select j.json::json->'content'->>'body' as text, count(*) as n from room r join event e on e.room_nid = r.nid
       join event_json j on j.nid = e.nid where r.room_id = $1 and e.pos is not null and j.json like '%m.room.message%' group by 1`,
    );
    return {
      state: new Map(state.map((row) => [row.key, row.event_id])),
      members: new Map(members.map((row) => [row.user_id, row.membership])),
      extremities: head?.n ?? 0,
      events: new Set(events.filter((row) => !row.outlier).map((row) => row.event_id)),
      anywhere: new Set(events.map((row) => row.event_id)),
      texts: new Map(texts.map((row) => [row.text, Number(row.n)])),
    };
  } finally {
    await client.end();
  }
}
