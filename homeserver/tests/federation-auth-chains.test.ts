/** What authorises a state is told with it, also where it is part of the state (Server-Server API, "Joining Rooms", "Retrieving events"). */
import { beforeEach, expect, test } from '@jest/globals';
import { useRoomAmongFakes, type RoomAmongFakes } from '../testing/room-among-fakes.ts';

const among = useRoomAmongFakes({});
let server: RoomAmongFakes['server'];
let fake: RoomAmongFakes['fake'];
let room: RoomAmongFakes['room'];
beforeEach(() => {
  ({ server, fake, room } = among);
});

/** Types of what authorises the members of a public room, sorted. */
const AUTHORISING = ['m.room.create', 'm.room.join_rules', 'm.room.member', 'm.room.power_levels'];
const types = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type).toSorted();
const get = async (path: string): Promise<any> => (await fake.request(server, 'GET', `/_matrix/federation/v1/${path}`)).body;
const encode = encodeURIComponent;

async function join(name: string, query = ''): Promise<any> {
  const userId = fake.user(name);
  const sender = userId;
  const draft = await get(`make_join/${encode(room.roomId)}/${encode(userId)}?ver=11`);
  const event = room.seal({ ...draft.event, sender });
  const path = `/_matrix/federation/v2/send_join/${encode(room.roomId)}/${encode(event.eventId)}${query}`;
  return (await fake.request(server, 'PUT', path, event.json)).body;
}

test('who joins can check the state with what it is given; who asks for less is not told twice', async () => {
  const whole = await join('whole');
  expect(types(whole.auth_chain)).toEqual(AUTHORISING);
  expect(types(whole.state)).toEqual(expect.arrayContaining(AUTHORISING));
  const less = await join('less', '?omit_members=true');
  const told = new Set(less.state.map((event: object) => JSON.stringify(event)));
  expect(less.auth_chain.filter((event: object) => told.has(JSON.stringify(event)))).toEqual([]);
});

test('of a state before an event too, by ids as well', async () => {
  const at = `${encode(room.roomId)}?event_id=${encode(room.last.eventId)}`;
  const state = await get(`state/${at}`);
  // Nobody had joined by the join rules before.
  const authorising = AUTHORISING.filter((type) => type !== 'm.room.join_rules');
  expect(types(state.auth_chain)).toEqual(authorising);
  const ids = await get(`state_ids/${at}`);
  expect([ids.pdu_ids.length, ids.auth_chain_ids.length]).toEqual([state.pdus.length, authorising.length]);
  expect(ids.pdu_ids).toEqual(expect.arrayContaining(ids.auth_chain_ids));
});
