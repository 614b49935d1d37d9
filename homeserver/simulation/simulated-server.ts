/** A simulated server as the simulation handles it: started, killed, started again on the same data. */
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ServerWorkerData } from './server-worker.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

const START_TIMEOUT_MS = 30_000;

export class SimulatedServer {
  readonly name: string;
  readonly databaseUrl: string;
  readonly #dataDir: string;
  readonly #network: SimulatedNetwork;
  #worker: Worker | undefined;
  url = '';

  private constructor(name: string, databaseUrl: string, dataDir: string, network: SimulatedNetwork) {
    this.name = name;
    this.databaseUrl = databaseUrl;
    this.#dataDir = dataDir;
    this.#network = network;
  }

  static async start(name: string, databaseUrl: string, network: SimulatedNetwork): Promise<SimulatedServer> {
    const server = new SimulatedServer(name, databaseUrl, await mkdtemp(join(tmpdir(), 'nexuscomm-simulation-')), network);
    await server.start();
    return server;
  }

  get isUp(): boolean {
    return this.#worker !== undefined;
  }

  async start(): Promise<void> {
    if (this.#worker) return;
    const workerData: ServerWorkerData = {
      networkUrl: this.#network.url,
      logLevel: process.env['NEXUS_SIMULATION_LOG'] ?? 'silent',
      settings: {
        NEXUS_CONFIG: join(import.meta.dirname, 'config.yaml'),
        NEXUS_SERVER_NAME: this.name,
        NEXUS_PORT: '0',
        NEXUS_DATA_DIR: this.#dataDir,
        NEXUS_DATABASE_URL: this.databaseUrl,
        NEXUS_REGISTRATION: 'open',
        NEXUS_RATE_LIMITS: 'off',
      },
    };
    const worker = new Worker(new URL('server-worker.ts', import.meta.url), { workerData });
    const failed = once(worker, 'error').then(([error]) => {
      throw error as Error;
    });
    failed.catch(() => {});
    const [url] = (await Promise.race([once(worker, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) }), failed])) as [string];
    worker.on('error', (error) => process.stderr.write(`${this.name} failed: ${String(error)}\n`));
    this.#worker = worker;
    this.url = url;
    this.#network.connect(this.name, url);
  }

  /** Ends it in mid-work, as SIGKILL does. */
  async kill(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#network.disconnect(this.name);
    await worker?.terminate();
  }

  /** Ends it cleanly. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    const closed = once(worker, 'message');
    worker.postMessage('close');
    await closed;
    this.#network.disconnect(this.name);
    await worker.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}
