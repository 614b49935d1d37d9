/** Our server, as `npm start` runs it, in a temporary directory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@nexuscomm/homeserver/testing/free-port.ts';
import { Pool } from 'undici';
import type { CertificateFiles } from '@nexuscomm/homeserver/testing/certificates.ts';
import type { FederatedTarget } from './target.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'homeserver', 'src', 'main.ts');
const START_TIMEOUT_MS = 60_000;
const CONNECTIONS = 512;
/** Registering a thousand users is not what is measured: their passwords are hashed cheaply. */
const CONFIG = 'accounts:\n  argon2_memory_kib: 8\n  argon2_passes: 1\n';

export class OwnServer implements FederatedTarget {
  readonly name = 'NexusComm';
  readonly accounts = { sharedSecret: undefined };
  readonly url: string;
  readonly pool: Pool;
  readonly directory: string;
  readonly #env: Record<string, string | undefined>;
  #child: ChildProcess | undefined;
  #databasePid: number | undefined;

  private constructor(directory: string, port: number, env: Record<string, string>) {
    this.directory = directory;
    this.url = `http://127.0.0.1:${port}`;
    this.pool = new Pool(this.url, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });
    const { PATH, HOME } = process.env;
    this.#env = {
      PATH,
      HOME,
      NEXUS_CONFIG: join(directory, 'bench.yaml'),
      NEXUS_DATA_DIR: join(directory, 'data'),
      NEXUS_PORT: String(port),
      NEXUS_REGISTRATION: 'open',
      NEXUS_RATE_LIMITS: 'off',
      NEXUS_LOG_LEVEL: 'warn',
      ...env,
    };
  }

  static async create(env: Record<string, string> = {}): Promise<OwnServer> {
    const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-bench-'));
    await writeFile(join(directory, 'bench.yaml'), CONFIG);
    return new OwnServer(directory, await freePort(), env);
  }

  /** Named by its address on loopback, where other servers reach it. */
  static async createFederated(files: CertificateFiles, env: Record<string, string> = {}): Promise<OwnServer> {
    const port = await freePort();
    return OwnServer.create({
      NEXUS_SERVER_NAME: `127.0.0.1:${port}`,
      NEXUS_TLS_PORT: String(port),
      NEXUS_TLS_CERT: files.cert,
      NEXUS_TLS_KEY: files.key,
      NEXUS_FEDERATION_CA: files.ca,
      NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on',
      ...env,
    });
  }

  get serverName(): string {
    return this.#env['NEXUS_SERVER_NAME'] ?? 'localhost';
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get databasePid(): number | undefined {
    return this.#databasePid;
  }

  /** Seconds from the start of the process until it is ready. */
  async start(): Promise<number> {
    const started = performance.now();
    const child = spawn(process.execPath, [...profiling(), MAIN, 'serve'], { env: this.#env, stdio: ['ignore', 'ignore', 'inherit'] });
    this.#child = child;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null) throw new Error('the server ended while starting');
      if (performance.now() - started > START_TIMEOUT_MS) throw new Error('the server did not start');
      await sleep(5);
    }
    const seconds = (performance.now() - started) / 1000;
    this.#databasePid = Number((await readFile(join(this.directory, 'data', 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    return seconds;
  }

  async #isReady(): Promise<boolean> {
    try {
      const { statusCode, body } = await this.pool.request({ method: 'GET', path: '/_matrix/client/versions' });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.pool.destroy();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** BENCH_PROFILE: a directory for CPU profiles of the server. */
function profiling(): string[] {
  const directory = process.env['BENCH_PROFILE'];
  return directory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${directory}`];
}
