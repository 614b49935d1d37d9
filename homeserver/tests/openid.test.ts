/** Users prove to other services who they are. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let alice: SeedClient;
const LIFETIME_MS = 1_000;
const request = (client: SeedClient, userId = client.userId): Promise<any> => client.ok('POST', `/user/${userId}/openid/request_token`, {});
const info = (token: string): string => `/_matrix/federation/v1/openid/userinfo?access_token=${token}`;

beforeAll(async () => {
  server = await startTestServer({ NEXUS_CONFIG: join(import.meta.dirname, 'short-tokens.yaml') });
  alice = await server.user('alice');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test('a token tells whose it is, for a while', async () => {
  const asked = Date.now();
  const answer = await request(alice);
  expect(answer).toEqual({ access_token: expect.any(String), token_type: 'Bearer', matrix_server_name: 'localhost', expires_in: 1 });
  expect(await server.nobody.ok('GET', info(answer.access_token))).toEqual({ sub: alice.userId });
  let refusal: [number, string] | undefined;
  while (Date.now() < asked + 10 * LIFETIME_MS && refusal?.[0] !== 401) {
    await sleep(50);
    refusal = await server.nobody.error('GET', info(answer.access_token));
  }
  expect(refusal).toEqual([401, 'M_UNKNOWN_TOKEN']);
});

test('it opens nothing else, and nothing else counts as one', async () => {
  const { access_token: token } = await request(alice);
  const thief = server.nobody;
  thief.token = token;
  expect(await thief.error('GET', '/account/whoami')).toEqual([401, 'M_UNKNOWN_TOKEN']);
  expect(await server.nobody.error('GET', info(alice.token!))).toEqual([401, 'M_UNKNOWN_TOKEN']);
  expect(await server.nobody.error('GET', info('x'))).toEqual([401, 'M_UNKNOWN_TOKEN']);
  expect(await server.nobody.error('GET', '/_matrix/federation/v1/openid/userinfo')).toEqual([401, 'M_MISSING_TOKEN']);
});

test('it ends with the account', async () => {
  const bob = await server.user('bob');
  const { access_token: token } = await request(bob);
  await bob.ok('POST', '/account/deactivate', {
    auth: { type: 'm.login.password', identifier: { type: 'm.id.user', user: bob.userId }, password: 'password of bob' },
  });
  expect(await server.nobody.error('GET', info(token))).toEqual([401, 'M_UNKNOWN_TOKEN']);
});
