/** A Matrix client of a few lines. */
export class DevClient {
  readonly url: string;
  readonly userId: string;
  readonly password: string;
  readonly #token: string;

  private constructor(url: string, { userId, password, token }: { userId: string; password: string; token: string }) {
    this.url = url;
    this.userId = userId;
    this.password = password;
    this.#token = token;
  }

  /** Logs in, after registering if there is no such user. */
  static async open(url: string, name: string, password: string): Promise<DevClient> {
    const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password, device_id: 'DEV' };
    let answer = await call(url, undefined, 'POST', '/login', login);
    if (!answer.ok) answer = await call(url, undefined, 'POST', '/register', { username: name, password, auth: { type: 'm.login.dummy' } });
    if (!answer.ok) throw new Error(`${name} can't log in at ${url}: ${await answer.text()}`);
    const { user_id: userId, access_token: token } = (await answer.json()) as { user_id: string; access_token: string };
    return new DevClient(url, { userId, password, token });
  }

  /** undefined: not found. */
  async find<T>(path: string): Promise<T | undefined> {
    const answer = await call(this.url, this.#token, 'GET', path);
    return answer.ok ? ((await answer.json()) as T) : undefined;
  }

  async ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<T> {
    const answer = await call(this.url, this.#token, method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path} at ${this.url}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async say(roomId: string, body: string): Promise<string> {
    const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${crypto.randomUUID()}`;
    return (await this.ask<{ event_id: string }>('PUT', path, { msgtype: 'm.text', body })).event_id;
  }
}

function call(url: string, token: string | undefined, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${url}/_matrix/client/v3${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
