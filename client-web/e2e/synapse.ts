/** A real Synapse as a child process: SQLite, plain HTTP for clients, HTTPS for other servers. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificates } from './certificates.ts';
import { freePort } from '@nexuscomm/homeserver/testing/free-port.ts';
import type { Homeserver } from './homeserver.ts';

const PYTHON = process.env['NEXUS_SYNAPSE_PYTHON'];
const CHECK_MS = 30_000;
const START_MS = 90_000;
const ASK_EVERY_MS = 50;
const STOP_MS = 15_000;

/** Says on standard output why tests with Synapse are skipped, if they are. */
export async function hasSynapse(): Promise<boolean> {
  const skipped = (why: string): false => {
    process.stdout.write(`Not tried with Synapse: ${why}. NEXUS_SYNAPSE_PYTHON=<path> names a Python that has matrix-synapse.\n`);
    return false;
  };
  if (PYTHON === undefined) return skipped('NEXUS_SYNAPSE_PYTHON is not set');
  try {
    await promisify(execFile)(PYTHON, ['-c', 'import synapse.app.homeserver'], { timeout: CHECK_MS });
    return true;
  } catch {
    return skipped(`${PYTHON} can not import synapse`);
  }
}

export async function startSynapse(certificates: Certificates): Promise<Homeserver> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-e2e-synapse-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const name = `localhost:${tlsPort}`;
  const signingKey = join(directory, 'signing.key');
  const configFile = join(directory, 'homeserver.yaml');
  await writeFile(signingKey, `ed25519 a_test ${randomBytes(32).toString('base64').replace('=', '')}\n`);
  // YAML takes JSON.
  await writeFile(configFile, JSON.stringify(configuration({ directory, port, tlsPort, name, signingKey, certificates })));
  const { PATH, HOME } = process.env;
  const child = spawn(PYTHON!, ['-m', 'synapse.app.homeserver', '-c', configFile], {
    env: { PATH, HOME, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (log += chunk.toString()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const stuck = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(stuck);
    }
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (child.exitCode === null && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      continue;
    }
    await stop();
    throw new Error(`Synapse did not start:\n${log}`);
  }
  return { url, name, pid: child.pid!, log: () => log, [Symbol.asyncDispose]: stop };
}

const answers = async (url: string): Promise<boolean> =>
  fetch(`${url}/_matrix/client/versions`).then(
    ({ ok }) => ok,
    () => false,
  );

const UNLIMITED = { per_second: 10_000, burst_count: 10_000 };

function configuration(given: {
  directory: string;
  port: number;
  tlsPort: number;
  name: string;
  signingKey: string;
  certificates: Certificates;
}): object {
  const { directory, port, tlsPort, name, signingKey, certificates } = given;
  const listener = { type: 'http', bind_addresses: ['127.0.0.1'] };
  return {
    server_name: name,
    public_baseurl: `http://127.0.0.1:${port}/`,
    listeners: [
      { ...listener, port, tls: false, resources: [{ names: ['client', 'federation'] }] },
      { ...listener, port: tlsPort, tls: true, resources: [{ names: ['federation'] }] },
    ],
    database: { name: 'sqlite3', args: { database: join(directory, 'homeserver.db') } },
    media_store_path: join(directory, 'media'),
    signing_key_path: signingKey,
    tls_certificate_path: certificates.cert,
    tls_private_key_path: certificates.key,
    federation_custom_ca_list: [certificates.ca],
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    ip_range_blacklist: [],
    report_stats: false,
    macaroon_secret_key: 'macaroon',
    form_secret: 'form',
    enable_registration: true,
    enable_registration_without_verification: true,
    bcrypt_rounds: 4,
    rc_message: UNLIMITED,
    rc_registration: UNLIMITED,
    rc_login: { address: UNLIMITED, account: UNLIMITED, failed_attempts: UNLIMITED },
    rc_joins: { local: UNLIMITED, remote: UNLIMITED },
    rc_joins_per_room: UNLIMITED,
    rc_invites: { per_room: UNLIMITED, per_user: UNLIMITED, per_issuer: UNLIMITED },
    rc_room_creation: UNLIMITED,
  };
}
