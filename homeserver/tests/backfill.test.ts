/** History of rooms that are older than this server's part in them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { SeedClient } from '../testing/seed-client.ts';
import { startFederatedServers, type FederatedServer, type FederatedServers } from '../testing/federated-servers.ts';

let federation: FederatedServers;
let one: FederatedServer;
let two: FederatedServer;
let alice: SeedClient;
let bob: SeedClient;
/** more than come with two requests to the other server */
const OLDER = 230;

beforeAll(async () => {
  federation = await startFederatedServers(2);
  [one, two] = federation.servers as [FederatedServer, FederatedServer];
  [alice, bob] = await Promise.all([one.user('alice'), two.user('bob')]);
});
afterAll(async () => {
  await federation[Symbol.asyncDispose]();
});

const room = (roomId: string, path: string): string => `/rooms/${encodeURIComponent(roomId)}/${path}`;
const joinFrom = (client: SeedClient, roomId: string, via: FederatedServer): Promise<void> =>
  client.ok('POST', `/join/${encodeURIComponent(roomId)}?via=${via.name}`, {});

/** A room with so many messages, and their ids. */
async function oldRoom(messages: number, options: object = {}): Promise<{ roomId: string; ids: string[] }> {
  const roomId = await alice.createRoom({ preset: 'public_chat', ...options });
  const ids: string[] = [];
  for (let i = 0; i < messages; i++) ids.push(await alice.say(roomId, `message ${i}`));
  return { roomId, ids };
}

async function readAll(client: SeedClient, roomId: string, direction: 'b' | 'f', from = ''): Promise<any[]> {
  const events: any[] = [];
  for (let token = from; ;) {
    const page = await client.ok('GET', room(roomId, `messages?dir=${direction}&limit=60${token === '' ? '' : `&from=${token}`}`));
    events.push(...page.chunk);
    if (page.end === undefined || (page.end === token && page.chunk.length === 0)) return events;
    token = page.end;
  }
}

const bodies = (events: any[]): string[] => events.filter((event) => event.type === 'm.room.message').map((event) => event.content.body);

describe('reading back', () => {
  test('goes on to the beginning of the room, and syncs hear nothing of it', async () => {
    const { roomId, ids } = await oldRoom(OLDER);
    await joinFrom(bob, roomId, one);
    const { next_batch: since } = await bob.sync();
    const events = await readAll(bob, roomId, 'b');
    expect(bodies(events)).toEqual(Array.from({ length: OLDER }, (_, i) => `message ${OLDER - 1 - i}`));
    expect(events.at(-1).type).toBe('m.room.create');
    expect(new Set(events.map((event) => event.event_id)).size).toBe(events.length);
    // Forwards, and by id, it is there too.
    expect(bodies(await readAll(bob, roomId, 'f'))).toHaveLength(OLDER);
    const context = await bob.ok('GET', room(roomId, `context/${encodeURIComponent(ids[50]!)}?limit=4`));
    expect([...bodies(context.events_before), ...bodies(context.events_after)]).toEqual(['message 49', 'message 48', 'message 51', 'message 52']);
    const after = await bob.sync({ since, timeout: 0 });
    expect(after.rooms?.join?.[roomId]?.timeline).toBeUndefined();
    // What was old when it came is as before: the state, and what follows.
    const eventId = await bob.say(roomId, 'news');
    expect((await readAll(bob, roomId, 'b'))[0].event_id).toBe(eventId);
    expect(await gaps(two)).toEqual([]);
  });

  test('leaves out nothing of what happened while this server was not there', async () => {
    const { roomId } = await oldRoom(3);
    await joinFrom(bob, roomId, one);
    expect(bodies(await readAll(bob, roomId, 'b'))).toHaveLength(3);
    await bob.ok('POST', room(roomId, 'leave'), {});
    for (let i = 3; i < 150; i++) await alice.say(roomId, `message ${i}`);
    await joinFrom(bob, roomId, one);
    const first = await bob.ok('GET', room(roomId, 'messages?dir=b&limit=10'));
    expect(bodies(first.chunk)).toEqual(Array.from({ length: 9 }, (_, i) => `message ${149 - i}`));
    expect(bodies(await readAll(bob, roomId, 'b'))).toEqual(Array.from({ length: 150 }, (_, i) => `message ${149 - i}`));
  });

  test('many at once fetch it once', async () => {
    const { roomId } = await oldRoom(5);
    await joinFrom(bob, roomId, one);
    const before = await backfills();
    const pages = await Promise.all(Array.from({ length: 6 }, () => bob.ok('GET', room(roomId, 'messages?dir=b&limit=50'))));
    for (const page of pages) expect(bodies(page.chunk)).toHaveLength(5);
    expect((await backfills()) - before).toBe(1);
  });

  test('shows nobody what was not for them', async () => {
    const { roomId } = await oldRoom(3, {
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' }, state_key: '' }],
    });
    await joinFrom(bob, roomId, one);
    const events = await readAll(bob, roomId, 'b');
    expect(bodies(events)).toEqual([]);
    expect(JSON.stringify(events)).not.toContain('message 1');
  });
});

test('a time before this server came leads to an event of another', async () => {
  const { roomId, ids } = await oldRoom(4);
  const first = await alice.ok('GET', room(roomId, `event/${encodeURIComponent(ids[0]!)}`));
  const third = await alice.ok('GET', room(roomId, `event/${encodeURIComponent(ids[2]!)}`));
  await joinFrom(bob, roomId, one);
  const at = (ts: number, dir: string): Promise<any> =>
    bob.ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event?ts=${ts}&dir=${dir}`);
  const later = await at(first.origin_server_ts + 1, 'f');
  expect(later.origin_server_ts).toBeGreaterThan(first.origin_server_ts);
  expect(later.origin_server_ts).toBeLessThanOrEqual(third.origin_server_ts);
  expect(ids).toContain(later.event_id);
  expect((await bob.ok('GET', room(roomId, `context/${encodeURIComponent(later.event_id)}?limit=2`))).event.event_id).toBe(later.event_id);
  expect(await at(first.origin_server_ts, 'b')).toMatchObject({ event_id: expect.any(String) });
  const early = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event?ts=1&dir=b`;
  expect(await bob.error('GET', early)).toEqual([404, 'M_NOT_FOUND']);
});

test('with the other server gone the rest is shown, and it is asked for no more for a while', async () => {
  const { roomId } = await oldRoom(5);
  await joinFrom(bob, roomId, one);
  await one[Symbol.asyncDispose]();
  const page = await bob.ok('GET', room(roomId, 'messages?dir=b&limit=20'));
  expect(page.chunk.map((event: any) => event.type)).toEqual(['m.room.member']);
  expect(page.end).toBeDefined(); // there is more, later perhaps
  const again = await bob.ok('GET', room(roomId, `messages?dir=b&limit=20&from=${page.end}`));
  expect(again).toMatchObject({ chunk: [], end: page.end });
});

async function gaps(server: FederatedServer): Promise<any[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return (await client.query('select event_id from back_extremity')).rows;
  } finally {
    await client.end();
  }
}

async function backfills(): Promise<number> {
  const { body } = await one.nobody.request('GET', '/metrics');
  const line = (body as string).split('\n').find((text) => text.includes('federation/v1/backfill') && text.includes('_count'));
  return Number(line?.split(' ').at(-1) ?? 0);
}
