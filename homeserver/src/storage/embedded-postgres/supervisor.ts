/**
 * Runs PostgreSQL for a server that was given none: creates the cluster, starts it, starts it again if it dies, stops it.
 * It listens on a Unix socket in a directory of its own, which only this user can enter. PostgreSQL refuses to run as
 * root, so as root it is started in a user namespace where root is called something else.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries, type PostgresBinaries } from './binaries.ts';
import { claimDirectory } from './claim-directory.ts';

export interface EmbeddedPostgresOptions {
  /** where the cluster is, or will be */
  readonly directory: string;
  readonly maxConnections: number;
  /** off: the last milliseconds of commits may be lost in a power cut */
  readonly synchronousCommit: boolean;
  /** off: for tests, whose data nobody needs afterwards */
  readonly fsync: boolean;
  readonly log: (message: string) => void;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  readonly url: string;
  /** process id of the running postmaster */
  readonly pid: number;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const MAX_RESTART_DELAY_MS = 5_000;
const POLL_MS = 20;
const RELAUNCH_DELAY_MS = 200;
/** A Unix socket's path has 107 bytes at most; the socket's own name takes some. */
const MAX_SOCKET_DIRECTORY = 85;
const UNPRIVILEGED_ID = 1000;
const DATABASE = 'nexuscomm';
const USER = 'nexuscomm';

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  await mkdir(dirname(directory), { recursive: true });
  // Taken down in reverse, also by a start that fails midway.
  await using started = new AsyncDisposableStack();
  started.use(await claimDirectory(directory));
  const binaries = await findBinaries();
  await createCluster(binaries, directory, options);
  await reclaimOrphan(directory, options.log);
  const supervisor = new Supervisor(binaries, directory, options);
  started.defer(() => supervisor.stop());
  await supervisor.start();
  const running = started.move();
  return {
    url: supervisor.url,
    get pid() {
      return supervisor.pid;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The address of the embedded PostgreSQL that another process runs in a directory; undefined if none does. */
export async function runningPostgresUrl(directory: string): Promise<string | undefined> {
  const lines = (await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const port = Number(lines[3]);
  if (!Number.isInteger(port) || port <= 0 || !alive(Number(lines[0]))) return undefined;
  const host = lines[4]?.trim() || lines[5]?.trim();
  const url = host === undefined || host === '' ? undefined : urlOf({ host, port }, DATABASE);
  return url !== undefined && (await answers(url)) ? url : undefined;
}

class Supervisor {
  readonly #binaries: PostgresBinaries;
  readonly #directory: string;
  readonly #options: EmbeddedPostgresOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #endpoint = { host: '', port: 5432 };
  #failures = 0;

  constructor(binaries: PostgresBinaries, directory: string, options: EmbeddedPostgresOptions) {
    this.#binaries = binaries;
    this.#directory = directory;
    this.#options = options;
  }

  get url(): string {
    return urlOf(this.#endpoint, DATABASE);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.#endpoint = await chooseEndpoint(this.#directory);
    // Children of a postmaster that was killed may hold its shared memory for a moment longer.
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      try {
        await this.#launch(deadline);
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(RELAUNCH_DELAY_MS);
        await reclaimOrphan(this.#directory, this.#options.log);
      }
    }
    await ensureDatabase(urlOf(this.#endpoint, 'postgres'));
  }

  async #launch(deadline: number): Promise<void> {
    const { host, port } = this.#endpoint;
    const onSocket = host.startsWith('/');
    const settings = {
      listen_addresses: onSocket ? '' : host,
      unix_socket_directories: onSocket ? host : '',
      unix_socket_permissions: '0700',
      port: String(port),
      max_connections: String(this.#options.maxConnections),
      shared_buffers: '128MB',
      max_wal_size: '1GB',
      wal_compression: 'on',
      jit: 'off',
      fsync: this.#options.fsync ? 'on' : 'off',
      synchronous_commit: this.#options.synchronousCommit ? 'on' : 'off',
      timezone: 'UTC',
      log_timezone: 'UTC',
    };
    const log = await open(join(this.#directory, 'nexuscomm.log'), 'a');
    const { command, args } = unprivileged(this.#binaries.postgres, [
      '-D',
      this.#directory,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    // A group of its own: Ctrl+C in a terminal must not stop the database before the server that uses it.
    const child = spawn(command, args, { stdio: ['ignore', log.fd, log.fd], detached: true });
    await log.close();
    this.#child = child;
    let exited = false;
    let launched = false;
    child.once('error', () => (exited = true));
    child.once('exit', (code, signal) => {
      exited = true;
      if (launched && !this.#stopping) void this.#restart(`${signal ?? `code ${code}`}`);
    });
    while (!(await answers(urlOf(this.#endpoint, 'postgres')))) {
      if (exited || Date.now() > deadline) {
        child.kill('SIGQUIT');
        throw new Error(`PostgreSQL did not start: see ${join(this.#directory, 'nexuscomm.log')}`);
      }
      await sleep(POLL_MS);
    }
    launched = true;
    this.#failures = 0;
  }

  async #restart(reason: string): Promise<void> {
    this.#options.log(`PostgreSQL ended (${reason}); starting it again`);
    await sleep(Math.min(MAX_RESTART_DELAY_MS, 100 * 2 ** this.#failures++));
    if (this.#stopping) return;
    await reclaimOrphan(this.#directory, this.#options.log);
    await this.#launch(Date.now() + START_TIMEOUT_MS).catch((error: unknown) => {
      void this.#restart(error instanceof Error ? error.message : String(error));
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill('SIGINT'); // fast shutdown: ends sessions, writes a checkpoint
    await Promise.race([exit, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGQUIT');
    await exit;
  }
}

function urlOf({ host, port }: { host: string; port: number }, database: string): string {
  return host.startsWith('/')
    ? `postgresql://${USER}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${USER}@${host}:${port}/${database}`;
}

/** A Unix socket beside the cluster, or in a short directory for temporary files; on Windows a loopback port. */
async function chooseEndpoint(directory: string): Promise<{ host: string; port: number }> {
  if (process.platform === 'win32') {
    return { host: '127.0.0.1', port: await freePort() };
  }
  const beside = `${directory}-socket`;
  const short = join(tmpdir(), `nexuscomm-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`);
  const host = Buffer.byteLength(beside) <= MAX_SOCKET_DIRECTORY ? beside : short;
  await mkdir(host, { recursive: true, mode: 0o700 });
  return { host, port: 5432 };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The command that runs a program as somebody other than root. */
function unprivileged(program: string, args: readonly string[]): { command: string; args: readonly string[] } {
  if (process.getuid?.() !== 0) return { command: program, args };
  const flags = ['--user', `--map-user=${UNPRIVILEGED_ID}`, `--map-group=${UNPRIVILEGED_ID}`];
  if (spawnSync('unshare', [...flags, 'true']).status === 0) return { command: 'unshare', args: [...flags, program, ...args] };
  throw new Error(
    'The embedded PostgreSQL can not run as root here, because user namespaces are not permitted: start NexusComm as an ordinary user, or set NEXUS_DATABASE_URL.',
  );
}

async function createCluster(binaries: PostgresBinaries, directory: string, options: EmbeddedPostgresOptions): Promise<void> {
  const version = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const own = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' }).stdout.match(/(\d+)/)?.[1];
  if (version !== undefined) {
    if (own !== undefined && version.trim() !== own) {
      throw new Error(
        `${directory} was made by PostgreSQL ${version.trim()}, this is ${own}: dump it with the old version and restore it, or set NEXUS_DATABASE_URL.`,
      );
    }
    return;
  }
  options.log('creating the database');
  await rm(directory, { recursive: true, force: true }); // what an interrupted start has left
  const half = `${directory}.new`;
  await rm(half, { recursive: true, force: true });
  const { command, args } = unprivileged(binaries.initdb, [
    '-D',
    half,
    '-U',
    USER,
    '--encoding=UTF8',
    '--locale=C',
    '--auth=trust',
    '--no-sync',
    '--no-instructions',
  ]);
  const made = spawnSync(command, args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`PostgreSQL's initdb failed: ${(made.stderr || String(made.error)).trim().split('\n').at(-1)}`);
  await writeFile(join(half, 'pg_hba.conf'), `local all ${USER} trust\nhost all ${USER} 127.0.0.1/32 trust\n`);
  await rename(half, directory);
}

/** A postmaster that outlived the server that started it: this user's, in this directory, which is claimed by now. */
async function reclaimOrphan(directory: string, log: (message: string) => void): Promise<void> {
  const file = join(directory, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (await isPostmaster(pid, directory)) {
    log(`stopping PostgreSQL left over from a server that was killed (process ${pid})`);
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    kill(pid, 'SIGINT');
    while (alive(pid)) {
      if (Date.now() > deadline) kill(pid, 'SIGQUIT');
      await sleep(POLL_MS);
    }
  }
  await rm(file, { force: true });
}

async function isPostmaster(pid: number, directory: string): Promise<boolean> {
  if (!alive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('postgres') && command.includes(directory);
}

const alive = (pid: number): boolean => kill(pid, 0);

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
