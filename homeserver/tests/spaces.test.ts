/** Spaces and summaries of rooms, on one server and across two. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SeedClient } from '../testing/seed-client.ts';
import { startFederatedServers, type FederatedServer, type FederatedServers } from '../testing/federated-servers.ts';

let federation: FederatedServers;
let one: FederatedServer;
let two: FederatedServer;
let alice: SeedClient;
let mallory: SeedClient;
let bob: SeedClient;

beforeAll(async () => {
  federation = await startFederatedServers(2);
  [one, two] = federation.servers as [FederatedServer, FederatedServer];
  [alice, mallory, bob] = await Promise.all([one.user('alice'), one.user('mallory'), two.user('bob')]);
});
afterAll(async () => {
  await federation[Symbol.asyncDispose]();
});

const space = (client: SeedClient, name: string, preset = 'private_chat'): Promise<string> =>
  client.createRoom({ name, preset, creation_content: { type: 'm.space' } });
const addChild = (client: SeedClient, parent: string, child: string, via: FederatedServer, further: object = {}): Promise<string> =>
  client.setState(parent, 'm.space.child', { via: [via.name], ...further }, child);
const restrictedTo = (allowed: string): object => ({
  initial_state: [
    { type: 'm.room.join_rules', content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: allowed }] } },
    { type: 'm.room.history_visibility', content: { history_visibility: 'joined' } },
  ],
});
const path = (roomId: string, query = ''): string => `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/hierarchy?${query}`;
const summaryPath = (room: string, query = ''): string => `/_matrix/client/v1/room_summary/${encodeURIComponent(room)}?${query}`;
const names = (answer: { rooms: { name?: string }[] }): (string | undefined)[] => answer.rooms.map((room) => room.name);

async function pages(client: SeedClient, roomId: string, query: string): Promise<any[]> {
  const rooms: any[] = [];
  for (let from = ''; ;) {
    const answer = await client.ok('GET', path(roomId, `${query}${from === '' ? '' : `&from=${from}`}`));
    rooms.push(...answer.rooms);
    if (answer.next_batch === undefined) return rooms;
    from = answer.next_batch;
  }
}

describe('the tree of a space', () => {
  let root: string;
  beforeAll(async () => {
    root = await space(alice, 'root');
    const inner = await space(alice, 'inner', 'public_chat');
    const rooms: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) rooms.push(await alice.createRoom({ name, preset: 'public_chat' }));
    await addChild(alice, root, rooms[0]!, one); // no order: after those with one, by time
    await addChild(alice, root, rooms[1]!, one, { order: 'zz', suggested: true });
    await addChild(alice, root, inner, one, { order: 'aa' });
    await addChild(alice, inner, rooms[2]!, one, { suggested: true });
    await addChild(alice, inner, root, one); // a circle
    await addChild(alice, root, rooms[3]!, one, { order: 'not valid \u0007' });
    await alice.setState(root, 'm.space.child', {}, '!gone:localhost'); // removed
  });

  test('goes depth first, in the order of the children, each room once', async () => {
    expect(names(await alice.ok('GET', path(root)))).toEqual(['root', 'inner', 'c', 'b', 'a', 'd']);
    const [first] = (await alice.ok('GET', path(root, 'limit=1'))).rooms;
    expect(first).toMatchObject({ room_id: root, room_type: 'm.space', join_rule: 'invite', num_joined_members: 1, room_version: '12' });
    expect(first.children_state.map((child: any) => [child.type, child.content.order])).toEqual([
      ['m.space.child', 'aa'],
      ['m.space.child', 'zz'],
      ['m.space.child', undefined],
      ['m.space.child', 'not valid \u0007'],
    ]);
  });

  test('comes in pages that add up to it', async () => {
    for (const limit of [1, 2, 4])
      expect((await pages(alice, root, `limit=${limit}`)).map((room) => room.name)).toEqual(['root', 'inner', 'c', 'b', 'a', 'd']);
    const { next_batch: token } = await alice.ok('GET', path(root, 'limit=2'));
    expect(await alice.error('GET', path(root, `limit=2&max_depth=1&from=${token}`))).toEqual([400, 'M_INVALID_PARAM']);
    expect(await alice.error('GET', path(root, `suggested_only=true&from=${token}`))).toEqual([400, 'M_INVALID_PARAM']);
    expect(await alice.error('GET', path(root, 'from=nothing'))).toEqual([400, 'M_INVALID_PARAM']);
    expect(await mallory.error('GET', path(root, `from=${token}`))).toEqual([400, 'M_INVALID_PARAM']);
  });

  test('as deep as asked for, and suggested rooms only', async () => {
    expect(names(await alice.ok('GET', path(root, 'max_depth=1')))).toEqual(['root', 'inner', 'b', 'a', 'd']);
    expect(names(await alice.ok('GET', path(root, 'max_depth=0')))).toEqual(['root']);
    const suggested = await alice.ok('GET', path(root, 'suggested_only=true'));
    expect(names(suggested)).toEqual(['root', 'b']);
    expect(suggested.rooms[0].children_state).toHaveLength(1);
    for (const query of ['limit=0', 'max_depth=-1', 'limit=x']) expect(await alice.error('GET', path(root, query))).toEqual([400, 'M_INVALID_PARAM']);
  });

  test('is not for those who may not see it', async () => {
    expect(await mallory.error('GET', path(root))).toEqual([403, 'M_FORBIDDEN']);
    expect(await mallory.error('GET', path('!none:localhost'))).toEqual([403, 'M_FORBIDDEN']);
    expect(await mallory.error('GET', summaryPath(root))).toEqual([404, 'M_NOT_FOUND']);
  });
});

test('rooms that the user could join are shown, others are not', async () => {
  const root = await space(alice, 'open', 'public_chat');
  const restricted = await alice.createRoom({ name: 'restricted', ...restrictedTo(root) });
  const invited = await alice.createRoom({ name: 'invited', preset: 'private_chat' });
  const knockable = await alice.createRoom({
    name: 'knock',
    initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
  });
  const readable = await alice.createRoom({
    name: 'readable',
    initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } }],
  });
  const closed = await alice.createRoom({ name: 'closed' });
  for (const child of [restricted, invited, knockable, readable, closed]) await addChild(alice, root, child, one);
  await alice.invite(invited, mallory);
  expect(names(await mallory.ok('GET', path(root)))).toEqual(['open', 'invited', 'knock', 'readable']);
  await mallory.join(root);
  const all = await mallory.ok('GET', path(root));
  expect(names(all)).toEqual(['open', 'restricted', 'invited', 'knock', 'readable']);
  expect(all.rooms[1].allowed_room_ids).toEqual([root]);
  await alice.ok('POST', `/rooms/${encodeURIComponent(root)}/ban`, { user_id: mallory.userId });
  expect(await mallory.error('GET', path(root))).toEqual([403, 'M_FORBIDDEN']);
});

describe('across servers', () => {
  test('rooms of another server are asked for there', async () => {
    const root = await space(alice, 'here', 'public_chat');
    const there = await space(bob, 'there', 'public_chat');
    const leaf = await bob.createRoom({ name: 'leaf', preset: 'public_chat' });
    const secret = await bob.createRoom({ name: 'secret', preset: 'private_chat' });
    const restricted = await bob.createRoom({ name: 'for members', ...restrictedTo(root) });
    await addChild(alice, root, there, two);
    for (const child of [leaf, secret, restricted]) await addChild(bob, there, child, two);
    expect(names(await mallory.ok('GET', path(root)))).toEqual(['here', 'there', 'leaf']);
    // A server in the room that is named tells of it; who sees it depends on the user.
    await bob.ok('POST', `/join/${encodeURIComponent(root)}?via=${one.name}`, {});
    const direct = await bob.createRoom({ name: 'for members too', ...restrictedTo(root) });
    await addChild(alice, root, direct, two);
    expect(names(await alice.ok('GET', path(root)))).toContain('for members too');
    expect(names(await mallory.ok('GET', path(root)))).not.toContain('for members too');
  });

  test('a room is summed up by its id or alias', async () => {
    const roomId = await bob.createRoom({ name: 'Public', topic: 'About', preset: 'public_chat', room_alias_name: 'public' });
    const here = await bob.ok('GET', summaryPath(roomId));
    expect(here).toMatchObject({ room_id: roomId, name: 'Public', topic: 'About', membership: 'join', join_rule: 'public', num_joined_members: 1 });
    const { membership: _own, ...rest } = here;
    expect(await alice.ok('GET', summaryPath(roomId, `via=${two.name}`))).toEqual(rest);
    expect(await alice.ok('GET', summaryPath(`#public:${two.name}`))).toEqual(rest);
    expect(await two.nobody.ok('GET', `/_matrix/client/unstable/im.nheko.summary/rooms/${encodeURIComponent(roomId)}/summary`)).toEqual(rest);
    expect(await one.nobody.error('GET', summaryPath(roomId, `via=${two.name}`))).toEqual([404, 'M_NOT_FOUND']);
    const secret = await bob.createRoom({ preset: 'private_chat' });
    expect(await alice.error('GET', summaryPath(secret, `via=${two.name}`))).toEqual([404, 'M_NOT_FOUND']);
    expect(await two.nobody.error('GET', summaryPath(secret))).toEqual([404, 'M_NOT_FOUND']);
    expect(await alice.error('GET', summaryPath('nonsense'))).toEqual([400, 'M_INVALID_PARAM']);
  });
});
