/** A real Synapse as a child process: SQLite if not told otherwise, plain HTTP for clients and for our tests, HTTPS for other servers. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { CertificateFiles } from './certificates.ts';
import { freePort } from './free-port.ts';
import { SeedClient } from './seed-client.ts';

const PYTHON = process.env['NEXUS_SYNAPSE_PYTHON'] ?? 'python3';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const CHECK_TIMEOUT_MS = 30_000;
/** What is kept of the log, in characters. */
const MAX_LOG = 2_000_000;

/** The version of the Synapse that a Python has, by default the one in NEXUS_SYNAPSE_PYTHON. If there is none, the reason is printed. */
export async function findSynapse(python = PYTHON): Promise<string | undefined> {
  try {
    const check = ['-c', 'import synapse.app.homeserver; print(synapse.__version__)'];
    return (await promisify(execFile)(python, check, { timeout: CHECK_TIMEOUT_MS })).stdout.trim();
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr || error)
      .trim()
      .split('\n')
      .at(-1)!;
    process.stdout.write(`Not tried with Synapse: ${reason}. Set NEXUS_SYNAPSE_PYTHON to a Python that has matrix-synapse.\n`);
    return undefined;
  }
}

export class Synapse implements AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly #configFile: string;
  readonly #python: string;
  #child: ChildProcess | undefined;
  #log = '';

  private constructor(given: { directory: string; port: number; name: string; python: string }) {
    this.name = given.name;
    this.url = `http://127.0.0.1:${given.port}`;
    this.#configFile = join(given.directory, 'homeserver.yaml');
    this.#python = given.python;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Its files are kept in a directory, which is the caller's. `name`: if others don't reach it directly; `settings`: of
   * Synapse's configuration.
   */
  static async start(options: {
    directory: string;
    certificates: CertificateFiles;
    tlsPort: number;
    name?: string | undefined;
    settings?: object | undefined;
    python?: string | undefined;
  }): Promise<Synapse> {
    const { directory, certificates, tlsPort, settings, name = `localhost:${tlsPort}`, python = PYTHON } = options;
    const port = await freePort();
    const synapse = new Synapse({ directory, port, name, python });
    const signingKey = join(directory, 'signing.key');
    await writeFile(signingKey, `ed25519 a_test ${randomBytes(32).toString('base64').replace('=', '')}\n`);
    const configuration = configurationOf({ directory, port, tlsPort, signingKey, certificates, name: synapse.name });
    // YAML takes JSON; the library's own form would leave a version such as 1e1 unquoted.
    await writeFile(synapse.#configFile, stringify({ ...configuration, ...settings }, { defaultStringType: 'QUOTE_DOUBLE' }));
    await synapse.start();
    return synapse;
  }

  async start(): Promise<void> {
    const { PATH, HOME } = process.env;
    const child = spawn(this.#python, ['-m', 'synapse.app.homeserver', '-c', this.#configFile], {
      env: { PATH, HOME, PYTHONUNBUFFERED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-MAX_LOG);
        if (process.env['NEXUS_TEST_LOG'] !== undefined) process.stdout.write(chunk);
      });
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`Synapse did not start:\n${this.log()}`);
      await sleep(20);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await new SeedClient(this.url).request('GET', '/_matrix/client/versions')).status === 200;
    } catch {
      return false;
    }
  }

  /** The end of its log: what it says about other servers and about failures. */
  log(lines = 60): string {
    const notable = this.#log.split('\n').filter((line) => / - (WARNING|ERROR) - |federation|^\w*(Error|Exception)/.test(line));
    return notable.slice(-lines).join('\n');
  }

  user(name: string): Promise<SeedClient> {
    return SeedClient.register(this.url, name);
  }

  /** Stands still: connections to it are taken but nothing is answered. */
  freeze(): void {
    this.#child!.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child!.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

const UNLIMITED = { per_second: 10_000, burst_count: 10_000 };

function configurationOf(given: {
  directory: string;
  name: string;
  port: number;
  tlsPort: number;
  signingKey: string;
  certificates: CertificateFiles;
}): object {
  const { directory, name, port, tlsPort, signingKey, certificates } = given;
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
    // A server that was away is tried again at once, as far as Synapse lets it be set.
    federation: { destination_min_retry_interval: '1s', destination_retry_multiplier: 1, destination_max_retry_interval: '1s' },
    report_stats: false,
    macaroon_secret_key: 'macaroon',
    form_secret: 'form',
    registration_shared_secret: 'shared',
    enable_registration: true,
    enable_registration_without_verification: true,
    bcrypt_rounds: 4,
    // Otherwise a first sync that is asked for again gets the old answer.
    caches: { sync_response_cache_duration: 0 },
    presence: { enabled: true },
    allow_public_rooms_over_federation: true,
    allow_device_name_lookup_over_federation: true,
    dynamic_thumbnails: true,
    enable_room_list_search: true,
    room_list_publication_rules: [{ action: 'allow' }],
    rc_message: UNLIMITED,
    rc_registration: UNLIMITED,
    rc_login: { address: UNLIMITED, account: UNLIMITED, failed_attempts: UNLIMITED },
    rc_joins: { local: UNLIMITED, remote: UNLIMITED },
    rc_joins_per_room: UNLIMITED,
    rc_invites: { per_room: UNLIMITED, per_user: UNLIMITED, per_issuer: UNLIMITED },
    rc_room_creation: UNLIMITED,
    rc_user_directory: UNLIMITED,
    rc_media_create: UNLIMITED,
    rc_presence: { per_user: UNLIMITED },
    rc_federation: { window_size: 1_000, sleep_limit: 10_000, sleep_delay: 1, reject_limit: 10_000, concurrent: 100 },
    remote_media_download_per_second: '100M',
  };
}
