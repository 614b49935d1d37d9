/** What the hot paths ask of the database: a send is one statement, a warm sync is none. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { eventually } from '../testing/across-servers.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** ms for messages to come in while none can be written */
const GATHER_MS = 500;
/** What is written behind the commits, some time later and for many events at once. */
const IN_THE_BACKGROUND = /^(search|directory)_/;

/** The statements that some work ran, by name. */
async function statementsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = new Map(server.running.statements.byName());
  const total = server.running.statements.total;
  await work();
  const names = [...server.running.statements.byName()].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  const ran = names.filter(([, count]) => count > 0);
  expect(ran.reduce((sum, [, count]) => sum + count, 0)).toBe(server.running.statements.total - total);
  return Object.fromEntries(ran.filter(([name]) => !IN_THE_BACKGROUND.test(name)));
}

/** Nothing can be written to the events until it is released. */
async function holdEvents(): Promise<{ untilOneWaits(): Promise<void>; release(): Promise<void> }> {
  const holder = new pg.Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('lock table event in share mode');
  return {
    untilOneWaits: async () => {
      await eventually('a statement that waits', async () => {
        const { rowCount } = await holder.query(`select from pg_locks where relation = 'event'::regclass and not granted`);
        return rowCount! > 0;
      });
    },
    release: async () => {
      await holder.query('commit');
      await holder.end();
    },
  };
}

/** Rooms of alice and bob, made by both so that no rate or size is out of the ordinary. */
async function rooms(alice: SeedClient, bob: SeedClient, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 20) {
    const made = await Promise.all(Array.from({ length: Math.min(20, count - i) }, () => alice.createRoom({ preset: 'public_chat' })));
    await Promise.all(made.map((id) => bob.join(id)));
    ids.push(...made);
  }
  return ids;
}

test('a message is one statement', async () => {
  const [alice, bob] = await Promise.all([server.user('count-alice'), server.user('count-bob')]);
  const [roomId] = await rooms(alice, bob, 1);
  await alice.say(roomId!, 'the first send of a device reads its transactions');
  for (let i = 0; i < 5; i++) expect(await statementsOf(() => alice.say(roomId!, `message ${i}`))).toEqual({ persist_messages: 1 });
  const content = { 'm.relates_to': { rel_type: 'm.thread', event_id: await alice.say(roomId!, 'root') }, msgtype: 'm.text', body: 'reply' };
  await alice.send(roomId!, 'm.room.message', content);
  expect(await statementsOf(() => alice.send(roomId!, 'm.room.message', content))).toEqual({ persist_all: 1 });
  await alice.setState(roomId!, 'm.room.topic', { topic: 'the first state of a type names it' });
  expect(await statementsOf(() => alice.setState(roomId!, 'm.room.topic', { topic: 'one statement too' }))).toEqual({ persist_all: 1 });
});

test('of many messages at once, several share a statement', async () => {
  const alice = await server.user('count-crowd');
  const roomId = await alice.createRoom();
  await alice.say(roomId, 'warm');
  const { persist_messages: count, ...others } = await statementsOf(async () => {
    const held = await holdEvents();
    const sent = Promise.all(Array.from({ length: 50 }, (_, i) => alice.say(roomId, `message ${i}`)));
    await held.untilOneWaits();
    // What comes while something is being written waits for it.
    await sleep(GATHER_MS);
    await held.release();
    await sent;
  });
  expect(others).toEqual({});
  expect(count).toBeLessThan(50);
});

test('a sync of one changed room among 2,000 runs no statement', async () => {
  const [alice, bob] = await Promise.all([server.user('sync-alice'), server.user('sync-bob')]);
  const ids = await rooms(alice, bob, 2_000);
  let { next_batch: since } = await bob.sync({ filter: { room: { timeline: { limit: 1 } } } });
  const sync = async (): Promise<any> => {
    const answer = await bob.sync({ since });
    since = answer.next_batch;
    return answer;
  };
  await sync();
  for (const roomId of [ids[7]!, ids[1_500]!]) {
    // Once, so that the room's receipts and the reader's rules are in memory as they are for somebody who is here.
    await alice.say(roomId, 'warm');
    await sync();
    const eventId = await alice.say(roomId, 'news');
    let answer: any;
    expect(await statementsOf(async () => (answer = await sync()))).toEqual({});
    expect(Object.keys(answer.rooms.join)).toEqual([roomId]);
    expect(answer.rooms.join[roomId].timeline.events.map((event: any) => event.event_id)).toEqual([eventId]);
  }
}, 120_000);
