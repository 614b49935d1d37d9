/** A start that fails midway leaves nothing behind: no database, no connections, no port, and nothing written as done that is not. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startServer } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Config } from '../src/config/schema.ts';
import { createLogger } from '../src/observability/logger.ts';
import { runningPostgresUrl } from '../src/storage/embedded-postgres/supervisor.ts';
import { SeedClient } from '../testing/seed-client.ts';
import { freePort } from '../testing/free-port.ts';
import { startTestServer } from '../testing/test-server.ts';

const silent = createLogger('silent');
const taker: Server = createServer();
let takenPort: number;
beforeAll(async () => {
  await once(taker.listen(0, '127.0.0.1'), 'listening');
  takenPort = (taker.address() as { port: number }).port;
});
afterAll(() => {
  taker.close();
});

const others = 'select application_name, query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
const withServer = (config: Config, changes: Partial<Config['server']>): Config => ({ ...config, server: { ...config.server, ...changes } });

test('with a database of its own: it is stopped, and the next start has the directory', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'nexuscomm-start-'));
  const config = loadConfig({ NEXUS_DATA_DIR: dataDir, NEXUS_PORT: String(takenPort) });
  await expect(startServer(config, silent)).rejects.toThrow(`Port ${takenPort} of 127.0.0.1 can't be opened: it is in use`);
  expect(await runningPostgresUrl(join(dataDir, 'postgres'))).toBeUndefined();
  await expect(readFile(join(dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');

  const running = await startServer(withServer(config, { port: 0 }), silent);
  expect((await fetch(`${running.url}/health`)).status).toBe(200);
  await running.close();
  await rm(dataDir, { recursive: true, force: true });
}, 90_000);

test('with a database that others run: no connection is left, and the search index still knows what it misses', async () => {
  await using server = await startTestServer();
  const alice = await server.user('alice');
  const roomId = await alice.createRoom();
  await alice.say(roomId, 'a walrus');
  await server.restart(async () => {
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    try {
      await client.query('delete from search_entry; update search_progress set upto = 0');
      await expect(startServer(withServer(server.config, { port: takenPort }), silent)).rejects.toThrow('it is in use');
      // PostgreSQL takes a moment to see that a client has gone; the test's time limit ends the waiting.
      while ((await client.query(others)).rowCount !== 0);
    } finally {
      await client.end();
    }
  });
  const again = new SeedClient(server.url, alice.token);
  const hits = async (): Promise<number> =>
    (await again.ok('POST', '/search', { search_categories: { room_events: { search_term: 'walrus' } } })).search_categories.room_events.count;
  while ((await hits()) !== 1);
});

test('without its certificate: the plain port is closed again', async () => {
  await using server = await startTestServer();
  await server.stop();
  const [port, tlsPort] = [await freePort(), await freePort()];
  const tls = { tls_port: tlsPort, tls_cert: join(server.dataDir, 'missing.pem'), tls_key: join(server.dataDir, 'missing.pem') };
  await expect(startServer(withServer(server.config, { port, ...tls }), silent)).rejects.toThrow("can't be read (ENOENT)");
  const next = createServer().listen(port, '127.0.0.1');
  await once(next, 'listening');
  next.close();
});
