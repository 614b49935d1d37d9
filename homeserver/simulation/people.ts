/** The users of a simulation: what they do is random, and what a server confirms to them is written down. */
import { Agent, request } from 'undici';
import type { SeededRandom } from '@nexuscomm/spec/state-resolution/testing/seeded-random.ts';
import type { SimulatedServer } from './simulated-server.ts';

const agent = new Agent({ connections: 512, keepAliveTimeout: 500 });
const REQUEST_TIMEOUT_MS = 10_000;
const TRIES = 40;
const RETRY_MS = 100;

export class Person {
  readonly server: SimulatedServer;
  readonly name: string;
  readonly userId: string;
  #token = '';

  constructor(server: SimulatedServer, name: string) {
    this.server = server;
    this.name = name;
    this.userId = `@${name}:${server.name}`;
  }

  async register(): Promise<void> {
    const answer = await this.call('POST', '/register', { username: this.name, password: 'a password of theirs', auth: { type: 'm.login.dummy' } });
    this.#token = answer['access_token'] as string;
  }

  /** The answer, or an error with the status. */
  async call(method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await request(`${this.server.url}/_matrix/client/v3${path}`, {
      method,
      dispatcher: agent,
      headers: { 'content-type': 'application/json', ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const answer = (await response.body.json()) as Record<string, unknown>;
    if (response.statusCode !== 200) throw new Refused(response.statusCode, `${method} ${path}: ${response.statusCode} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** As a client does: the same transaction again until the server answers, whatever happens to it meanwhile. */
  async sendSurely(roomId: string, type: string, content: object, txnId: string): Promise<string | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        return (await this.call('PUT', `/rooms/${encodeURIComponent(roomId)}/send/${type}/${txnId}`, content))['event_id'] as string;
      } catch (error) {
        if (error instanceof Refused && error.status < 500) return undefined;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    return undefined;
  }
}

/** The server answered with an error. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What was confirmed to somebody. */
export interface Confirmed {
  readonly roomId: string;
  readonly eventId: string;
  readonly by: string;
  /** a message's text, which no other message has */
  readonly text: string | undefined;
}

export interface Scene {
  readonly random: SeededRandom;
  readonly rooms: readonly string[];
  /** one for each server: they have power, and nobody removes them */
  readonly anchors: readonly Person[];
  readonly others: readonly Person[];
  readonly confirmed: Confirmed[];
  messages: number;
}

/** One random act of a random person; resolves when the server has answered, or will not. */
export async function actAtRandom(scene: Scene): Promise<void> {
  const { random, anchors, others } = scene;
  const roomId = random.pick(scene.rooms);
  const room = `/rooms/${encodeURIComponent(roomId)}`;
  const anchor = random.pick(anchors);
  const other = random.pick(others);
  const anybody = random.chance(0.5) ? anchor : other;
  const state = async (person: Person, type: string, content: object): Promise<void> => {
    const { event_id: eventId } = await person.call('PUT', `${room}/state/${type}/`, content);
    scene.confirmed.push({ roomId, eventId: eventId as string, by: person.userId, text: undefined });
  };
  const acts: [number, () => Promise<unknown>][] = [
    [40, () => say(scene, anybody, roomId)],
    [8, () => state(anchor, 'm.room.topic', { topic: `topic ${random.below(1e9)}` })],
    [6, () => state(anchor, 'm.room.name', { name: `name ${random.below(1e9)}` })],
    [12, () => other.call('POST', `/join/${encodeURIComponent(roomId)}?via=${random.pick(anchors).server.name}`, {})],
    [6, () => other.call('POST', `${room}/leave`, {})],
    [4, () => anchor.call('POST', `${room}/kick`, { user_id: other.userId })],
    [5, () => anchor.call('POST', `${room}/ban`, { user_id: other.userId })],
    [5, () => anchor.call('POST', `${room}/unban`, { user_id: other.userId })],
    [5, () => anchor.call('POST', `${room}/invite`, { user_id: other.userId })],
    [4, () => state(anchor, 'm.room.join_rules', { join_rule: random.chance(0.7) ? 'public' : 'invite' })],
    [4, () => changePower(anchor, room, other.userId, random.pick([0, 10, 50]))],
    [6, () => redactSomething(scene, anybody, roomId)],
  ];
  let at = random.below(acts.reduce((sum, [weight]) => sum + weight, 0));
  const [, act] = acts.find(([weight]) => (at -= weight) < 0)!;
  await act().catch(() => {}); // refused, or its server is down
}

/** A message with a text of its own. */
export async function say(scene: Scene, person: Person, roomId: string): Promise<void> {
  const text = `message ${++scene.messages}`;
  const eventId = await person.sendSurely(roomId, 'm.room.message', { msgtype: 'm.text', body: text }, `t${scene.messages}`);
  if (eventId !== undefined) scene.confirmed.push({ roomId, eventId, by: person.userId, text });
}

async function changePower(anchor: Person, room: string, userId: string, level: number): Promise<void> {
  const levels = await anchor.call('GET', `${room}/state/m.room.power_levels/`);
  const users = { ...(levels['users'] as Record<string, number> | undefined), [userId]: level };
  await anchor.call('PUT', `${room}/state/m.room.power_levels/`, { ...levels, users });
}

async function redactSomething(scene: Scene, person: Person, roomId: string): Promise<void> {
  const candidates = scene.confirmed.filter((one) => one.roomId === roomId && one.text !== undefined);
  if (candidates.length === 0) return;
  const { eventId } = scene.random.pick(candidates);
  await person.call('PUT', `/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(eventId)}/r${scene.random.below(1e9)}`, {});
}
