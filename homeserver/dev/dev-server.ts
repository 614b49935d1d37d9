/** One of the servers: a process like an operator's, open to registration, without rate limits. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CertificateFiles } from '../testing/certificates.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const START_TIMEOUT_MS = 120_000;

export class DevServer {
  readonly name: string;
  readonly url: string;
  readonly #options: { directory: string; port: number; tlsPort: number; tls: CertificateFiles };
  #child: ChildProcess | undefined;

  constructor(options: { directory: string; port: number; tlsPort: number; tls: CertificateFiles }) {
    this.#options = options;
    this.name = `localhost:${options.tlsPort}`;
    this.url = `http://localhost:${options.port}`;
  }

  async start(): Promise<void> {
    const { directory, port, tlsPort, tls } = this.#options;
    await mkdir(directory, { recursive: true });
    if (await this.#answers()) throw new Error(`There is a server at ${this.url} already; --port and --tls-port choose others.`);
    const child = spawn(process.execPath, [MAIN, 'serve'], {
      cwd: directory,
      // A group of its own: Ctrl+C reaches this process only, which then stops both in order.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        NEXUS_LOG_LEVEL: 'warn',
        npm_lifecycle_event: 'dev', // it ends when this process is gone
        ...process.env,
        NEXUS_SERVER_NAME: this.name,
        NEXUS_PUBLIC_BASEURL: this.url,
        NEXUS_DATA_DIR: resolve(directory),
        NEXUS_PORT: String(port),
        NEXUS_TLS_PORT: String(tlsPort),
        NEXUS_TLS_CERT: tls.cert,
        NEXUS_TLS_KEY: tls.key,
        NEXUS_FEDERATION_CA: tls.ca,
        NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on',
        NEXUS_REGISTRATION: 'open',
        NEXUS_RATE_LIMITS: 'off',
      },
    });
    this.#child = child;
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null) throw new Error(`${this.name} did not start; what it said stands above.`);
      if (Date.now() > deadline) throw new Error(`${this.name} did not answer in time.`);
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #answers(): Promise<boolean> {
    return fetch(`${this.url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
