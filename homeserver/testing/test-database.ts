/** A migrated database for one test, on the PostgreSQL that global-setup.ts started. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openDatabase, type Database } from '../src/storage/database.ts';
import { TEMPLATE, withDatabaseName } from './global-setup.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly db: Database;
}

/** Connections, the one for commits included. */
export const TEST_POOL_SIZE = 4;

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function postgresUrl(): string {
  const url = process.env['NEXUS_TEST_POSTGRES'];
  if (url === undefined) throw new Error('PostgreSQL for tests is started by Jest: run npm test');
  return url;
}

/** The address of a new migrated database, and how to drop it. */
export async function createDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await asOwner(`create database ${name} template ${TEMPLATE} strategy file_copy`);
  return { url: withDatabaseName(postgresUrl(), name), drop: () => asOwner(`drop database if exists ${name} with (force)`) };
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const { url, drop } = await createDatabase();
  const db = openDatabase({
    url,
    poolSize: TEST_POOL_SIZE,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 30_000,
    reconnectTimeoutMs: 5_000,
    onPoolError: () => {},
  });
  return {
    url,
    db,
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      await drop();
    },
  };
}
