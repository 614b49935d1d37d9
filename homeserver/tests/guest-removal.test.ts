/** Rooms that cease to take guests (Client-Server API, "Guest Access", server behaviour). */
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { sees, seesMember } from '../testing/across-servers.ts';
import { freePort } from '../testing/free-port.ts';
import { useRoomAmongFakes, type RoomAmongFakes } from '../testing/room-among-fakes.ts';
import type { SeedClient } from '../testing/seed-client.ts';

// The same port after a restart.
const among = useRoomAmongFakes({ NEXUS_PORT: String(await freePort()) });
let server: RoomAmongFakes['server'];
let alice: SeedClient;
let bob: SeedClient;
let roomId: string;
beforeAll(async () => {
  bob = await among.server.user('bob');
});
beforeEach(async () => {
  ({ server, alice } = among);
  roomId = among.room.roomId;
  await alice.setState(roomId, 'm.room.guest_access', { guest_access: 'can_join' });
});

async function newGuest(): Promise<SeedClient> {
  const guest = server.nobody;
  const { access_token: token, user_id: userId } = await guest.ok('POST', '/register?kind=guest', {});
  return Object.assign(guest, { token, userId });
}
const encode = encodeURIComponent;
const forbid = (): Promise<string> => alice.setState(roomId, 'm.room.guest_access', { guest_access: 'forbidden' });
const memberEvent = async (userId: string): Promise<any> =>
  alice.ok('GET', `/rooms/${encode(roomId)}/state/m.room.member/${encode(userId)}?format=event`);

test('guests leave by themselves, others stay', async () => {
  const [guest, another] = [await newGuest(), await newGuest()];
  for (const user of [guest, another, bob]) await user.join(roomId);
  const { next_batch: since } = await guest.sync();
  await forbid();
  for (const user of [guest, another]) await seesMember(alice, roomId, user, 'leave');
  expect((await memberEvent(guest.userId)).sender).toBe(guest.userId);
  expect((await memberEvent(bob.userId)).content.membership).toBe('join');
  expect(await guest.syncUntil(since, (answer) => answer.rooms?.leave?.[roomId] && true)).toBe(true);
  expect(await guest.error('POST', `/join/${encode(roomId)}`, {})).toEqual([403, 'M_GUEST_ACCESS_FORBIDDEN']);
});

test('a setting that still takes them puts nobody out, a redacted one does', async () => {
  const guest = await newGuest();
  await guest.join(roomId);
  const setting = await alice.setState(roomId, 'm.room.guest_access', { guest_access: 'can_join', note: 'as before' });
  await sees(alice, roomId, await alice.say(roomId, 'after it'));
  expect((await memberEvent(guest.userId)).content.membership).toBe('join');
  await alice.ok('PUT', `/rooms/${encode(roomId)}/redact/${encode(setting)}/r1`, {});
  await seesMember(alice, roomId, guest, 'leave');
});

test('another server changes it', async () => {
  const { room, fake } = among;
  const guest = await newGuest();
  await guest.join(roomId);
  const levels = await alice.ok('GET', `/rooms/${encode(roomId)}/state/m.room.power_levels/`);
  await alice.setState(roomId, 'm.room.power_levels', { ...levels, users: { ...levels.users, [fake.user('guest')]: 50 } });
  const { body } = await fake.request(server, 'GET', `/_matrix/federation/v1/make_leave/${encode(roomId)}/${encode(fake.user('guest'))}`);
  // The newest events decide on it: as of a leave, which names them too.
  const { hashes: _hashes, signatures: _signatures, ...template } = body.event;
  const change = room.seal({ ...template, type: 'm.room.guest_access', state_key: '', content: { guest_access: 'forbidden' } });
  expect((await room.send(server, [change])).body.pdus).toEqual({ [change.eventId]: {} });
  await seesMember(alice, roomId, guest, 'leave');
});

test('those that a stop has left in the room are put out at the start', async () => {
  const carol = await server.user('carol');
  await carol.join(roomId);
  await forbid();
  await server.restart(async () => {
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    await client.query('update account set is_guest = true where user_id = $1', [carol.userId]);
    await client.end();
  });
  await seesMember(alice, roomId, carol, 'leave');
});
