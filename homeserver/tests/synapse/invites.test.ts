/** Invites and knocks between the servers, with every way they can end. */
import { expect } from '@jest/globals';
import { agree, eventually, joinVia, knockAt, leave, moderate, seesInvite, seesMember } from '../../testing/across-servers.ts';
import type { SeedClient } from '../../testing/seed-client.ts';
import { pairWithSynapse, type Direction } from '../../testing/synapse-pair.ts';

const { bothWays, scenario } = await pairWithSynapse();

/** Alice of the host has a room that nobody enters uninvited; Bob of the guest is not in it. */
async function closedRoom({ host, guest }: Direction, options: object = {}): Promise<{ alice: SeedClient; bob: SeedClient; roomId: string }> {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  return { alice, bob, roomId: await alice.createRoom({ preset: 'private_chat', name: 'Closed', ...options }) };
}

async function roomForKnocks(direction: Direction): Promise<{ alice: SeedClient; bob: SeedClient; roomId: string }> {
  return closedRoom(direction, { initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }] });
}

/** Waits until a sync no longer shows the user invited to the room, or knocking at it. */
async function isRidOf(user: SeedClient, roomId: string): Promise<void> {
  await eventually(`${user.userId} is rid of ${roomId}`, async () => {
    const { rooms } = await user.sync();
    return rooms?.invite?.[roomId] === undefined && rooms?.knock?.[roomId] === undefined;
  });
}

bothWays('an invite accepted', async (direction) => {
  const { alice, bob, roomId } = await closedRoom(direction);
  await alice.invite(roomId, bob);
  const shown = await seesInvite(bob, roomId);
  expect(shown.find((event) => event.type === 'm.room.name').content).toEqual({ name: 'Closed' });
  expect(shown.find((event) => event.state_key === bob.userId)).toMatchObject({ sender: alice.userId, content: { membership: 'invite' } });
  await bob.join(roomId);
  await seesMember(alice, roomId, bob, 'join');
  await agree(alice, bob, roomId);
});

bothWays('an invite to a direct chat', async (direction) => {
  const [alice, bob] = [await direction.host.user('alice'), await direction.guest.user('bob')];
  const roomId = await alice.createRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [bob.userId] });
  const shown = await seesInvite(bob, roomId);
  expect(shown.find((event) => event.state_key === bob.userId).content).toMatchObject({ membership: 'invite', is_direct: true });
  await bob.join(roomId);
  await seesMember(alice, roomId, bob, 'join');
  await agree(alice, bob, roomId);
});

bothWays('an invite refused', async (direction) => {
  const { alice, bob, roomId } = await closedRoom(direction);
  await alice.invite(roomId, bob);
  await seesInvite(bob, roomId);
  await leave(bob, roomId);
  await isRidOf(bob, roomId);
  await seesMember(alice, roomId, bob, 'leave');
});

bothWays('an invite taken back', async (direction) => {
  const { alice, bob, roomId } = await closedRoom(direction);
  await alice.invite(roomId, bob);
  await seesInvite(bob, roomId);
  await moderate(alice, 'kick', roomId, bob);
  await isRidOf(bob, roomId);
  const path = `/join/${encodeURIComponent(roomId)}?via=${encodeURIComponent(direction.host.name)}`;
  expect((await bob.request('POST', path, {})).status).toBe(403);
});

bothWays('an invite to somebody whose server is in the room', async (direction) => {
  const { alice, bob, roomId } = await closedRoom(direction);
  await alice.invite(roomId, bob);
  await bob.join(roomId);
  await seesMember(alice, roomId, bob, 'join');
  const carol = await direction.guest.user('carol');
  await alice.invite(roomId, carol);
  await seesInvite(carol, roomId);
  await carol.join(roomId);
  await seesMember(alice, roomId, carol, 'join');
  const dora = await direction.host.user('dora');
  await alice.setState(roomId, 'm.room.power_levels', {
    ...(await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels/`)),
    invite: 0,
  });
  await agree(alice, bob, roomId);
  await bob.invite(roomId, dora);
  await seesInvite(dora, roomId);
  await dora.join(roomId);
  await seesMember(bob, roomId, dora, 'join');
  await agree(alice, bob, roomId);
});

bothWays('an invite to somebody who does not exist', async ({ host, guest }) => {
  const alice = await host.user('alice');
  const roomId = await alice.createRoom({ preset: 'private_chat' });
  const { status } = await alice.request('POST', `/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: `@nobody-at-all:${guest.name}` });
  // Synapse takes invites of users that it does not know, our server does not.
  expect(status).toBe(guest.kind === 'Synapse' ? 200 : 404);
});

bothWays('a knock that is let in', async (direction) => {
  const { alice, bob, roomId } = await roomForKnocks(direction);
  await knockAt(bob, roomId, [direction.host], 'please');
  expect(await seesMember(alice, roomId, bob, 'knock')).toMatchObject({ reason: 'please' });
  const shown = await eventually('the knock in a sync', async () => (await bob.sync()).rooms?.knock?.[roomId]?.knock_state.events);
  expect(shown.find((event: any) => event.type === 'm.room.name').content).toEqual({ name: 'Closed' });
  await alice.invite(roomId, bob);
  await seesInvite(bob, roomId);
  await bob.join(roomId);
  await seesMember(alice, roomId, bob, 'join');
  await agree(alice, bob, roomId);
});

// Synapse neither tells other servers that their user's knock was refused nor listens to them: only a new knock shows it.
bothWays('a knock that is refused, and repeated', async (direction) => {
  const { alice, bob, roomId } = await roomForKnocks(direction);
  await knockAt(bob, roomId, [direction.host], 'please');
  await seesMember(alice, roomId, bob, 'knock');
  await moderate(alice, 'kick', roomId, bob);
  await seesMember(alice, roomId, bob, 'leave');
  await knockAt(bob, roomId, [direction.host], 'pretty please');
  expect(await seesMember(alice, roomId, bob, 'knock')).toMatchObject({ reason: 'pretty please' });
});

// Synapse doesn't tell a server whose room it is that its user takes a knock back.
scenario("a knock taken back: in Synapse's room", async ({ ours, synapse }) => {
  const direction = { host: synapse, guest: ours };
  const { alice, bob, roomId } = await roomForKnocks(direction);
  await knockAt(bob, roomId, [synapse]);
  await seesMember(alice, roomId, bob, 'knock');
  await leave(bob, roomId);
  await seesMember(alice, roomId, bob, 'leave');
  await isRidOf(bob, roomId);
});

bothWays('a knock where nobody may knock', async (direction) => {
  const { bob, roomId } = await closedRoom(direction);
  const path = `/knock/${encodeURIComponent(roomId)}?via=${encodeURIComponent(direction.host.name)}&server_name=${encodeURIComponent(direction.host.name)}`;
  expect((await bob.request('POST', path, {})).status).toBe(403);
});

bothWays('an invite after leaving', async (direction) => {
  const { alice, bob, roomId } = await closedRoom(direction);
  await alice.invite(roomId, bob);
  await bob.join(roomId);
  await seesMember(alice, roomId, bob, 'join');
  await leave(bob, roomId);
  await seesMember(alice, roomId, bob, 'leave');
  await alice.invite(roomId, bob);
  await seesInvite(bob, roomId);
  await joinVia(bob, roomId, [direction.host]);
  await seesMember(alice, roomId, bob, 'join');
  await agree(alice, bob, roomId);
});
