/** A server that only this machine reaches: whoever comes first administers it. */
import { expect, jest, test } from '@jest/globals';
import { run } from '../src/cli/commands.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

const TRIAL = { NEXUS_REGISTRATION: '' };

async function isAdmin(client: SeedClient): Promise<boolean> {
  return (await client.request('GET', '/_matrix/client/v1/admin/lock/@nobody:localhost')).status !== 403;
}

async function register(server: TestServer, name: string, headers: Record<string, string>): Promise<SeedClient> {
  const client = server.nobody;
  const body = { username: name, password: `password of ${name}`, auth: { type: 'm.login.dummy' } };
  const answer = await client.request('POST', '/register', body, headers);
  expect(answer.status).toBe(200);
  return Object.assign(client, { userId: answer.body.user_id, token: answer.body.access_token });
}

test('the first account is the administrator, the next ones are not', async () => {
  await using server = await startTestServer(TRIAL);
  expect(server.running.hasUsers).toBe(false);
  await server.nobody.ok('POST', '/register?kind=guest', {});
  const names = ['first', 'second', 'third', 'fourth'];
  const users = await Promise.all(names.map((name) => server.user(name)));
  const admins = await Promise.all(users.map(isAdmin));
  expect(admins.filter(Boolean)).toHaveLength(1);
  expect(await isAdmin(await server.user('late'))).toBe(false);
  await server.restart();
  expect(server.running.hasUsers).toBe(true);
  expect(await isAdmin(await server.user('later'))).toBe(false);
});

test('a guest who registers first is the administrator', async () => {
  await using server = await startTestServer(TRIAL);
  const { user_id: userId, access_token: token } = await server.nobody.ok('POST', '/register?kind=guest', {});
  const guest = { username: userId.split(':')[0].slice(1), guest_access_token: token };
  const answer = await server.nobody.ok('POST', '/register', { ...guest, password: 'password of a guest', auth: { type: 'm.login.dummy' } });
  expect(await isAdmin(Object.assign(server.nobody, { userId, token: answer.access_token }))).toBe(true);
  expect(await isAdmin(await server.user('next'))).toBe(false);
});

test.each([
  [{ origin: 'https://elsewhere.example' }, false],
  [{ origin: 'null' }, false],
  [{ host: 'elsewhere.example:8008' }, false],
  [{ origin: 'http://localhost:5173' }, true],
  [{ origin: 'http://127.0.0.1:8008', host: 'localhost:8008' }, true],
])('a first request with %j makes an administrator: %s', async (headers, expected) => {
  await using server = await startTestServer(TRIAL);
  expect(await isAdmin(await register(server, 'first', headers))).toBe(expected);
});

test.each<Record<string, string>>([{ NEXUS_REGISTRATION: 'open' }, { NEXUS_REGISTRATION: 'open', NEXUS_SERVER_NAME: 'talk.example' }])(
  'an explicit mode makes nobody an administrator: %j',
  async (settings) => {
    await using server = await startTestServer(settings);
    expect(await isAdmin(await server.user('first'))).toBe(false);
  },
);

test('a server that others may reach takes nobody', async () => {
  await using server = await startTestServer({ NEXUS_REGISTRATION: '', NEXUS_SERVER_NAME: 'talk.example' });
  const refused = { username: 'first', password: 'a good password', auth: { type: 'm.login.dummy' } };
  expect(await server.nobody.error('POST', '/register', refused)).toEqual([403, 'M_FORBIDDEN']);
  expect(await server.nobody.error('GET', '/register/available?username=first')).toEqual([403, 'M_FORBIDDEN']);
});

test.each([
  [{}, 'Registration is open, since only this machine reaches the server. The first account becomes an administrator.\n'],
  [{ NEXUS_BIND: '0.0.0.0' }, 'Registration is closed, since others may reach the server: server.bind is 0.0.0.0.\n'],
  [{ NEXUS_REGISTRATION: 'open' }, 'Registration is open, as set in registration.mode.\n'],
])('config check says which it is: %j', async (settings, expected) => {
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const file = new URL('../testing/test-config.yaml', import.meta.url).pathname;
  try {
    expect(await run(['config', 'check'], { NEXUS_CONFIG: file, ...settings })).toBe(0);
  } finally {
    write.mockRestore();
  }
  expect(lines).toContain(expected);
});
