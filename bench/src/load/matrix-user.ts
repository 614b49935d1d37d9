/** A Matrix user as a load generator has it: little work for each request. */
import { createHmac } from 'node:crypto';
import type { Pool } from 'undici';

export interface Accounts {
  /** registers by Synapse's shared secret instead of m.login.dummy */
  readonly sharedSecret: string | undefined;
}

const V3 = '/_matrix/client/v3';
let sequence = 0;

export class MatrixUser {
  readonly pool: Pool;
  readonly userId: string;
  readonly #headers: Record<string, string>;

  private constructor(pool: Pool, userId: string, token: string) {
    this.pool = pool;
    this.userId = userId;
    this.#headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  get authorization(): string {
    return this.#headers['authorization']!;
  }

  static async register(pool: Pool, { sharedSecret }: Accounts): Promise<MatrixUser> {
    const username = `bench${Date.now().toString(36)}${(sequence++).toString(36)}`;
    const password = 'a long bench password';
    const headers = { 'content-type': 'application/json' };
    const post = (path: string, body: object): Promise<Record<string, string>> => json(pool, 'POST', path, headers, JSON.stringify(body));
    if (sharedSecret === undefined) {
      const account = await post(`${V3}/register`, { username, password, auth: { type: 'm.login.dummy' } });
      return new MatrixUser(pool, account['user_id']!, account['access_token']!);
    }
    const { nonce } = await json(pool, 'GET', '/_synapse/admin/v1/register', {}, undefined);
    const mac = createHmac('sha1', sharedSecret).update([nonce, username, password, 'notadmin'].join('\0')).digest('hex');
    const account = await post('/_synapse/admin/v1/register', { nonce, username, password, mac });
    return new MatrixUser(pool, account['user_id']!, account['access_token']!);
  }

  async createRoom(options: object = {}): Promise<string> {
    return (await this.#json('POST', `${V3}/createRoom`, { preset: 'public_chat', ...options }))['room_id'] as string;
  }

  /** `via`: a server in the room, if this one is not. */
  async join(roomId: string, via?: string): Promise<void> {
    const query = via === undefined ? '' : `?via=${encodeURIComponent(via)}&server_name=${encodeURIComponent(via)}`;
    await this.#json('POST', `${V3}/join/${encodeURIComponent(roomId)}${query}`, {});
  }

  /** Ids of those who are in the room. */
  async members(roomId: string): Promise<string[]> {
    const answer = await this.#json('GET', `${V3}/rooms/${encodeURIComponent(roomId)}/members?membership=join`, undefined);
    return (answer['chunk'] as { state_key: string }[]).map((event) => event.state_key);
  }

  /** The event's id. */
  async send(roomId: string, body: string): Promise<string> {
    const path = `${V3}/rooms/${encodeURIComponent(roomId)}/send/m.room.message/b${sequence++}`;
    return (await this.#json('PUT', path, { msgtype: 'm.text', body }))['event_id'] as string;
  }

  async sync(query: string): Promise<Record<string, any>> {
    return this.#json('GET', `${V3}/sync?${query}`, undefined);
  }

  /** The answer as text: parsing it is the client's affair, not the server's. */
  async syncText(query: string): Promise<string> {
    const { statusCode, body } = await this.pool.request({ method: 'GET', path: `${V3}/sync?${query}`, headers: this.#headers });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`sync: ${statusCode} ${text.slice(0, 200)}`);
    return text;
  }

  async messages(roomId: string, limit: number, from?: string): Promise<Record<string, any>> {
    const query = `dir=b&limit=${limit}${from === undefined ? '' : `&from=${encodeURIComponent(from)}`}`;
    return this.#json('GET', `${V3}/rooms/${encodeURIComponent(roomId)}/messages?${query}`, undefined);
  }

  #json(method: 'GET' | 'POST' | 'PUT', path: string, body: object | undefined): Promise<Record<string, any>> {
    return json(this.pool, method, path, this.#headers, body === undefined ? undefined : JSON.stringify(body));
  }
}

async function json(
  pool: Pool,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Record<string, any>> {
  const answer = await pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
  return JSON.parse(text) as Record<string, any>;
}

/** Runs so many tasks, a few at a time: setting up a workload must not be a workload. */
export async function inBatches<T>(count: number, atOnce: number, task: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      while (next < count) {
        const i = next++;
        results[i] = await task(i);
      }
    }),
  );
  return results;
}
