/** What the servers tell of their rooms: aliases, the public directory, spaces; rooms that are upgraded. */
import { expect } from '@jest/globals';
import { agree, eventually, joinVia, roomOfTwo, seesMember, seesState, stateOf } from '../../testing/across-servers.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const { bothWays } = await pairWithSynapse();

bothWays('an alias looked up', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const name = `Grüße-von_${host.kind}`.toLowerCase();
  const roomId = await alice.createRoom({ room_alias_name: name });
  const found = await bob.ok('GET', `/directory/room/${encodeURIComponent(`#${name}:${host.name}`)}`);
  expect(found).toEqual({ room_id: roomId, servers: [host.name] });
  expect(await bob.error('GET', `/directory/room/${encodeURIComponent(`#nothing:${host.name}`)}`)).toEqual([404, 'M_NOT_FOUND']);
});

bothWays('the public rooms of the other server', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const roomIds: string[] = [];
  for (const topic of ['apples', 'pears', 'plums']) {
    roomIds.push(await alice.createRoom({ preset: 'public_chat', visibility: 'public', name: `About ${topic}`, topic: `All about ${topic}` }));
  }
  const path = `/publicRooms?server=${encodeURIComponent(host.name)}`;
  const all = (await bob.ok('GET', path)).chunk;
  expect(all.map((room: any) => room.room_id).sort()).toEqual([...roomIds].sort());
  const pears = (await bob.ok('POST', path, { filter: { generic_search_term: 'pears' } })).chunk;
  expect(pears).toEqual([
    expect.objectContaining({ room_id: roomIds[1], name: 'About pears', topic: 'All about pears', num_joined_members: 1, world_readable: false }),
  ]);
  const pages: string[] = [];
  for (let since = ''; since !== undefined;) {
    const page = await bob.ok('GET', `${path}&limit=2${since === '' ? '' : `&since=${encodeURIComponent(since)}`}`);
    pages.push(...page.chunk.map((room: any) => room.room_id));
    since = page.next_batch;
  }
  expect(pages.sort()).toEqual([...roomIds].sort());
});

bothWays('a space with rooms of both, looked at and entered', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const space = await alice.createRoom({ preset: 'public_chat', name: 'A space', creation_content: { type: 'm.space' } });
  const hers = await alice.createRoom({ preset: 'public_chat', name: 'Her room' });
  const his = await bob.createRoom({ preset: 'public_chat', name: 'His room' });
  await alice.setState(space, 'm.space.child', { via: [host.name] }, hers);
  await alice.setState(space, 'm.space.child', { via: [guest.name] }, his);
  await joinVia(bob, space, [host]);
  await seesMember(alice, space, bob, 'join');
  for (const user of [alice, bob]) {
    const { rooms } = await user.ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(space)}/hierarchy`);
    expect(rooms.map((room: any) => room.name).sort()).toEqual(['A space', 'Her room', 'His room']);
    expect(rooms[0]).toMatchObject({ room_id: space, room_type: 'm.space' });
    expect(rooms[0].children_state.map((child: any) => child.state_key).sort()).toEqual([hers, his].sort());
  }
});

bothWays('a room upgraded, and followed', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction, { room_version: '10', name: 'Old house' });
  const { replacement_room: successor } = await alice.ok('POST', `/rooms/${encodeURIComponent(roomId)}/upgrade`, { new_version: '12' });
  const tombstone = await seesState(bob, roomId, 'm.room.tombstone', () => true);
  expect(tombstone.replacement_room).toBe(successor);
  await joinVia(bob, successor, [direction.host]);
  await seesMember(alice, successor, bob, 'join');
  expect(await stateOf(bob, successor, 'm.room.create')).toMatchObject({ room_version: '12', predecessor: { room_id: roomId } });
  expect(await stateOf(bob, successor, 'm.room.name')).toEqual({ name: 'Old house' });
  await agree(alice, bob, successor);
  expect(
    (await bob.request('PUT', `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/late`, { msgtype: 'm.text', body: 'hello?' })).status,
  ).toBe(403);
});

bothWays('a room joined by the alias of a third room that moved on', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const name = `moving-${host.kind}`.toLowerCase();
  const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: name, room_version: '11' });
  const { replacement_room: successor } = await alice.ok('POST', `/rooms/${encodeURIComponent(roomId)}/upgrade`, { new_version: '12' });
  const joined = await eventually('the alias moved', async () => {
    const found = await bob.ok('GET', `/directory/room/${encodeURIComponent(`#${name}:${host.name}`)}`);
    return found.room_id === successor && found;
  });
  expect(joined.servers).toContain(host.name);
  expect(await joinVia(bob, `#${name}:${host.name}`, [])).toBe(successor);
  await seesMember(alice, successor, bob, 'join');
});
