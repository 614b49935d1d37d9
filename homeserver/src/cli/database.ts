/** The server's database for a command, whether or not the server runs. */
import { join, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { chooseDatabase, openConfigured } from '../storage/choose-database.ts';
import type { Database } from '../storage/database.ts';
import { DirectoryInUse } from '../storage/embedded-postgres/claim-directory.ts';
import { runningPostgresUrl } from '../storage/embedded-postgres/supervisor.ts';
import { settleServerName } from '../storage/server-identity.ts';
import { CommandError } from './command-error.ts';

export async function withDatabase<T>(config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  const report = (error: Error): void => void process.stderr.write(`${error.message}\n`);
  try {
    await using chosen = await chooseDatabase(config, { info: () => {}, error: report });
    await settleServerName(chosen.db, config.server.name);
    return await work(chosen.db);
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
  }
  // The server is running: its database takes another client.
  const directory = resolve(join(config.server.data_dir, 'postgres'));
  const url = await runningPostgresUrl(directory);
  if (url === undefined) throw new CommandError(`The server that uses ${directory} is starting or stopping: try again in a moment.`);
  await using db = openConfigured(config, url, report);
  await settleServerName(db, config.server.name);
  return await work(db); // before it is closed
}
