/** Memberships and invites from another server that have no canonical form (room version 6, "Canonical JSON"). */
import { expect, test } from '@jest/globals';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { FakeRoom } from '../testing/fake-room.ts';
import { useRoomAmongFakes } from '../testing/room-among-fakes.ts';
import type { Answer } from '../testing/seed-client.ts';

const among = useRoomAmongFakes({});
const FORMS = [
  ['a float', 1.5],
  ['an integer out of range', 2 ** 53],
] as const;
const FEDERATION = '/_matrix/federation';

const put = (room: FakeRoom, path: string, event: RoomEvent, body: object): Promise<Answer> =>
  among.fake.request(among.server, 'PUT', `${FEDERATION}/${path}/${encodeURIComponent(room.roomId)}/${encodeURIComponent(event.eventId)}`, body);
const told = ({ status, body }: Answer): [number, string] => [status, body.errcode];
const membership = (room: FakeRoom, name: string): RoomEvent => {
  const sender = among.fake.user('guest');
  return room.build({ type: 'm.room.member', stateKey: sender, sender, content: { membership: name } });
};
const invite = (room: FakeRoom): RoomEvent =>
  room.build({ type: 'm.room.member', stateKey: among.alice.userId, sender: room.fake.user('maker'), content: { membership: 'invite' } });

test.each(FORMS)('%s is refused as bad JSON in a join, a leave and a knock', async (_name, value) => {
  const { room } = among;
  for (const [path, name] of [
    ['v2/send_join', 'join'],
    ['v1/send_join', 'join'],
    ['v2/send_leave', 'leave'],
    ['v1/send_leave', 'leave'],
    ['v1/send_knock', 'knock'],
  ] as const) {
    const event = membership(room, name);
    expect([path, ...told(await put(room, path, event, { ...event.json, bad_value: value }))]).toEqual([path, 400, 'M_BAD_JSON']);
  }
  // Nothing of it has an effect.
  expect((await among.alice.ok('GET', `/rooms/${encodeURIComponent(room.roomId)}/joined_members`)).joined).toHaveProperty([among.fake.user('guest')]);
});

test('also where this server would vouch for the join', async () => {
  const { room } = among;
  const event = membership(room, 'join');
  const content = { membership: 'join', join_authorised_via_users_server: among.alice.userId, bad_value: 0.1 };
  expect(told(await put(room, 'v2/send_join', event, { ...event.json, content }))).toEqual([400, 'M_BAD_JSON']);
});

test.each(FORMS)('%s is refused as bad JSON in an invite', async (_name, value) => {
  const elsewhere = FakeRoom.create(among.fake, '6');
  const event = invite(elsewhere);
  const json = { ...event.json, content: { ...(event.json['content'] as object), bad_value: value } };
  expect(told(await put(elsewhere, 'v2/invite', event, { room_version: '6', event: json }))).toEqual([400, 'M_BAD_JSON']);
  expect((await among.alice.sync()).rooms?.invite?.[elsewhere.roomId]).toBeUndefined();
});

test('rooms of versions before that have other numbers, and a wrong signature is still forbidden', async () => {
  const old = FakeRoom.create(among.fake, '1');
  const event = invite(old);
  expect((await put(old, 'v1/invite', event, { ...event.json, unsigned: { odd_value: 2 ** 53 } })).status).toBe(200);
  const { room } = among;
  const forged = membership(room, 'leave');
  expect(told(await put(room, 'v2/send_leave', forged, { ...forged.json, origin_server_ts: 1 }))).toEqual([403, 'M_FORBIDDEN']);
});
