/** Fills a server over its API: a person with many conversations, and one long one. */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

export class ApiUser {
  readonly baseUrl: string;
  readonly userId: string;
  readonly token: string;
  #transactions = 0;

  private constructor(baseUrl: string, userId: string, token: string) {
    this.baseUrl = baseUrl;
    this.userId = userId;
    this.token = token;
  }

  static async register(baseUrl: string, username: string, password: string): Promise<ApiUser> {
    const body = { username, password, auth: { type: 'm.login.dummy' } };
    const answer = await call(baseUrl, 'POST', '/_matrix/client/v3/register', body);
    return new ApiUser(baseUrl, answer['user_id'] as string, answer['access_token'] as string);
  }

  async get(path: string): Promise<Record<string, unknown>> {
    return call(this.baseUrl, 'GET', `/_matrix/client/v3${path}`, undefined, this.token);
  }

  async post(path: string, body: unknown): Promise<Record<string, unknown>> {
    return call(this.baseUrl, 'POST', `/_matrix/client/v3${path}`, body, this.token);
  }

  async put(path: string, body: unknown): Promise<Record<string, unknown>> {
    return call(this.baseUrl, 'PUT', `/_matrix/client/v3${path}`, body, this.token);
  }

  async say(roomId: string, content: Record<string, unknown>): Promise<string> {
    const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/m${this.#transactions++}`;
    return (await this.put(path, { msgtype: 'm.text', ...content }))['event_id'] as string;
  }

  /** @returns the picture's mxc address */
  async upload(data: Uint8Array, type: string): Promise<string> {
    const response = await fetch(`${this.baseUrl}/_matrix/media/v3/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': type },
      body: new Uint8Array(data),
    });
    return ((await response.json()) as { content_uri: string }).content_uri;
  }

  async createRoom(options: Record<string, unknown>): Promise<string> {
    return (await this.post('/createRoom', options))['room_id'] as string;
  }
}

async function call(baseUrl: string, method: string, path: string, body: unknown, token?: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const asked = request(new URL(path, baseUrl), { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as Record<string, unknown>);
        else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${text}`));
      });
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const WORDS =
  'the garden was quiet when we came back and nobody had moved the ladder so we sat under the tree and talked about what to plant next year until it got dark'.split(
    ' ',
  );

/** Text of its own for each number, of the lengths that people write. */
export function sentence(n: number): string {
  const length = 3 + ((n * 7919) % 37);
  return Array.from({ length }, (_, i) => WORDS[(n * 31 + i * 17) % WORDS.length]).join(' ');
}

export async function inParallel<T>(count: number, atOnce: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        const index = next++;
        results[index] = await work(index);
      }
    }),
  );
  return results;
}
