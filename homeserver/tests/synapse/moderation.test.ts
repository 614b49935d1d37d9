/** Power over the borders of a server: power levels, kick, ban, unban, and ACLs that keep a whole server out. */
import { expect } from '@jest/globals';
import { agree, eventually, joinVia, moderate, roomOfTwo, sees, seesMember, seesState, stateOf } from '../../testing/across-servers.ts';
import type { SeedClient } from '../../testing/seed-client.ts';
import { pairWithSynapse, type Side } from '../../testing/synapse-pair.ts';

// An ACL looks at names without their ports, so the two servers need different ones.
const { bothWays } = await pairWithSynapse({ host: '127.0.0.1' });

async function mayNotJoin(user: SeedClient, roomId: string, via: Side): Promise<void> {
  const path = `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(via.name)}&server_name=${encodeURIComponent(via.name)}`;
  expect((await user.request('POST', path, {})).status).toBe(403);
}

async function changePower(user: SeedClient, roomId: string, change: object): Promise<string> {
  return user.setState(roomId, 'm.room.power_levels', { ...(await stateOf(user, roomId, 'm.room.power_levels')), ...change });
}

/** Alice gives Bob power over others than her. */
async function promote(alice: SeedClient, bob: SeedClient, roomId: string): Promise<void> {
  const { users } = await stateOf(alice, roomId, 'm.room.power_levels');
  await changePower(alice, roomId, { users: { ...users, [bob.userId]: 50 } });
  await seesState(bob, roomId, 'm.room.power_levels', (levels) => levels.users[bob.userId] === 50);
}

for (let i = 0; i < 25; i++)
  bothWays('kicked, and back again', async (direction) => {
    const { alice, bob, roomId } = await roomOfTwo(direction);
    await moderate(alice, 'kick', roomId, bob);
    const kick = await eventually('the kick in a sync', async () => {
      const { rooms } = await bob.sync({ filter: { room: { include_leave: true } } });
      const { timeline, state } = rooms?.leave?.[roomId] ?? { timeline: { events: [] }, state: { events: [] } };
      return [...timeline.events, ...state.events].find((event: any) => event.state_key === bob.userId && event.content.membership === 'leave');
    });
    expect(kick).toMatchObject({ sender: alice.userId, content: { reason: 'kick in a test' } });
    expect((await bob.request('PUT', `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/x`, { msgtype: 'm.text', body: 'hey' })).status).toBe(
      403,
    );
    await joinVia(bob, roomId, [direction.host]);
    await seesMember(alice, roomId, bob, 'join');
    await agree(alice, bob, roomId);
  });

bothWays('banned, kept out, let in again', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  await moderate(alice, 'ban', roomId, bob);
  await eventually('the ban in a sync', async () => (await bob.sync()).rooms?.join?.[roomId] === undefined);
  await mayNotJoin(bob, roomId, direction.host);
  await moderate(alice, 'unban', roomId, bob);
  await joinVia(bob, roomId, [direction.host]);
  await seesMember(alice, roomId, bob, 'join');
  await agree(alice, bob, roomId);
});

bothWays('banned by the other server, while others of the own stay', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  const carol = await direction.guest.user('carol');
  await joinVia(carol, roomId, [direction.host]);
  await seesMember(alice, roomId, carol, 'join');
  await promote(alice, bob, roomId);
  const dora = await direction.host.user('dora');
  await dora.join(roomId);
  await seesMember(bob, roomId, dora, 'join');
  await moderate(bob, 'ban', roomId, dora);
  await seesMember(alice, roomId, dora, 'ban');
  await moderate(alice, 'ban', roomId, carol);
  await seesMember(bob, roomId, carol, 'ban');
  await mayNotJoin(carol, roomId, direction.host);
  await agree(alice, bob, roomId);
});

bothWays('power given and taken', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  const topic = `/rooms/${encodeURIComponent(roomId)}/state/m.room.topic/`;
  expect((await bob.request('PUT', topic, { topic: 'no' })).status).toBe(403);
  await promote(alice, bob, roomId);
  await bob.setState(roomId, 'm.room.topic', { topic: 'yes' });
  await seesState(alice, roomId, 'm.room.topic', (content) => content.topic === 'yes');
  const { users } = await stateOf(alice, roomId, 'm.room.power_levels');
  await changePower(alice, roomId, { users: { ...users, [bob.userId]: 0 } });
  await seesState(bob, roomId, 'm.room.power_levels', (levels) => (levels.users[bob.userId] ?? 0) === 0);
  expect((await bob.request('PUT', topic, { topic: 'again' })).status).toBe(403);
  await agree(alice, bob, roomId);
});

bothWays('a server that an ACL keeps out: what it sends is refused, it learns nothing more, nobody of it joins', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  const before = await bob.say(roomId, 'before');
  await sees(alice, roomId, before);
  await alice.setState(roomId, 'm.room.server_acl', { allow: ['*'], deny: [direction.guest.name.replace(/:\d+$/, '')], allow_ip_literals: true });
  await seesState(bob, roomId, 'm.room.server_acl', (acl) => acl.deny.length === 1);
  const behindWall = await bob.say(roomId, 'behind the wall');
  const carol = await direction.guest.user('carol');
  await carol.request('POST', `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(direction.host.name)}`, {});
  await sees(bob, roomId, behindWall);

  // Another room that both share shows when what was sent to the host has been dealt with.
  const other = await roomOfTwo(direction);
  await sees(other.alice, other.roomId, await other.bob.say(other.roomId, 'delivered'));
  const missing = await alice.request('GET', `/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(behindWall)}`);
  expect(missing.status).toBe(404);
  expect(await stateOf(alice, roomId, 'm.room.member', carol.userId)).toBeUndefined();

  // Lifted, what is new comes again, and with it what is between.
  await alice.setState(roomId, 'm.room.server_acl', { allow: ['*'], deny: [], allow_ip_literals: true });
  await seesState(bob, roomId, 'm.room.server_acl', (acl) => acl.deny.length === 0);
  await sees(alice, roomId, await bob.say(roomId, 'after'));
});
