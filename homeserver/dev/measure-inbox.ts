/**
 * How long a client waits for the first page of the inbox, beside a first sync: `node homeserver/dev/measure-inbox.ts [rooms]`.
 * A server of its own, with an embedded database, is started anew before the cold measure.
 */
import { SeedClient } from '../testing/seed-client.ts';
import { ServerProcess } from '../testing/server-process.ts';

const AT_ONCE = 20;
const REPEATS = 50;
const INBOX = '/_nexuscomm/client/v1/inbox';

const count = Number(process.argv[2] ?? 2_000);
await using server = await ServerProcess.start({ NEXUS_CLIENT_DIRECTORY: 'off' });
const [alice, bob] = [await SeedClient.register(server.url, 'alice'), await SeedClient.register(server.url, 'bob')];
for (let i = 0; i < count; i += AT_ONCE) {
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, count - i) }, async () => {
      const roomId = await bob.createRoom({ preset: 'public_chat' });
      await alice.join(roomId);
      for (let message = 0; message < 5; message++) await bob.say(roomId, `message ${message}`);
    }),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const ms = (time: number): string => `${time.toFixed(1)} ms`;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

await server.stop('SIGTERM');
await server.start();
await alice.ok('GET', '/account/whoami');
say(`${count} rooms, page of 50, just after a start: ${ms(await timed(() => alice.ok('GET', INBOX)))}`);
const times: number[] = [];
for (let i = 0; i < REPEATS; i++) {
  await bob.say((await alice.ok('GET', `${INBOX}?limit=1`)).chunk[0].room_id, 'news');
  times.push(await timed(() => alice.ok('GET', INBOX)));
}
times.sort((a, b) => a - b);
say(`warm, ${REPEATS} times: median ${ms(times[REPEATS / 2]!)}, slowest ${ms(times.at(-1)!)}`);
const page = await alice.request('GET', INBOX);
say(`${JSON.stringify(page.body).length} bytes`);
await server.stop('SIGTERM');
await server.start();
await alice.ok('GET', '/account/whoami');
say(
  `a first sync with 20 events of each room, just after a start: ${ms(await timed(() => alice.sync({ filter: { room: { timeline: { limit: 20 } } } })))}`,
);
