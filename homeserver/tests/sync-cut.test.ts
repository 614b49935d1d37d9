/** One sync is one cut through everything: what it tells of a room agrees with its token, however far commits are by then. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
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

/** Holds the watermark where it is: a receipt that cannot be written has a position already. `release` lets it go. */
async function holdWatermark(user: SeedClient, roomId: string, eventId: string): Promise<{ release(): Promise<void> }> {
  const holder = new pg.Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('lock table receipt in share mode');
  const receipt = user.ok('POST', `/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
  await eventually('a receipt that waits for its table', async () => {
    const { rowCount } = await holder.query(`select from pg_locks where relation = 'receipt'::regclass and not granted`);
    return rowCount === 1;
  });
  return {
    release: async () => {
      await holder.query('commit');
      await holder.end();
      await receipt;
    },
  };
}

async function threeInRoom(name: string): Promise<{ alice: SeedClient; bob: SeedClient; carol: SeedClient; roomId: string; eventId: string }> {
  const [alice, bob, carol] = await Promise.all([server.user(`alice-${name}`), server.user(`bob-${name}`), server.user(`carol-${name}`)]);
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(roomId);
  await carol.join(roomId);
  return { alice, bob, carol, roomId, eventId: await alice.say(roomId, 'before') };
}

const kick = (by: SeedClient, user: SeedClient, roomId: string): Promise<unknown> =>
  by.ok('POST', `/rooms/${encodeURIComponent(roomId)}/kick`, { user_id: user.userId });

const ownLeave = (user: SeedClient) => expect.objectContaining({ state_key: user.userId, content: { membership: 'leave' } });

test('who is removed above the watermark is still in the room, and sees what came before', async () => {
  const { alice, bob, carol, roomId, eventId } = await threeInRoom('kicked');
  const { next_batch: since } = await bob.sync();
  const seen = await alice.say(roomId, 'seen before the cut');
  const held = await holdWatermark(carol, roomId, eventId);
  await kick(alice, bob, roomId);
  const during = await bob.sync({ since, timeout: 0 });
  await held.release();
  expect(during.rooms.leave).toBeUndefined();
  expect(during.rooms.join[roomId].timeline.events.map((event: any) => event.event_id)).toEqual([seen]);
  const after = await bob.sync({ since: during.next_batch, timeout: 0 });
  expect(after.rooms.join).toBeUndefined();
  expect(after.rooms.leave[roomId].timeline.events).toEqual([ownLeave(bob)]);
  const still = await bob.sync({ since: after.next_batch, timeout: 0 });
  expect(still.rooms).toBeUndefined();
});

test('who comes in above the watermark is not there yet', async () => {
  const { carol, roomId, eventId } = await threeInRoom('joined');
  const dave = await server.user('dave');
  const { next_batch: since } = await dave.sync();
  const held = await holdWatermark(carol, roomId, eventId);
  await dave.join(roomId);
  const during = await dave.sync({ since, timeout: 0 });
  const first = await dave.sync();
  await held.release();
  expect([during.rooms, first.rooms?.join]).toEqual([undefined, undefined]);
  for (const token of [during.next_batch, first.next_batch]) {
    const after = await dave.sync({ since: token, timeout: 0 });
    expect(after.rooms.join[roomId].timeline.events.at(-1)).toMatchObject({ state_key: dave.userId, content: { membership: 'join' } });
  }
});

test('a user who is read from storage meanwhile is told of the removal with its event', async () => {
  const { alice, bob, carol, roomId, eventId } = await threeInRoom('loaded');
  const { next_batch: since } = await bob.sync();
  await server.restart();
  for (const user of [alice, bob, carol]) Object.assign(user, { url: server.url });
  await alice.sync(); // what comes next is in no memory of bob's
  const held = await holdWatermark(carol, roomId, eventId);
  await kick(alice, bob, roomId);
  const loads = (): number => server.running.statements.byName().get('user_memberships') ?? 0;
  const before = loads();
  const syncing = bob.sync({ since, timeout: 0 });
  await eventually("bob's memberships are read", async () => loads() > before);
  await held.release();
  const { rooms } = await syncing;
  expect(rooms.leave[roomId].timeline.events).toEqual([ownLeave(bob)]);
});
