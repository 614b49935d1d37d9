/** Before all tests: one real PostgreSQL for all of them, with a migrated database that each test copies. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/storage/embedded-postgres/supervisor.ts';
import { migrate } from '../src/storage/migrate.ts';

declare global {
  var testPostgres: { server: EmbeddedPostgres; directory: string } | undefined;
}

export const TEMPLATE = 'nexuscomm_template';
const MAX_CONNECTIONS = 200;

export default async function setUp(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-test-'));
  const server = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    maxConnections: MAX_CONNECTIONS,
    synchronousCommit: false,
    fsync: false,
    log: () => {},
  });
  globalThis.testPostgres = { server, directory };
  process.env['NEXUS_TEST_POSTGRES'] = server.url;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  await migrate(withDatabaseName(server.url, TEMPLATE));
}

export function withDatabaseName(url: string, name: string): string {
  return url.replace('/nexuscomm?', `/${name}?`).replace(/\/nexuscomm$/, `/${name}`);
}
