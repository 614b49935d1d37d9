/** The database that the configuration names, or an embedded one in the data directory. */
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { openDatabase, type Database } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres/supervisor.ts';
import { migrate } from './migrate.ts';

export interface ChosenDatabase extends AsyncDisposable {
  readonly url: string;
  readonly embedded: boolean;
  readonly db: Database;
}

/** Connections of an embedded database beyond the pool: notifications, the CLI, a person with psql. */
const SPARE_CONNECTIONS = 10;

export async function chooseDatabase(
  config: Config,
  log: { info: (message: string) => void; error: (error: Error) => void },
): Promise<ChosenDatabase> {
  const { database, server } = config;
  const postgres =
    database.url === undefined
      ? await startEmbeddedPostgres({
          directory: join(server.data_dir, 'postgres'),
          maxConnections: database.pool_size + SPARE_CONNECTIONS,
          synchronousCommit: database.synchronous_commit,
          fsync: true,
          log: log.info,
        })
      : undefined;
  try {
    const url = postgres?.url ?? database.url!;
    await migrate(url);
    const db = openConfigured(config, url, log.error);
    return {
      url,
      embedded: postgres !== undefined,
      db,
      [Symbol.asyncDispose]: async () => {
        await db[Symbol.asyncDispose]();
        await postgres?.[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await postgres?.[Symbol.asyncDispose]();
    throw error;
  }
}

export function openConfigured({ database }: Config, url: string, onPoolError: (error: Error) => void): Database {
  return openDatabase({
    url,
    poolSize: database.pool_size,
    connectTimeoutMs: database.connect_timeout_ms,
    statementTimeoutMs: database.statement_timeout_ms,
    reconnectTimeoutMs: database.reconnect_timeout_ms,
    onPoolError,
  });
}
