/** `nexuscomm doctor`: looks at what a server needs, and says what is wrong and what to do. */
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import pg from 'pg';
import type { Config } from '../config/schema.ts';
import { findBinaries } from '../storage/embedded-postgres/binaries.ts';
import { runningPostgresUrl } from '../storage/embedded-postgres/supervisor.ts';

type Finding = readonly [ok: boolean, text: string];

const LOW_DISK_BYTES = 1024 ** 3;
const MIN_POSTGRES = 14;
const CONNECT_TIMEOUT_MS = 5_000;

/** 1 if something is wrong. */
export async function doctor(config: Config): Promise<number> {
  const findings = [
    checkNode(),
    await checkDataDir(config),
    await checkDisk(config),
    await checkDatabase(config),
    await checkPort(config),
    await checkRedis(config),
    checkName(config),
  ];
  for (const [ok, text] of findings) process.stdout.write(`${ok ? 'ok   ' : 'WRONG'} ${text}\n`);
  return findings.every(([ok]) => ok) ? 0 : 1;
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return [
    major >= 26,
    `Node ${process.versions.node}${major >= 26 ? '' : ': run through npm, which uses the Node 26 that is installed with NexusComm'}`,
  ];
}

async function checkDataDir({ server }: Config): Promise<Finding> {
  const directory = resolve(server.data_dir);
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
    return [true, `data directory ${directory} can be written`];
  } catch (error) {
    return [false, `data directory ${directory} can't be written (${(error as NodeJS.ErrnoException).code}): set server.data_dir [NEXUS_DATA_DIR]`];
  }
}

async function checkDisk({ server }: Config): Promise<Finding> {
  try {
    const { bavail, bsize } = await statfs(resolve(server.data_dir));
    const free = bavail * bsize;
    return [
      free > LOW_DISK_BYTES,
      `${(free / 1024 ** 3).toFixed(1)} GB free for data${free > LOW_DISK_BYTES ? '' : ': make room, the server stops storing when it is full'}`,
    ];
  } catch {
    return [false, 'free disk space is not known'];
  }
}

async function checkDatabase({ database, server }: Config): Promise<Finding> {
  const url = database.url ?? (await runningPostgresUrl(resolve(server.data_dir, 'postgres')));
  if (url === undefined) {
    try {
      await findBinaries();
      return [true, 'embedded PostgreSQL is installed (not running now)'];
    } catch (error) {
      return [false, (error as Error).message];
    }
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; encoding: string }>(
      `select current_setting('server_version') as version, current_setting('server_encoding') as encoding`,
    );
    const { version, encoding } = rows[0]!;
    if (Number.parseInt(version, 10) < MIN_POSTGRES) return [false, `PostgreSQL ${version} is too old: ${MIN_POSTGRES} or newer is needed`];
    if (encoding !== 'UTF8') return [false, `the database's encoding is ${encoding}: create it with encoding UTF8`];
    return [true, `PostgreSQL ${version} answers`];
  } catch (error) {
    return [false, `the database does not answer: ${(error as Error).message} [NEXUS_DATABASE_URL]`];
  } finally {
    await client.end().catch(() => {});
  }
}

async function checkPort({ server }: Config): Promise<Finding> {
  const probe = createServer();
  return new Promise((done) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done([true, `port ${server.port} is in use (by a running NexusComm, one hopes)`]);
      else done([false, `port ${server.port} of ${server.bind} can't be opened (${error.code}): set server.port [NEXUS_PORT]`]);
    });
    probe.listen({ host: server.bind, port: server.port }, () => probe.close(() => done([true, `port ${server.port} of ${server.bind} is free`])));
  });
}

async function checkRedis({ redis }: Config): Promise<Finding> {
  if (redis.url === undefined) return [true, 'no Redis is configured, none is needed'];
  const { Redis } = await import('ioredis');
  const client = new Redis(redis.url, { lazyConnect: true, connectTimeout: CONNECT_TIMEOUT_MS, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
    return [true, 'Redis answers'];
  } catch (error) {
    return [false, `Redis does not answer: ${(error as Error).message} [NEXUS_REDIS_URL]`];
  } finally {
    client.disconnect();
  }
}

function checkName({ server }: Config): Finding {
  if (server.name === 'localhost')
    return [true, 'the server name is localhost: fine for trying things out, no other server can reach it [NEXUS_SERVER_NAME]'];
  if (server.public_baseurl === undefined)
    return [true, `clients are told https://${server.name}: set server.public_baseurl if that is not this server [NEXUS_PUBLIC_BASEURL]`];
  return [true, `the server is ${server.name}, clients reach it at ${server.public_baseurl}`];
}
