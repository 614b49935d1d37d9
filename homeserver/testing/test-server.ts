/** A whole server in the test's process, on a database of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type RunningServer } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLogger } from '../src/observability/logger.ts';
import { SeedClient } from './seed-client.ts';
import { createDatabase } from './test-database.ts';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly running: RunningServer;
  /** A new user, logged in. */
  user(name: string): Promise<SeedClient>;
  /** Without a token. */
  readonly nobody: SeedClient;
  /** Stops the server and starts it again on the same data; `meanwhile` runs in between. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
  /** Stops it: `restart` starts it again. */
  stop(): Promise<void>;
}

/** Passwords are hashed as cheaply as can be; everything else is as configured by default. */
const TEST_SETTINGS = {
  NEXUS_SERVER_NAME: 'localhost',
  NEXUS_PORT: '0',
  NEXUS_REGISTRATION: 'open',
  NEXUS_GUESTS: 'on',
  NEXUS_RATE_LIMITS: 'off',
  NEXUS_CONFIG: new URL('test-config.yaml', import.meta.url).pathname,
};

/** `settings` are environment variables as an operator would set them. */
export async function startTestServer(settings: Record<string, string> = {}): Promise<TestServer> {
  const database = settings['NEXUS_DATABASE_URL'] === undefined ? await createDatabase() : undefined;
  const dataDir = await mkdtemp(join(tmpdir(), 'nexuscomm-server-'));
  const databaseUrl = settings['NEXUS_DATABASE_URL'] ?? database!.url;
  const config = loadConfig({ ...TEST_SETTINGS, NEXUS_DATA_DIR: dataDir, NEXUS_DATABASE_URL: databaseUrl, ...settings });
  const start = (): Promise<RunningServer> => startServer(config, createLogger(process.env['NEXUS_TEST_LOG'] ?? 'silent'));
  let running = await start();
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) await running.close();
    stopped = true;
  };
  return {
    get url() {
      return running.url;
    },
    databaseUrl,
    dataDir,
    get running() {
      return running;
    },
    get nobody() {
      return new SeedClient(running.url);
    },
    user: (name) => SeedClient.register(running.url, name),
    restart: async (meanwhile) => {
      await stop();
      await meanwhile?.();
      running = await start();
      stopped = false;
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
