/**
 * Nothing that was confirmed is ever lost, and nothing appears twice: the server is killed while messages are sent,
 * the clients send again what was not confirmed, and every room is read from end to end.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeedClient } from '../testing/seed-client.ts';
import { ServerProcess } from '../testing/server-process.ts';

const ROOMS = 100;
const SENDS = 10_000;
const ROUNDS = 5;
const AT_ONCE = 100;

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
}, 90_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

interface Message {
  readonly roomId: string;
  readonly txnId: string;
  eventId: string | undefined;
}

/** Sends what has no event id yet, many at once; stops at the first failure of each lane. */
async function sendAll(client: SeedClient, messages: readonly Message[], onConfirmed: (confirmed: number) => void): Promise<void> {
  let next = 0;
  let confirmed = 0;
  const lane = async (): Promise<void> => {
    while (next < messages.length) {
      const message = messages[next++]!;
      if (message.eventId !== undefined) continue;
      const path = `/rooms/${encodeURIComponent(message.roomId)}/send/m.room.message/${message.txnId}`;
      const { status, body } = await client.request('PUT', path, { msgtype: 'm.text', body: message.txnId });
      if (status !== 200) return;
      message.eventId = body.event_id;
      onConfirmed(++confirmed);
    }
  };
  await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
}

/** All messages of a room, newest first: event id and body. */
async function history(client: SeedClient, roomId: string): Promise<[string, string][]> {
  const found: [string, string][] = [];
  let from = '';
  do {
    const page = await client.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=1000${from === '' ? '' : `&from=${from}`}`);
    for (const event of page.chunk) if (event.type === 'm.room.message') found.push([event.event_id, event.content.body]);
    from = page.end ?? '';
  } while (from !== '');
  return found;
}

async function checkRooms(client: SeedClient, roomIds: readonly string[], messages: readonly Message[]): Promise<void> {
  const sent = new Map(messages.map((message) => [message.txnId, message.eventId]));
  const seen = new Map<string, string>();
  for (const roomId of roomIds) {
    for (const [eventId, body] of await history(client, roomId)) {
      expect(seen.has(body)).toBe(false);
      seen.set(body, eventId);
    }
  }
  expect(seen.size).toBe(sent.size);
  for (const [txnId, eventId] of sent) expect(seen.get(txnId)).toBe(eventId);
}

test(`${SENDS} sends over ${ROOMS} rooms with SIGKILL in the middle, ${ROUNDS} times over`, async () => {
  const client = await SeedClient.register(server.url, 'durable');
  const roomIds: string[] = [];
  for (let i = 0; i < ROOMS; i++) roomIds.push(await client.createRoom());
  const messages: Message[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = Array.from({ length: SENDS }, (_, i): Message => ({ roomId: roomIds[i % ROOMS]!, txnId: `r${round}n${i}`, eventId: undefined }));
    messages.push(...fresh);
    const killAfter = Math.floor(SENDS * (0.2 + Math.random() * 0.6));
    let killed: Promise<unknown> | undefined;
    await sendAll(client, fresh, (confirmed) => {
      if (confirmed === killAfter) killed = server.stop('SIGKILL');
    });
    await killed;
    const confirmed = fresh.filter((message) => message.eventId !== undefined).length;
    expect(confirmed).toBeGreaterThanOrEqual(killAfter);
    expect(confirmed).toBeLessThan(SENDS);
    await server.start();
    await sendAll(client, fresh, () => {});
    expect(fresh.every((message) => message.eventId !== undefined)).toBe(true);
    process.stdout.write(`round ${round + 1}: killed after ${confirmed} of ${SENDS} confirmed sends\n`);
  }
  await checkRooms(client, roomIds, messages);
}, 600_000);

test('PostgreSQL killed while messages are sent: the server goes on by itself', async () => {
  const client = await SeedClient.register(server.url, 'stubborn');
  const roomId = await client.createRoom();
  const messages = Array.from({ length: 2_000 }, (_, i): Message => ({ roomId, txnId: `p${i}`, eventId: undefined }));
  let killed = 0;
  await sendAll(client, messages, (confirmed) => {
    if (confirmed === 500 || confirmed === 1_200) {
      killed++;
      void server.postgresPid().then((pid) => process.kill(pid, 'SIGKILL'));
    }
  });
  expect(killed).toBe(2);
  while ((await client.request('GET', '/health')).status !== 200) await sleep(50);
  await sendAll(client, messages, () => {});
  await checkRooms(client, [roomId], messages);
}, 300_000);

test('SIGTERM ends the server within 10 seconds, and waiting syncs are answered', async () => {
  const client = await SeedClient.register(server.url, 'patient');
  await client.sync();
  const { next_batch: since } = await client.sync();
  const waiting = client.request('GET', `/sync?since=${since}&timeout=60000&set_presence=offline`);
  await sleep(300);
  const started = Date.now();
  expect(await server.stop('SIGTERM')).toBe(0);
  expect(Date.now() - started).toBeLessThan(10_000);
  expect((await waiting).status).toBe(200);
  await server.start();
}, 60_000);
