/** The server as an operator runs it: a process of its own, with an embedded database. For tests that kill it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { SeedClient } from './seed-client.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const START_TIMEOUT_MS = 60_000;

export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;
  #smallDisk: number | undefined;
  output = '';

  private constructor(dataDir: string, port: number, env: Record<string, string>) {
    this.dataDir = dataDir;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      NEXUS_DATA_DIR: dataDir,
      NEXUS_PORT: String(port),
      NEXUS_REGISTRATION: 'open',
      NEXUS_RATE_LIMITS: 'off',
      NEXUS_LOG_LEVEL: 'error',
      ...env,
    };
  }

  /** `smallDisk`: the data directory is a file system of so many bytes, seen by the server only (Linux). */
  static async start(env: Record<string, string> = {}, smallDisk?: number): Promise<ServerProcess> {
    const server = new ServerProcess(await mkdtemp(join(tmpdir(), 'nexuscomm-process-')), await freePort(), env);
    server.#smallDisk = smallDisk;
    await server.start();
    return server;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** The data directory as the server sees it. */
  get dataDirInside(): string {
    return this.#smallDisk === undefined ? this.dataDir : `/proc/${this.pid}/root${this.dataDir}`;
  }

  /** Process id of the database. */
  async postgresPid(): Promise<number> {
    return Number((await readFile(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  }

  async start(): Promise<void> {
    const { PATH, HOME, TMPDIR } = process.env;
    const own = [process.execPath, MAIN, 'serve'];
    const mount = `mount -t tmpfs -o size=${this.#smallDisk} tmpfs "$NEXUS_DATA_DIR" && cd "$NEXUS_DATA_DIR" && exec "$@"`;
    const [command, ...args] =
      this.#smallDisk === undefined ? own : ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh', ...own];
    const child = spawn(command!, args, {
      env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.dataDir,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start: ${this.output}`);
      await sleep(20);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await new SeedClient(this.url).request('GET', '/health')).status === 200;
    } catch {
      return false;
    }
  }

  /** Ends the process and waits until it is gone; its exit code. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child!;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGTERM');
    await rm(this.dataDir, { recursive: true, force: true });
    await rm(`${this.dataDir}-socket`, { recursive: true, force: true });
  }
}
