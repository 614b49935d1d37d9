/**
 * The network between simulated servers. By its seed it delays, loses, repeats and cuts: a request may never arrive, arrive
 * twice, or arrive with its answer lost, which the sender can't tell apart. Requests overtake each other by their delays.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { seededRandom, type SeededRandom } from '@nexuscomm/spec/state-resolution/testing/seeded-random.ts';
import { FROM, NO_ANSWER, TO } from './sim-transport.ts';

export interface Weather {
  /** ms at most */
  readonly delay: number;
  /** probabilities */
  readonly loseRequest: number;
  readonly loseAnswer: number;
  readonly repeat: number;
}

export const CALM: Weather = { delay: 0, loseRequest: 0, loseAnswer: 0, repeat: 0 };

export class SimulatedNetwork implements AsyncDisposable {
  readonly url: string;
  weather: Weather = CALM;
  readonly #server;
  readonly #random: SeededRandom;
  readonly #agent = new Agent({ connections: 256, keepAliveTimeout: 500 });
  /** server name -> where it listens; absent: it is down */
  readonly #addresses = new Map<string, string>();
  readonly #cuts = new Set<string>();
  readonly counts = { carried: 0, lost: 0, repeated: 0 };

  private constructor(server: ReturnType<typeof createServer>, seed: number) {
    this.#server = server;
    this.#random = seededRandom(seed);
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (incoming, answer) => void this.#carry(incoming, answer));
  }

  static async open(seed: number): Promise<SimulatedNetwork> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new SimulatedNetwork(server, seed);
  }

  connect(name: string, url: string): void {
    this.#addresses.set(name, url);
  }

  disconnect(name: string): void {
    this.#addresses.delete(name);
  }

  /** No request passes between the two any more. */
  cut(a: string, b: string): void {
    this.#cuts.add(pair(a, b));
  }

  mend(a: string, b: string): void {
    this.#cuts.delete(pair(a, b));
  }

  /** Nothing is cut, delayed or lost from now on. */
  heal(): void {
    this.#cuts.clear();
    this.weather = CALM;
  }

  async #carry(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { weather } = this;
    const fate = {
      delay: this.#random.next() * weather.delay,
      loseRequest: this.#random.chance(weather.loseRequest),
      loseAnswer: this.#random.chance(weather.loseAnswer),
      repeat: this.#random.chance(weather.repeat),
    };
    const body = await buffer(incoming);
    await sleep(fate.delay);
    const from = String(incoming.headers[FROM]);
    const to = String(incoming.headers[TO]);
    if (fate.loseRequest || this.#cuts.has(pair(from, to))) return this.#lose(answer);
    const { [FROM]: _from, [TO]: _to, connection: _connection, host: _host, ...headers } = incoming.headers;
    const send = async () => {
      const url = this.#addresses.get(to);
      if (url === undefined) throw new Error('down');
      const response = await request(`${url}${incoming.url}`, {
        method: incoming.method as 'GET',
        dispatcher: this.#agent,
        headers: headers as Record<string, string>,
        body: body.length === 0 ? null : body,
      });
      return { status: response.statusCode, headers: response.headers, body: Buffer.from(await response.body.arrayBuffer()) };
    };
    try {
      if (fate.repeat) {
        this.counts.repeated++;
        void sleep(fate.delay)
          .then(send)
          .catch(() => {});
      }
      const response = await send();
      if (fate.loseAnswer) return this.#lose(answer);
      this.counts.carried++;
      const { connection: _c, 'transfer-encoding': _t, 'keep-alive': _k, ...kept } = response.headers;
      answer.writeHead(response.status, { ...kept, 'content-length': response.body.length }).end(response.body);
    } catch {
      this.#lose(answer);
    }
  }

  #lose(answer: ServerResponse): void {
    this.counts.lost++;
    answer.writeHead(NO_ANSWER).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
    await this.#agent.destroy();
  }
}

const pair = (a: string, b: string): string => [a, b].sort().join(' ');
