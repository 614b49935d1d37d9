/** A Synapse as one process, with a PostgreSQL as our server runs it, in a temporary directory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@nexuscomm/homeserver/storage/embedded-postgres/supervisor.ts';
import { findSynapse, Synapse } from '@nexuscomm/homeserver/testing/synapse.ts';
import { freePort } from '@nexuscomm/homeserver/testing/free-port.ts';
import { Pool } from 'undici';
import type { CertificateFiles } from '@nexuscomm/homeserver/testing/certificates.ts';
import type { FederatedTarget } from './target.ts';

/** As many connections as our server has. */
const CONNECTIONS_TO_DATABASE = 10;
const CONNECTIONS = 512;
/** As in our server: what is not a warning is not written. */
const LOGGING = { version: 1, handlers: { console: { class: 'logging.StreamHandler' } }, root: { level: 'WARNING', handlers: ['console'] } };
/** Of a filter: workloads ask for as many events as that. */
const MOST_EVENTS = 1_000;

export interface SynapseOptions {
  readonly python: string;
  readonly synchronousCommit: boolean;
}

export interface InstalledSynapse {
  readonly version: string;
  /** what it is run with, for a table of its figures */
  readonly means: string;
  start(files: CertificateFiles): Promise<FederatedTarget>;
}

/** The Synapse of a Python. Without one the reason is printed. */
export async function findSynapseServer(options: SynapseOptions): Promise<InstalledSynapse | undefined> {
  const version = await findSynapse(options.python);
  if (version === undefined) return undefined;
  const durable = `synchronous_commit ${options.synchronousCommit ? 'on' : 'off'}`;
  const means = `one process, the same PostgreSQL with the same settings (${durable}, ${CONNECTIONS_TO_DATABASE} connections), no rate limits, presence on, log from warnings up, caches as Synapse sets them`;
  return { version, means, start: (files) => startSynapseServer(files, options) };
}

async function startSynapseServer(files: CertificateFiles, { python, synchronousCommit }: SynapseOptions): Promise<FederatedTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-bench-synapse-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  try {
    const database = stack.use(
      await startEmbeddedPostgres({
        directory: join(directory, 'postgres'),
        maxConnections: CONNECTIONS_TO_DATABASE + 5,
        synchronousCommit,
        fsync: true,
        log: () => {},
      }),
    );
    const logConfig = join(directory, 'log.json');
    await writeFile(logConfig, JSON.stringify(LOGGING));
    const tlsPort = await freePort();
    const settings = {
      database: { name: 'psycopg2', args: { dsn: database.url, cp_min: 5, cp_max: CONNECTIONS_TO_DATABASE } },
      log_config: logConfig,
      caches: {},
      filter_timeline_limit: MOST_EVENTS,
    };
    const synapse = stack.use(await Synapse.start({ directory, certificates: files, tlsPort, name: `127.0.0.1:${tlsPort}`, settings, python }));
    const pool = new Pool(synapse.url, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });
    stack.defer(() => pool.destroy());
    return {
      name: 'Synapse',
      serverName: synapse.name,
      url: synapse.url,
      pool,
      accounts: { sharedSecret: undefined },
      pid: synapse.pid,
      databasePid: database.pid,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
