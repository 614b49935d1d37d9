/** A real server process with a database of its own, which serves the client that is built in dist/. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', 'homeserver', 'src', 'main.ts');
const START_MS = 90_000;
const STOP_MS = 20_000;

export interface Homeserver extends AsyncDisposable {
  /** Of the client and of the API, without a slash at its end. */
  readonly url: string;
  /** What stands after the colon of its users' ids. */
  readonly name: string;
  readonly pid: number;
  /** What it has written so far, for when a test fails. */
  readonly log: () => string;
}

/** `settings` are environment variables over those of a test: open registration, no rate limits, a free port. */
export async function startHomeserver(settings: Readonly<Record<string, string>> = {}): Promise<Homeserver> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-e2e-'));
  const process_ = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'serve'], {
    cwd: directory,
    env: {
      ...process.env,
      NEXUS_DATA_DIR: directory,
      NEXUS_PORT: '0',
      NEXUS_REGISTRATION: 'open',
      NEXUS_RATE_LIMITS: 'off',
      NEXUS_SYNCHRONOUS_COMMIT: 'false',
      NEXUS_LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const started = Promise.withResolvers<string>();
  const read = (chunk: Buffer): void => {
    log += chunk.toString();
    const url = /(?:Open|Clients connect to) (http:\/\/\S+?)\/? /.exec(log)?.[1];
    if (url !== undefined) started.resolve(url);
  };
  process_.stdout.on('data', read);
  process_.stderr.on('data', read);
  process_.on('exit', (code) => started.reject(new Error(`the server ended with ${code}:\n${log}`)));
  const late = setTimeout(() => started.reject(new Error(`the server did not start:\n${log}`)), START_MS);
  const stop = async (): Promise<void> => {
    if (process_.exitCode === null && process_.signalCode === null) {
      const exited = once(process_, 'exit');
      process_.kill('SIGTERM');
      const stuck = setTimeout(() => process_.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(stuck);
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const url = await started.promise;
    return { url, name: settings['NEXUS_SERVER_NAME'] ?? 'localhost', pid: process_.pid!, log: () => log, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(late);
  }
}
