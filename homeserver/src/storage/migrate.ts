/** Brings the database's schema up to date: numbered SQL files, each run once, in order, by knex. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import pg from 'pg';

const DIRECTORY = join(import.meta.dirname, 'migrations');

/** knex prints whole migrations; what went wrong is thrown anyway. */
const silent = (): void => {};
const SILENT = { debug: silent, warn: silent, error: silent, deprecate: silent };

/** The schema can't be used by this program. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const source: Knex.MigrationSource<string> = {
  getMigrations: async () => (await readdir(DIRECTORY)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort(),
  getMigrationName: (name) => name,
  getMigration: async (name) => {
    const text = await readFile(join(DIRECTORY, name), 'utf8');
    return { up: (knex) => knex.raw(text.replaceAll('?', '\\?')), down: () => Promise.resolve() };
  },
};

/** The names of migrations that were run; undefined in a new database. */
async function migrationsRun(url: string): Promise<string[] | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ there: boolean }>(`select to_regclass('migration') is not null as there`);
    if (!rows[0]!.there) return undefined;
    return (await client.query<{ name: string }>('select name from migration order by id')).rows.map((row) => row.name);
  } finally {
    await client.end();
  }
}

/** Runs what is missing; several processes may start at once. knex is loaded only if there is something to run. */
export async function migrate(url: string): Promise<void> {
  const [known, run] = await Promise.all([source.getMigrations([]), migrationsRun(url)]);
  if (run && run.length === known.length && known.every((name, i) => run[i] === name)) return;
  const { default: createKnex } = await import('knex');
  const knex = createKnex({ client: 'pg', connection: { connectionString: url }, pool: { min: 0, max: 2 }, log: SILENT });
  try {
    // One at a time; knex's own lock row would survive a process that was killed.
    await knex.transaction(async (lock) => {
      await lock.raw('select pg_advisory_xact_lock(7310579)');
      await knex.migrate.latest({ migrationSource: source, tableName: 'migration', disableMigrationsListValidation: false });
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes('migration directory is corrupt')) {
      throw new MigrationError('The database was written by a newer version of NexusComm. Start that version, or restore a backup.', {
        cause: error,
      });
    }
    throw new MigrationError(`The database could not be brought up to date: ${message.split(' - ').at(-1)}`, { cause: error });
  } finally {
    await knex.destroy();
  }
}
