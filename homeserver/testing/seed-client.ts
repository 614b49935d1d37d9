/** A bare client for tests: requests with a token, and the few calls that most tests begin with. */
import { Agent, request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly body: any;
  readonly headers: Record<string, string | string[] | undefined>;
}

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD' | 'OPTIONS';

const agent = new Agent({ connections: 64, keepAliveTimeout: 1_000 });
const V3 = '/_matrix/client/v3';
const SYNC_PATIENCE_MS = 15_000;
let transactions = 0;

export class SeedClient {
  readonly url: string;
  token: string | undefined;
  userId = '';
  deviceId = '';

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
  }

  static async register(url: string, name: string): Promise<SeedClient> {
    const client = new SeedClient(url);
    const {
      user_id: userId,
      access_token: token,
      device_id: deviceId,
    } = await client.ok('POST', '/register', {
      username: name,
      password: `password of ${name}`,
      auth: { type: 'm.login.dummy' },
    });
    return Object.assign(client, { userId, token, deviceId });
  }

  /** The same user on another device. */
  async anotherDevice(name: string): Promise<SeedClient> {
    const client = new SeedClient(this.url);
    const {
      user_id: userId,
      access_token: token,
      device_id: deviceId,
    } = await client.ok('POST', '/login', {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: this.userId },
      password: `password of ${name}`,
    });
    return Object.assign(client, { userId, token, deviceId });
  }

  /** A path without `/_` in front is under /_matrix/client/v3. */
  async request(method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await request(
      `${this.url}${path.startsWith('/_') || path.startsWith('/.') || path === '/' || /^\/(health|metrics)/.test(path) ? '' : V3}${path}`,
      {
        method,
        dispatcher: agent,
        headers: {
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      },
    );
    const text = await response.body.text();
    const json = String(response.headers['content-type'] ?? '').includes('application/json');
    return { status: response.statusCode, body: json && text !== '' ? JSON.parse(text) : text, headers: response.headers };
  }

  /** The body of an answer that must be 200. */
  async ok(method: Method, path: string, body?: unknown): Promise<any> {
    const answer = await this.request(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Status and errcode of an answer that is expected to be an error. */
  async error(method: Method, path: string, body?: unknown): Promise<[number, string]> {
    const { status, body: answer } = await this.request(method, path, body);
    return [status, answer.errcode];
  }

  async createRoom(options: object = {}): Promise<string> {
    return (await this.ok('POST', '/createRoom', options)).room_id;
  }

  async join(roomId: string): Promise<void> {
    await this.ok('POST', `/join/${encodeURIComponent(roomId)}`, {});
  }

  async invite(roomId: string, user: SeedClient): Promise<void> {
    await this.ok('POST', `/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: user.userId });
  }

  /** Sends a text message; the event's id. */
  async say(roomId: string, body: string): Promise<string> {
    return this.send(roomId, 'm.room.message', { msgtype: 'm.text', body });
  }

  async send(roomId: string, type: string, content: object): Promise<string> {
    return (await this.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/send/${type}/t${++transactions}`, content)).event_id;
  }

  async setState(roomId: string, type: string, content: object, stateKey = ''): Promise<string> {
    return (await this.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/state/${type}/${encodeURIComponent(stateKey)}`, content)).event_id;
  }

  async sync(query: Record<string, string | number | boolean | object> = {}): Promise<any> {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
    );
    return this.ok('GET', `/sync?${search.toString()}`);
  }

  /** Syncs on from a token until an answer has what is asked for; that answer. */
  async syncUntil<T>(
    since: string,
    find: (answer: any) => T | undefined,
    query: Record<string, string | number | boolean | object> = {},
  ): Promise<T> {
    const deadline = Date.now() + SYNC_PATIENCE_MS;
    for (let next = since; Date.now() < deadline;) {
      const answer = await this.sync({ ...query, since: next, timeout: 2_000 });
      const found = find(answer);
      if (found !== undefined) return found;
      next = answer.next_batch;
    }
    throw new Error('no sync had it');
  }

  /** The next event of a room's timeline that passes. */
  async nextEvent(since: string, roomId: string, passes: (event: any) => boolean): Promise<any> {
    return this.syncUntil(since, (answer) => answer.rooms?.join?.[roomId]?.timeline?.events?.find(passes));
  }
}
