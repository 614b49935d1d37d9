/** POST /user_directory/search: whom users find. */
import { afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { eventually, leave, moderate } from '../testing/across-servers.ts';
import { startFederatedServers } from '../testing/federated-servers.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

interface Found {
  readonly results: readonly { readonly user_id: string; readonly display_name?: string; readonly avatar_url?: string }[];
  readonly limited: boolean;
}

let server: TestServer;
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

const search = (client: SeedClient, term: string, limit?: number): Promise<Found> =>
  client.ok('POST', '/user_directory/search', { search_term: term, limit });
const find = async (client: SeedClient, term: string): Promise<string[]> => (await search(client, term)).results.map((one) => one.user_id);
const rename = async (client: SeedClient, displayname: string): Promise<void> => {
  await client.ok('PUT', `/profile/${encodeURIComponent(client.userId)}/displayname`, { displayname });
};
/** As a name of one room only. */
const renameIn = async (client: SeedClient, roomId: string, displayname: string): Promise<void> => {
  await client.setState(roomId, 'm.room.member', { membership: 'join', displayname }, client.userId);
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

test('people of the same room find each other until one leaves the last one they share', async () => {
  server = await startTestServer();
  const [alice, bob] = [await server.user('alice'), await server.user('bob')];
  const rooms = [await alice.createRoom(), await alice.createRoom()];
  for (const roomId of rooms) await alice.invite(roomId, bob);
  expect(await find(alice, 'bob')).toEqual([]);
  for (const roomId of rooms) await bob.join(roomId);
  expect([await find(alice, 'bob'), await find(bob, 'alice')]).toEqual([[bob.userId], [alice.userId]]);
  await leave(bob, rooms[0]!);
  expect(await find(alice, 'bob')).toEqual([bob.userId]);
  await leave(bob, rooms[1]!);
  expect(await find(alice, 'bob')).toEqual([]);
});

test('strangers find those of rooms that are public, that anybody may look into, or that are listed, for as long as they are', async () => {
  server = await startTestServer();
  const [alice, eve] = [await server.user('alice'), await server.user('eve')];
  const roomId = await alice.createRoom();
  const path = `/directory/list/room/${encodeURIComponent(roomId)}`;
  const ways: [open: () => Promise<unknown>, close: () => Promise<unknown>][] = [
    [
      () => alice.setState(roomId, 'm.room.join_rules', { join_rule: 'public' }),
      () => alice.setState(roomId, 'm.room.join_rules', { join_rule: 'invite' }),
    ],
    [
      () => alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'world_readable' }),
      () => alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'shared' }),
    ],
    [() => alice.ok('PUT', path, { visibility: 'public' }), () => alice.ok('PUT', path, { visibility: 'private' })],
  ];
  for (const [open, close] of ways) {
    expect(await find(eve, 'alice')).toEqual([]);
    await open();
    expect(await find(eve, 'alice')).toEqual([alice.userId]);
    await close();
  }
  await Promise.all(ways.map(([open]) => open()));
  for (const [, close] of ways) {
    expect(await find(eve, 'alice')).toEqual([alice.userId]);
    await close();
  }
  expect(await find(eve, 'alice')).toEqual([]);
});

test('whoever is in a public room finds themselves as others do, but not for being in a room at all', async () => {
  server = await startTestServer();
  const alice = await server.user('alice');
  await alice.createRoom();
  expect(await find(alice, 'alice')).toEqual([]);
  await alice.createRoom({ preset: 'public_chat' });
  expect(await find(alice, 'alice')).toEqual([alice.userId]);
});

test('case, accents and forms of letters make no difference; the rest is taken as it is', async () => {
  server = await startTestServer({ NEXUS_FIND_ALL_USERS: 'on' });
  const [alice, bob] = [await server.user('alice'), await server.user('bob')];
  await rename(bob, 'Ren\u00e9 "Gr\u00fcn" \u0416\u0443\u043a 100%');
  for (const term of ['rene', 'REN\u00c9', 'grun', 'gr\u00dcn', '\u0436\u0443\u043a', '100%', '"gr', ' rene  "g', 'n\u00e9', '\u0436']) {
    expect([term, await find(alice, term)]).toEqual([term, [bob.userId]]);
  }
  for (const term of ['', ' \u200b', 'ren_', '%r', 'displayname', '\\', 'bob\\']) expect([term, await find(alice, term)]).toEqual([term, []]);
  await rename(bob, 'Somebody else');
  expect([await find(alice, 'rene'), await find(alice, 'some'), await find(alice, '@BOB:local')]).toEqual([[], [bob.userId], [bob.userId]]);
  await bob.ok('DELETE', `/profile/${encodeURIComponent(bob.userId)}/displayname`);
  expect((await search(alice, 'bob')).results).toEqual([{ user_id: bob.userId }]);
});

test('who is meant comes first, nobody comes twice, and it is told if there are more', async () => {
  server = await startTestServer({ NEXUS_FIND_ALL_USERS: 'on' });
  const searcher = await server.user('searcher');
  const names = { inside: 'Susann', word: 'Maria Ann', front: 'Annika', whole: 'Ann', ann2: 'Nobody' };
  for (const [name, displayname] of Object.entries(names)) {
    const user = await server.user(name);
    await rename(user, displayname);
    for (let i = 0; i < 2; i++) await (await user.anotherDevice(name)).createRoom({ preset: 'public_chat' });
  }
  const ids = (...of: string[]): string[] => of.map((name) => `@${name}:localhost`);
  const expected = ids('whole', 'ann2', 'front', 'word', 'inside');
  expect(await search(searcher, 'ann')).toMatchObject({ results: expected.map((userId) => ({ user_id: userId })), limited: false });
  expect(await search(searcher, 'ann', 5)).toMatchObject({ limited: false });
  expect(await search(searcher, 'ann', 4)).toMatchObject({ results: expected.slice(0, 4).map((userId) => ({ user_id: userId })), limited: true });
  expect(await search(searcher, 'ann', 0)).toEqual({ results: [], limited: true });
  expect(await search(searcher, 'nobody at all', 0)).toEqual({ results: [], limited: false });
  await server.user('an');
  expect((await find(searcher, 'an'))[0]).toBe('@an:localhost');
});

test('guests are not found until they are users, and users no more once their account is deactivated', async () => {
  server = await startTestServer({ NEXUS_FIND_ALL_USERS: 'on' });
  const alice = await server.user('alice');
  const { user_id: userId, access_token: token } = await server.nobody.ok('POST', '/register?kind=guest', {});
  const username = userId.slice(1, userId.indexOf(':'));
  expect(await find(alice, username)).toEqual([]);
  const auth = { type: 'm.login.dummy' };
  const password = 'password of a guest';
  const user = await server.nobody.ok('POST', '/register', { username, password, guest_access_token: token, auth });
  expect(await find(alice, username)).toEqual([userId]);
  const former = Object.assign(server.nobody, { token: user.access_token });
  const confirmed = { type: 'm.login.password', identifier: { type: 'm.id.user', user: userId }, password };
  await former.ok('POST', '/account/deactivate', { auth: confirmed });
  expect(await find(alice, username)).toEqual([]);
});

test('a name that somebody has in one room only is not told, nor found by, elsewhere', async () => {
  server = await startTestServer();
  const [alice, bob, eve] = [await server.user('alice'), await server.user('bob'), await server.user('eve')];
  await rename(alice, 'Alice Cooper');
  await alice.createRoom({ visibility: 'public' });
  const roomId = await bob.createRoom();
  await bob.invite(roomId, alice);
  await alice.join(roomId);
  await renameIn(alice, roomId, 'Freddy');
  for (const client of [bob, eve]) {
    expect((await search(client, 'cooper')).results).toEqual([{ user_id: alice.userId, display_name: 'Alice Cooper' }]);
    expect((await search(client, '@alice')).results).toEqual([{ user_id: alice.userId, display_name: 'Alice Cooper' }]);
    expect(await find(client, 'freddy')).toEqual([]);
  }
});

test('among very many who may not be found, the few who may be are', async () => {
  server = await startTestServer();
  const [alice, bob] = [await server.user('alice'), await server.user('bob')];
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  await client.query("insert into str (v) select '@crowd' || i || ':localhost' from generate_series(1, 1200) i");
  await client.query("insert into account (user_nid, user_id, created) select id, v, 0 from str where v like '@crowd%'");
  await client.end();
  await rename(bob, 'Out of the crowd');
  expect(await search(alice, 'crowd')).toEqual({ results: [], limited: false });
  const roomId = await alice.createRoom();
  await alice.invite(roomId, bob);
  await bob.join(roomId);
  for (const term of ['crowd', 'cr', 'o']) {
    expect(await search(alice, term)).toEqual({ results: [{ user_id: bob.userId, display_name: 'Out of the crowd' }], limited: false });
  }
  // As strangers, in a public room: both are in one now.
  await alice.createRoom({ preset: 'public_chat' });
  await bob.createRoom({ preset: 'public_chat' });
  const eve = await server.user('eve');
  expect(await find(eve, 'o')).toEqual([bob.userId, alice.userId]);
  expect((await search(eve, 'localhost', 1)).limited).toBe(true);
});

test('what changed while nobody searched is found after a restart', async () => {
  server = await startTestServer({ NEXUS_FIND_ALL_USERS: 'on' });
  const [alice, bob] = [await server.user('alice'), await server.user('bob')];
  await rename(bob, 'Before the end');
  await server.restart();
  const again = Object.assign(server.nobody, { token: alice.token });
  expect(await find(again, 'before')).toEqual([bob.userId]);
});

test('users of other servers are found by the names that they have in rooms by which one may know them', async () => {
  await using network = await startFederatedServers(2, { NEXUS_REGISTRATION: 'open' });
  const [here, there] = network.servers;
  server = await startTestServer();
  const [alice, eve, bob, carol] = [await here!.user('alice'), await here!.user('eve'), await there!.user('bob'), await there!.user('carol')];
  await rename(bob, 'Robert of Hull');
  expect(await find(alice, 'robert')).toEqual([]);

  const shared = await alice.createRoom();
  await alice.invite(shared, bob);
  await eventually('the invite', async () => (await bob.sync()).rooms?.invite?.[shared]);
  await bob.join(shared);
  await bob.ok('PUT', `/profile/${encodeURIComponent(bob.userId)}/avatar_url`, { avatar_url: 'mxc://there.example/bob' });
  const hull = { user_id: bob.userId, display_name: 'Robert of Hull', avatar_url: 'mxc://there.example/bob' };
  await eventually('bob with a picture', async () => (await search(alice, 'hull')).results[0]?.avatar_url !== undefined);
  expect(await search(alice, 'hull')).toEqual({ results: [hull], limited: false });
  expect(await find(eve, 'hull')).toEqual([]);
  expect((await search(bob, 'alice')).results.map((one) => one.user_id)).toEqual([alice.userId]);

  // A room that comes from there, with everybody who is in it.
  const open = await carol.createRoom({ preset: 'public_chat' });
  await bob.join(open);
  await renameIn(bob, open, 'Bobby Tables');
  await eve.ok('POST', `/join/${encodeURIComponent(open)}?via=${encodeURIComponent(there!.name)}`, {});
  expect((await search(eve, 'bob')).results).toEqual([{ user_id: bob.userId, display_name: 'Bobby Tables' }]);
  expect(await find(eve, 'carol')).toEqual([carol.userId]);
  // The name in a room that one is not in is neither shown nor found by, that of one's own room is.
  expect(await find(eve, 'hull')).toEqual([]);
  expect((await search(alice, '@bob')).results).toEqual([hull]);
  expect((await search(alice, 'tables')).results).toEqual([{ user_id: bob.userId, display_name: 'Bobby Tables' }]);

  // Alice finds carol by the public room, until nobody here is in it.
  expect(await find(alice, 'carol')).toEqual([carol.userId]);
  await leave(eve, open);
  expect([await find(alice, 'carol'), await find(eve, 'carol')]).toEqual([[], []]);
  await moderate(alice, 'kick', shared, bob);
  expect(await find(alice, 'hull')).toEqual([]);
}, 60_000);
