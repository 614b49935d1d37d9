import { afterEach, expect, jest, test } from '@jest/globals';
import { discoverServer, serverOf } from './discover-server.ts';

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** Answers by address; all else can't be reached. */
function internet(answers: Record<string, unknown>): string[] {
  const asked: string[] = [];
  globalThis.fetch = jest.fn(async (input: unknown) => {
    const url = String(input);
    asked.push(url);
    if (!(url in answers)) throw new TypeError('fetch failed');
    const answer = answers[url];
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status: answer === undefined ? 404 : 200 });
  }) as never;
  return asked;
}

const LOGIN = { flows: [{ type: 'm.login.password' }] };
const matrix = (base: string, versions = ['v1.11', 'v1.19']) => ({
  [`${base}/_matrix/client/versions`]: { versions },
  [`${base}/_matrix/client/v3/login`]: LOGIN,
});

test.each([
  ['@alice:example.org', 'example.org', undefined],
  ['  Example.ORG ', 'example.org', undefined],
  ['example.org:8448', 'example.org:8448', undefined],
  ['https://matrix.example.org/path/', 'matrix.example.org', 'https://matrix.example.org/path'],
  ['[::1]:8008', '[::1]:8008', undefined],
])('%s is a server', (input, name, url) => {
  expect(serverOf(input)).toEqual({ name, url });
});

test.each(['', 'not a name', '@alice', 'ex ample.org', 'javascript:alert(1)', '../etc', 'example.org/path'])('%s is none', (input) => {
  expect(serverOf(input)).toBeUndefined();
});

test('well-known leads to the API', async () => {
  internet({
    'https://example.org/.well-known/matrix/client': { 'm.homeserver': { base_url: 'https://matrix.example.org/' } },
    ...matrix('https://matrix.example.org'),
  });
  expect(await discoverServer('@alice:example.org')).toMatchObject({
    baseUrl: 'https://matrix.example.org',
    name: 'example.org',
    loginTypes: ['m.login.password'],
  });
});

test('without well-known the name itself is asked', async () => {
  internet(matrix('https://example.org'));
  expect(await discoverServer('example.org')).toMatchObject({ baseUrl: 'https://example.org' });
});

test('a broken well-known does not hide a server that answers at its name', async () => {
  internet({
    'https://example.org/.well-known/matrix/client': { 'm.homeserver': { base_url: 'https://gone.example.org' } },
    ...matrix('https://example.org'),
  });
  expect(await discoverServer('example.org')).toMatchObject({ baseUrl: 'https://example.org' });
});

test.each([
  ['invalid', 'no name', {}],
  ['unreachable', 'nowhere.example', {}],
  ['not-matrix', 'web.example', { 'https://web.example/_matrix/client/versions': '<html>' }],
  ['too-old', 'old.example', matrix('https://old.example', ['r0.6.0', 'v1.1'])],
])('%s is told apart', async (reason, input, answers) => {
  internet(answers);
  await expect(discoverServer(input)).rejects.toMatchObject({ reason });
});

test('this machine is asked without TLS', async () => {
  internet(matrix('http://localhost:8008'));
  expect(await discoverServer('localhost:8008')).toMatchObject({ baseUrl: 'http://localhost:8008' });
});
