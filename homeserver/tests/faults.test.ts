/** A crowd that waits, and a disk that fills up: the server stays up, and comes back by itself. */
import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '../testing/server-process.ts';
import { SeedClient } from '../testing/seed-client.ts';

const POLLS = 10_000;
const CONNECTING_AT_ONCE = 200;

const openFiles = (): number => Number(spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim().replace('unlimited', '1000000'));

test(`${POLLS} syncs wait at the same time, and each is answered`, async () => {
  if (openFiles() < POLLS + 1_000) {
    process.stdout.write(`skipped ${POLLS} waiting syncs: this shell allows ${openFiles()} open files (ulimit -n)\n`);
    return;
  }
  await using server = await ServerProcess.start();
  const client = await SeedClient.register(server.url, 'crowd');
  const roomId = await client.createRoom();
  const { next_batch: first } = await client.sync({ set_presence: 'offline' });
  const { port } = new URL(server.url);
  const sockets: { socket: Socket; text: string; closed: Promise<unknown> }[] = [];
  for (let i = 0; i < POLLS; i += CONNECTING_AT_ONCE) {
    await Promise.all(
      Array.from({ length: CONNECTING_AT_ONCE }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        const poll = { socket, text: '', closed: once(socket, 'close') };
        socket.setEncoding('utf8').on('data', (chunk: string) => (poll.text += chunk));
        sockets.push(poll);
        await once(socket, 'connect');
        const path = `/_matrix/client/v3/sync?since=${first}&timeout=120000&set_presence=offline`;
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${client.token}\r\nConnection: close\r\n\r\n`);
      }),
    );
  }
  // All of them wait: somebody who asks now is served at once all the same.
  await sleep(2_000);
  expect(sockets.filter((poll) => poll.text !== '').length).toBe(0);
  expect((await client.request('GET', '/account/whoami')).status).toBe(200);
  const eventId = await client.say(roomId, 'wake up');
  await Promise.all(sockets.map((poll) => poll.closed));
  expect(sockets.filter((poll) => poll.text.startsWith('HTTP/1.1 200') && poll.text.includes(eventId)).length).toBe(POLLS);
  expect((await client.request('GET', '/health')).status).toBe(200);
}, 180_000);

const DISK_BYTES = 160 * 1024 * 1024;
const smallDisks = (): boolean =>
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /tmp']).status === 0;

test('a full disk refuses, loses nothing, and needs no restart once there is room', async () => {
  if (process.platform !== 'linux' || !smallDisks()) {
    process.stdout.write('skipped the full disk: it takes Linux with user namespaces (unshare)\n');
    return;
  }
  await using server = await ServerProcess.start({ NEXUS_LOG_LEVEL: 'silent' }, DISK_BYTES);
  const client = await SeedClient.register(server.url, 'hoarder');
  const roomId = await client.createRoom();
  const confirmed = new Map<string, string>();
  const refusals: [number, string][] = [];
  const say = async (text: string): Promise<boolean> => {
    const { status, body } = await client.request('PUT', `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${text}`, {
      body: text,
      filler: 'x'.repeat(8_000),
    });
    if (status === 200) confirmed.set(text, body.event_id);
    else refusals.push([status, body.errcode]);
    return status === 200;
  };
  for (let i = 0; i < 200; i++) await say(`before${i}`);
  expect(confirmed.size).toBe(200);

  const ballast = join(server.dataDirInside, 'ballast');
  await fillUp(ballast);
  expect(await client.error('POST', '/_matrix/media/v3/upload', Buffer.alloc(1_000_000))).toEqual([503, 'M_UNKNOWN']);
  for (let i = 0; i < 4_000 && refusals.length < 3; i++) await say(`full${i}`);
  expect(refusals.length).toBe(3);
  expect(new Set(refusals.map(([status]) => status))).toEqual(new Set([503]));

  await rm(ballast);
  const deadline = Date.now() + 60_000;
  while (!(await say('after')) && Date.now() < deadline) await sleep(100);
  expect(confirmed.has('after')).toBe(true);

  const seen = new Map<string, string[]>();
  for (let from = ''; ;) {
    const page = await client.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=500${from === '' ? '' : `&from=${from}`}`);
    for (const event of page.chunk)
      if (event.type === 'm.room.message') seen.set(event.content.body, [...(seen.get(event.content.body) ?? []), event.event_id]);
    if (page.end === undefined) break;
    from = page.end;
  }
  for (const [text, eventId] of confirmed) expect(seen.get(text)).toEqual([eventId]);
}, 300_000);

/** Takes all the room that there is. */
async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const size of [1_048_576, 4_096]) {
      const block = Buffer.alloc(size);
      try {
        for (;;) await file.write(block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    await file.close();
  }
}
