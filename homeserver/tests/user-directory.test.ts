/** POST /user_directory/search: whom users find. */
import { afterEach, expect, test } from '@jest/globals';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

const find = async (client: SeedClient, term: string): Promise<string[]> => {
  const { body } = await client.request('POST', '/_matrix/client/v3/user_directory/search', { search_term: term });
  return (body as { results: { user_id: string }[] }).results.map((one) => one.user_id);
};

test('colleagues find each other by id and by name, though they share no room', async () => {
  server = await startTestServer({ NEXUS_FIND_ALL_USERS: 'on' });
  const [alice, bob] = [await server.user('alice'), await server.user('bob')];
  await bob.request('PUT', `/_matrix/client/v3/profile/${bob.userId}/displayname`, { displayname: 'Robert of Hull' });
  expect(await find(alice, 'bob')).toEqual([bob.userId]);
  expect(await find(alice, 'hull')).toEqual([bob.userId]);
  expect(await find(alice, 'alice')).toEqual([]);
  expect(await find(alice, '%')).toEqual([]);
});

test('where anybody may register, a shared room or a public one is needed', async () => {
  server = await startTestServer({ NEXUS_REGISTRATION: 'open' });
  const [alice, bob] = [await server.user('alice'), await server.user('bob')];
  expect(await find(alice, 'bob')).toEqual([]);
  await bob.request('POST', '/_matrix/client/v3/createRoom', { preset: 'public_chat' });
  expect(await find(alice, 'bob')).toEqual([bob.userId]);
});

test('it takes a token', async () => {
  server = await startTestServer();
  expect((await server.nobody.request('POST', '/_matrix/client/v3/user_directory/search', { search_term: 'a' })).status).toBe(401);
});
