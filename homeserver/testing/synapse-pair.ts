/**
 * Our server and a Synapse, one of each for a test file, in one federation on loopback. Scenarios are told once, with a
 * host whose room it is and a guest from the other server, and are tried with either of them as the host.
 */
import { afterAll, beforeAll, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relay } from './relay.ts';
import { writeCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import type { SeedClient } from './seed-client.ts';
import { findSynapse, Synapse } from './synapse.ts';
import { startTestServer, type TestServer } from './test-server.ts';

export interface Side {
  readonly kind: 'ours' | 'Synapse';
  /** the server's name */
  readonly name: string;
  readonly url: string;
  /** A new user with a name that nobody had before. */
  user(name: string): Promise<SeedClient>;
  /** Stops the server and starts it again. */
  restart(): Promise<void>;
}

export interface Direction {
  readonly host: Side;
  readonly guest: Side;
  readonly link?: Link;
}

export interface SynapsePair {
  readonly ours: Side;
  readonly synapse: Side;
  readonly server: TestServer;
  readonly process: Synapse;
  /** Between the two servers; their clients are not affected. Only if the pair is `separable`. */
  readonly link: Link;
}

export interface Link {
  /** Breaks all connections between the servers; new ones are refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

type Scenario<T> = (given: T) => Promise<void>;

export interface PairOfServers {
  /** Both servers, once a test runs. */
  readonly pair: SynapsePair;
  /** One test. */
  readonly scenario: (name: string, run: Scenario<SynapsePair>, timeoutMs?: number) => void;
  /** Two tests: our server has the room, then Synapse. */
  readonly bothWays: (name: string, run: Scenario<Direction>, timeoutMs?: number) => void;
}

const SCENARIO_TIMEOUT_MS = 30_000;
const REPORT_MS = 1_000;
const START_TIMEOUT_MS = 90_000;

export interface PairOptions {
  /** the name of our server without the port; Synapse is `localhost` */
  readonly host?: 'localhost' | '127.0.0.1';
  /** environment variables of our server */
  readonly settings?: Record<string, string>;
  /** of Synapse's configuration */
  readonly synapseSettings?: object;
  /** what is between the servers can be cut */
  readonly separable?: boolean;
}

export async function pairWithSynapse(options: PairOptions = {}): Promise<PairOfServers> {
  const version = await findSynapse();
  let pair: SynapsePair | undefined;
  const stack = new AsyncDisposableStack();

  if (version !== undefined) {
    beforeAll(async () => {
      pair = await startPair(stack, options);
    }, START_TIMEOUT_MS);
    afterAll(() => stack.disposeAsync(), START_TIMEOUT_MS);
  }
  const define = (name: string, run: () => Promise<void>, timeoutMs = SCENARIO_TIMEOUT_MS): void => {
    const explained = async (): Promise<void> => {
      // Before Jest's own time is up, which would leave the reason unsaid.
      const late = AbortSignal.timeout(timeoutMs - REPORT_MS);
      const over = new Promise<never>((_, fail) => late.addEventListener('abort', () => fail(late.reason)));
      try {
        await Promise.race([run(), over]);
      } catch (error) {
        process.stdout.write(`\nSynapse's log when "${name}" failed:\n${pair?.process.log() ?? ''}\n`);
        throw error;
      }
    };
    (version === undefined ? test.skip : test)(name, explained, timeoutMs);
  };
  return {
    get pair() {
      return pair!;
    },
    scenario: (name, run, timeoutMs) => define(name, () => run(pair!), timeoutMs),
    bothWays: (name, run, timeoutMs) => {
      define(`${name}: in our room`, () => run({ host: pair!.ours, guest: pair!.synapse, link: pair!.link }), timeoutMs);
      define(`${name}: in Synapse's room`, () => run({ host: pair!.synapse, guest: pair!.ours, link: pair!.link }), timeoutMs);
    },
  };
}

async function startPair(
  stack: AsyncDisposableStack,
  { host = 'localhost', settings, synapseSettings, separable = false }: PairOptions,
): Promise<SynapsePair> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-synapse-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const certificates = await writeCertificates(directory);
  const [port, tlsPort, synapseTlsPort] = [await freePort(), await freePort(), await freePort()];
  const [relay, synapseRelay] = separable ? [stack.use(await Relay.open(tlsPort)), stack.use(await Relay.open(synapseTlsPort))] : [];
  const name = `${host}:${relay?.port ?? tlsPort}`;
  const server = stack.use(
    await startTestServer({
      NEXUS_SERVER_NAME: name,
      NEXUS_PORT: String(port),
      NEXUS_TLS_PORT: String(tlsPort),
      NEXUS_TLS_CERT: certificates.cert,
      NEXUS_TLS_KEY: certificates.key,
      NEXUS_FEDERATION_CA: certificates.ca,
      NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on',
      ...settings,
    }),
  );
  const synapse = stack.use(
    await Synapse.start({
      directory,
      certificates,
      tlsPort: synapseTlsPort,
      name: synapseRelay && `localhost:${synapseRelay.port}`,
      settings: synapseSettings,
    }),
  );
  let users = 0;
  return {
    server,
    process: synapse,
    link: {
      cut: async () => {
        await Promise.all([relay!.cut(), synapseRelay!.cut()]);
      },
      mend: async () => {
        await Promise.all([relay!.mend(), synapseRelay!.mend()]);
      },
    },
    ours: { kind: 'ours', name, url: server.url, user: (user) => server.user(`${user}-${++users}`), restart: () => server.restart() },
    synapse: {
      kind: 'Synapse',
      name: synapse.name,
      url: synapse.url,
      user: (user) => synapse.user(`${user}-${++users}`),
      restart: () => synapse.restart(),
    },
  };
}
