/** One simulated server: the whole program on a thread of its own, so that ending the thread is a kill in mid-work. */
import { parentPort, workerData } from 'node:worker_threads';
import { startServer } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLogger } from '../src/observability/logger.ts';
import { simulatedTransport } from './sim-transport.ts';

export interface ServerWorkerData {
  readonly settings: Record<string, string>;
  readonly networkUrl: string;
  readonly logLevel: string;
}

const { settings, networkUrl, logLevel } = workerData as ServerWorkerData;
const config = loadConfig(settings);
const server = await startServer(config, createLogger(logLevel), { transport: simulatedTransport(networkUrl, config.server.name) });
parentPort!.postMessage(server.url);
parentPort!.once('message', () => {
  void server.close().then(() => parentPort!.postMessage('closed'));
});
