import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SessionTokens, type TokenPair } from './session-tokens.ts';

const BASE = 'https://home.example';
const ASK = `${BASE}/_matrix/client/v3/sync`;

/** A server that takes one access token and one refresh token at a time. */
class Server {
  access = 'access-1';
  refresh = 'refresh-1';
  refreshes = 0;
  down = false;
  readonly fetch: typeof fetch = async (resource, init) => {
    const url = new URL(resource as string | URL);
    if (url.pathname.endsWith('/refresh')) {
      if (this.down) throw new TypeError('no network');
      this.refreshes++;
      const { refresh_token: given } = JSON.parse(init!.body as string) as { refresh_token: string };
      if (given !== this.refresh) return json(401, { errcode: 'M_UNKNOWN_TOKEN' });
      this.access = `access-${this.refreshes + 1}`;
      this.refresh = `refresh-${this.refreshes + 1}`;
      return json(200, { access_token: this.access, refresh_token: this.refresh, expires_in_ms: 60_000 });
    }
    if (url.pathname.endsWith('/versions')) return json(200, { auth: new Headers(init?.headers).get('authorization') });
    const ok = new Headers(init?.headers).get('authorization') === `Bearer ${this.access}`;
    return ok ? json(200, { hello: true }) : json(401, { errcode: 'M_UNKNOWN_TOKEN', soft_logout: true });
  };
}
const json = (status: number, body: object): Response => new Response(JSON.stringify(body), { status });

let server: Server;
const kept: TokenPair[] = [];
const original = globalThis.fetch;
beforeEach(() => {
  server = new Server();
  kept.length = 0;
  globalThis.fetch = server.fetch;
});
afterEach(() => {
  globalThis.fetch = original;
});

const tokens = (refreshToken: string | undefined = 'refresh-1'): SessionTokens =>
  new SessionTokens(BASE, { accessToken: 'access-1', refreshToken }, async (pair) => void kept.push(pair));
const asked = { headers: { Authorization: 'Bearer whatever the caller has' } };

test('the newest token goes with each request that carries one', async () => {
  const fetch_ = tokens().fetch(server.fetch);
  expect((await fetch_(ASK, asked)).status).toBe(200);
  expect(await (await fetch_(`${BASE}/_matrix/client/versions`)).json()).toEqual({ auth: null });
});

test('an ended token is renewed once for all who wait, kept, and the requests are repeated', async () => {
  const session = tokens();
  const changes: string[] = [];
  session.onChange = (token) => changes.push(token);
  const fetch_ = session.fetch(server.fetch);
  server.access = 'ended';
  const answers = await Promise.all([fetch_(ASK, asked), fetch_(ASK, asked), fetch_(ASK, asked)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(server.refreshes).toBe(1);
  expect(kept).toEqual([{ accessToken: 'access-2', refreshToken: 'refresh-2' }]);
  expect(changes).toEqual(['access-2']);
  server.access = 'ended again';
  expect((await fetch_(ASK, asked)).status).toBe(200);
  expect(kept.at(-1)).toEqual({ accessToken: 'access-3', refreshToken: 'refresh-3' });
});

test('a session that the server has ended stays ended', async () => {
  server.access = 'ended';
  server.refresh = 'another';
  expect((await tokens().fetch(server.fetch)(ASK, asked)).status).toBe(401);
  const without = new SessionTokens(BASE, { accessToken: 'access-1', refreshToken: undefined }, async () => {});
  expect((await without.fetch(server.fetch)(ASK, asked)).status).toBe(401);
  expect(kept).toEqual([]);
});

test('without a network it is a failure of the connection, not the end of the session', async () => {
  server.access = 'ended';
  server.down = true;
  const fetch_ = tokens().fetch(server.fetch);
  await expect(fetch_(ASK, asked)).rejects.toThrow(TypeError);
  server.down = false;
  expect((await fetch_(ASK, asked)).status).toBe(200);
});
