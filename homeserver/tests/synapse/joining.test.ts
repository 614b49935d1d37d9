/** Rooms of one server joined by users of the other: by alias, by id, again, because of another room. */
import { expect } from '@jest/globals';
import { agree, joinVia, leave, roomOfTwo, seesMember, stateOf } from '../../testing/across-servers.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const { bothWays } = await pairWithSynapse();

bothWays('joined by alias', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: `door-of-${host.kind.toLowerCase()}`, name: 'The door' });
  const { alias } = await stateOf(alice, roomId, 'm.room.canonical_alias');
  expect(await joinVia(bob, alias, [])).toBe(roomId);
  await seesMember(alice, roomId, bob, 'join');
  expect(await stateOf(bob, roomId, 'm.room.name')).toEqual({ name: 'The door' });
  await agree(alice, bob, roomId);
});

bothWays('joined by id, with a server to ask', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction, { name: 'By id', topic: 'ids' });
  const state = await agree(alice, bob, roomId);
  expect(state.length).toBeGreaterThan(7);
});

bothWays('an alias that there is not', async ({ host, guest }) => {
  const bob = await guest.user('bob');
  expect(await bob.error('POST', `/join/${encodeURIComponent(`#nowhere:${host.name}`)}`, {})).toEqual([404, 'M_NOT_FOUND']);
});

bothWays('a room that lets nobody in', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const roomId = await alice.createRoom({ preset: 'private_chat' });
  expect(await bob.error('POST', `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(host.name)}`, {})).toEqual([403, 'M_FORBIDDEN']);
});

bothWays('joined by two at once', async ({ host, guest }) => {
  const [alice, bob, carol] = await Promise.all([host.user('alice'), guest.user('bob'), guest.user('carol')]);
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  await Promise.all([joinVia(bob, roomId, [host]), joinVia(carol, roomId, [host])]);
  await Promise.all([bob, carol].map((user) => seesMember(alice, roomId, user, 'join')));
  await agree(alice, carol, roomId);
});

bothWays('left and joined again', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  await leave(bob, roomId);
  await seesMember(alice, roomId, bob, 'leave');
  await alice.setState(roomId, 'm.room.topic', { topic: 'without you' });
  await joinVia(bob, roomId, [direction.host]);
  await seesMember(alice, roomId, bob, 'join');
  expect(await stateOf(bob, roomId, 'm.room.topic')).toMatchObject({ topic: 'without you' });
  await agree(alice, bob, roomId);
});

bothWays('a restricted room, joined because of membership in another', async (direction) => {
  const { alice, bob, roomId: club } = await roomOfTwo(direction);
  const stranger = await direction.guest.user('stranger');
  const roomId = await alice.createRoom({
    preset: 'private_chat',
    initial_state: [
      {
        type: 'm.room.join_rules',
        state_key: '',
        content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: club }] },
      },
    ],
  });
  const path = `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(direction.host.name)}`;
  expect((await stranger.request('POST', path, {})).status).toBe(403);
  await joinVia(bob, roomId, [direction.host]);
  const member = await seesMember(alice, roomId, bob, 'join');
  expect(member.join_authorised_via_users_server).toBe(alice.userId);
  await agree(alice, bob, roomId);

  // The guest's server is inside now, but nobody of it may let others in: it asks the host.
  const carol = await direction.guest.user('carol');
  expect((await carol.request('POST', path, {})).status).toBe(403);
  await joinVia(carol, club, [direction.host]);
  await seesMember(alice, club, carol, 'join');
  await joinVia(carol, roomId, [direction.host]);
  await seesMember(alice, roomId, carol, 'join');
});
