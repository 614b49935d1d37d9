/** Rooms of the versions that are in use, created by either server: what every room is for. */
import { expect } from '@jest/globals';
import { agree, eventually, joinVia, moderate, redact, roomOfTwo, sees, seesMember, seesState, stateOf } from '../../testing/across-servers.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const { bothWays } = await pairWithSynapse();

for (const version of ['1', '2', '3', '5', '6', '7', '8', '9', '10', '11', '12']) {
  bothWays(`a room of version ${version}`, async (direction) => {
    const { alice, bob, roomId } = await roomOfTwo(direction, { room_version: version, name: `Version ${version}` });
    expect((await stateOf(bob, roomId, 'm.room.create')).room_version ?? '1').toBe(version);

    const [hers, his] = [await alice.say(roomId, 'from the host'), await bob.say(roomId, 'from the guest')];
    expect((await sees(bob, roomId, hers)).content.body).toBe('from the host');
    expect((await sees(alice, roomId, his)).content.body).toBe('from the guest');

    const levels = await stateOf(alice, roomId, 'm.room.power_levels');
    await alice.setState(roomId, 'm.room.power_levels', { ...levels, users: { ...levels.users, [bob.userId]: 50 } });
    await seesState(bob, roomId, 'm.room.power_levels', ({ users }) => users[bob.userId] === 50);
    await bob.setState(roomId, 'm.room.topic', { topic: 'by Bob' });
    await seesState(alice, roomId, 'm.room.topic', ({ topic }) => topic === 'by Bob');

    await redact(bob, roomId, hers);
    await eventually('her message is gone at hers', async () => (await sees(alice, roomId, hers)).content.body === undefined);
    await redact(alice, roomId, his);
    await eventually('his message is gone at his', async () => (await sees(bob, roomId, his)).content.body === undefined);

    const carol = await direction.host.user('carol');
    await bob.invite(roomId, carol);
    await seesMember(alice, roomId, carol, 'invite');
    await carol.join(roomId);
    await seesMember(bob, roomId, carol, 'join');
    await moderate(bob, 'ban', roomId, carol);
    await seesMember(alice, roomId, carol, 'ban');
    await agree(alice, bob, roomId);

    await moderate(alice, 'ban', roomId, bob);
    await eventually('Bob is out', async () => (await bob.sync()).rooms?.join?.[roomId] === undefined);
    await moderate(alice, 'unban', roomId, bob);
    await joinVia(bob, roomId, [direction.host]);
    await seesMember(alice, roomId, bob, 'join');
    await agree(alice, bob, roomId);
  });
}
