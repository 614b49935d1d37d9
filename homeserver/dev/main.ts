/**
 * `npm run dev`: two servers that federate over TLS on this machine, each with a database of its own, with users and a room
 * they share. Restarts them when sources change; Ctrl+C stops all. `--measure` measures how long a message takes from one
 * to the other, and ends.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { certificatesIn } from './certificates.ts';
import { DevServer } from './dev-server.ts';
import { measureLatency } from './measure-latency.ts';
import { seed } from './seed.ts';
import { onSourceChange } from './watch-sources.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(process.env['NEXUS_DATA_DIR'] ?? 'data', 'dev') },
    port: { type: 'string', default: '8008' },
    'tls-port': { type: 'string', default: '8448' },
    measure: { type: 'boolean', default: false },
    messages: { type: 'string', default: '100' },
  },
});
/** p95 of a message from one server to the other's /sync */
const TARGET_MS = 200;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

const tls = await certificatesIn(values.data);
const servers = [0, 1].map(
  (i) =>
    new DevServer({
      directory: join(values.data, ['one', 'two'][i]!),
      port: Number(values.port) + i,
      tlsPort: Number(values['tls-port']) + i,
      tls,
    }),
) as [DevServer, DevServer];

let code = 0;
let watching: Disposable | undefined;
const work = async (): Promise<void> => {
  await Promise.all(servers.map((server) => server.start()));
  const { alice, bob, roomId, alias } = await seed(servers);
  if (values.measure) {
    const { p50, p95, max } = await measureLatency({ from: alice, to: bob, roomId, messages: Number(values.messages) });
    print(`${values.messages} messages from ${servers[0].name} to a sync at ${servers[1].name}: p50 ${p50} ms, p95 ${p95} ms, most ${max} ms`);
    code = p95 < TARGET_MS ? 0 : 1;
    return;
  }
  for (const [server, client] of [
    [servers[0], alice],
    [servers[1], bob],
  ] as const) {
    print(`${server.url}  is ${server.name}: ${client.userId}, password "${client.password}"`);
  }
  print(`Both are in ${alias}. Data is in ${values.data}. Sources are watched; Ctrl+C stops both.`);
  watching = onSourceChange(async (file) => {
    print(`${file} has changed: restarting`);
    for (const restarted of await Promise.allSettled(servers.map((server) => server.restart()))) {
      print(restarted.status === 'fulfilled' ? 'running' : `not running: ${restarted.reason}`);
    }
  });
  await stopped;
};
try {
  await Promise.race([work(), stopped]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  code = 1;
} finally {
  watching?.[Symbol.dispose]();
  await Promise.all(servers.map((server) => server.stop()));
}
process.exit(code);
