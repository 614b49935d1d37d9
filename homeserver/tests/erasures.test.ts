/** What an erased account sent, as those see it who were there before and those who come later (POST /account/deactivate, `erase`). */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { deactivateUser } from '../src/cli/users.ts';
import { eventually, leave, sees } from '../testing/across-servers.ts';
import { startAmongFakes, type ServerAmongFakes } from '../testing/fake-network.ts';
import type { FakeRemoteServer } from '../testing/fake-remote-server.ts';
import { FakeRoom } from '../testing/fake-room.ts';
import { freePort } from '../testing/free-port.ts';
import type { SeedClient } from '../testing/seed-client.ts';

let network: ServerAmongFakes;
let server: ServerAmongFakes['server'];
let alice: SeedClient;
let bob: SeedClient;
let carol: SeedClient;
/** whose account is erased */
let dora: SeedClient;
let doras = 0;
let roomId: string;
let said: string;

beforeAll(async () => {
  // The same port after a restart.
  network = await startAmongFakes(2, { NEXUS_PORT: String(await freePort()) });
  server = network.server;
  [alice, bob, carol] = [await server.user('alice'), await server.user('bob'), await server.user('carol')];
}, 60_000);
afterAll(async () => {
  await network[Symbol.asyncDispose]();
});
beforeEach(async () => {
  dora = await server.user(`dora${++doras}`);
  roomId = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
  for (const user of [bob, dora]) await user.join(roomId);
  said = await dora.say(roomId, `the aardvark of ${doras}`);
});

const encode = encodeURIComponent;
const inRoom = (path: string): string => `/rooms/${encode(roomId)}/${path}`;
async function deactivate(user: SeedClient, erase: boolean): Promise<void> {
  const password = `password of ${user.userId.slice(1).split(':')[0]!}`;
  const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: user.userId }, password };
  await user.ok('POST', '/account/deactivate', { auth, erase });
}
const contentFor = async (user: SeedClient, eventId: string): Promise<object> => (await sees(user, roomId, eventId)).content;
const found = async (user: SeedClient): Promise<any[]> =>
  (await user.ok('POST', '/search', { search_categories: { room_events: { search_term: 'aardvark', filter: { rooms: [roomId] } } } }))
    .search_categories.room_events.results;
/** Contents by event id, wherever clients read the event; of those parts that have it at all. */
async function everywhere(user: SeedClient, eventId: string): Promise<Record<string, object | undefined>> {
  const of = (events: any[]): object | undefined => events.find((event) => event.event_id === eventId)?.content;
  const timeline = { room: { timeline: { limit: 50 } } };
  const after = await user.ok('GET', inRoom(`messages?dir=f&limit=50`));
  return {
    event: await contentFor(user, eventId),
    context: (await user.ok('GET', inRoom(`context/${encode(eventId)}`))).event.content,
    messages: of((await user.ok('GET', inRoom('messages?dir=b&limit=50'))).chunk),
    forwards: of(after.chunk),
    sync: of((await user.sync({ filter: timeline })).rooms.join[roomId].timeline.events),
    federationFormat: of((await user.sync({ filter: { ...timeline, event_format: 'federation' } })).rooms.join[roomId].timeline.events.map(withId)),
  };
  /** Events in that format have no id: the one of dora's message is known by its sender and type. */
  function withId(event: any): object {
    return { ...event, event_id: event.sender === dora.userId && event.type === 'm.room.message' ? said : '' };
  }
}
const all = (content: object): object => ({
  event: content,
  context: content,
  messages: content,
  forwards: content,
  sync: content,
  federationFormat: content,
});

test('who comes later is shown it redacted, who was there before is not, over a restart too', async () => {
  const whole = { msgtype: 'm.text', body: `the aardvark of ${doras}` };
  await deactivate(dora, true);
  await carol.join(roomId);
  for (const restarted of [false, true]) {
    if (restarted) await server.restart();
    expect(await everywhere(alice, said)).toEqual(all(whole));
    expect(await everywhere(bob, said)).toEqual(all(whole));
    expect(await everywhere(carol, said)).toEqual(all({}));
    expect([(await found(bob)).length, (await found(carol)).length]).toEqual([1, 0]);
  }
});

test('without erasing nothing changes', async () => {
  await deactivate(dora, false);
  await carol.join(roomId);
  expect(await contentFor(carol, said)).toMatchObject({ msgtype: 'm.text' });
  expect(await found(carol)).toHaveLength(1);
});

test('the command line erases too', async () => {
  await deactivateUser(server.config, `dora${doras}`, true);
  await eventually('dora has left', async () => {
    const { body } = await alice.request('GET', inRoom(`state/m.room.member/${encode(dora.userId)}`));
    return body.membership === 'leave';
  });
  await carol.join(roomId);
  expect([await contentFor(bob, said), await contentFor(carol, said)]).toMatchObject([{ msgtype: 'm.text' }, {}]);
});

test('who comes back sees what was sent while they were there', async () => {
  await leave(bob, roomId);
  const missed = await dora.say(roomId, 'not for bob');
  await deactivate(dora, true);
  await bob.join(roomId);
  expect([await contentFor(bob, said), await contentFor(bob, missed)]).toEqual([{ msgtype: 'm.text', body: `the aardvark of ${doras}` }, {}]);
});

test('names, edits, threads and the inbox', async () => {
  const root = await alice.say(roomId, 'the root');
  const inThread = { msgtype: 'm.text', body: 'a reply', 'm.relates_to': { rel_type: 'm.thread', event_id: root } };
  await dora.send(roomId, 'm.room.message', inThread);
  const edit = { msgtype: 'm.text', body: '* edited', 'm.new_content': { msgtype: 'm.text', body: 'edited' } };
  await dora.send(roomId, 'm.room.message', { ...edit, 'm.relates_to': { rel_type: 'm.replace', event_id: said } });
  const last = await dora.say(roomId, 'the last words');
  await deactivate(dora, true);
  await carol.join(roomId);
  const latest = async (user: SeedClient): Promise<object> =>
    (await sees(user, roomId, root)).unsigned['m.relations']['m.thread'].latest_event.content;
  expect([await latest(bob), await latest(carol)]).toMatchObject([{ body: 'a reply' }, {}]);
  const { unsigned, content } = await sees(carol, roomId, said);
  expect([content, unsigned['m.relations']]).toEqual([{}, undefined]);
  expect((await sees(bob, roomId, said)).unsigned['m.relations']['m.replace'].content['m.new_content'].body).toBe('edited');
  const leaving = async (user: SeedClient): Promise<any> => user.ok('GET', inRoom(`state/m.room.member/${encode(dora.userId)}?format=event`));
  expect((await leaving(bob)).unsigned.prev_content.displayname).toBe(`dora${doras}`);
  expect((await leaving(carol)).unsigned.prev_content).toEqual({ membership: 'join' });
  const shown = async (user: SeedClient): Promise<any> =>
    (await user.ok('GET', '/_nexuscomm/client/v1/inbox')).chunk.find((entry: any) => entry.room_id === roomId).last_event;
  expect(await shown(bob)).toMatchObject({ event_id: last, sender_name: `dora${doras}`, content: { body: 'the last words' } });
  expect(await shown(carol)).toMatchObject({ event_id: last, content: {}, redacted: true });
  expect((await shown(carol)).sender_name).not.toBe(`dora${doras}`);
});

test('state that rooms work by stays whole', async () => {
  const theirs = await dora.createRoom({ preset: 'public_chat', name: 'Of dora' });
  await bob.join(theirs);
  await deactivate(dora, true);
  await carol.join(theirs);
  expect(await carol.ok('GET', `/rooms/${encode(theirs)}/state/m.room.name/`)).toEqual({ name: 'Of dora' });
});

test('servers that come later are given redacted copies, those that were there are not', async () => {
  const [before, later] = network.fakes as [FakeRemoteServer, FakeRemoteServer];
  await FakeRoom.join(before, server, roomId);
  const last = await dora.say(roomId, 'the last words');
  await deactivate(dora, true);
  const joined = await FakeRoom.join(later, server, roomId);
  const get = async (fake: FakeRemoteServer, path: string): Promise<any> => {
    const { status, body } = await fake.request(server, 'GET', `/_matrix/federation/v1/${path}`);
    expect(status).toBe(200);
    return body;
  };
  const contents = async (fake: FakeRemoteServer): Promise<unknown> => {
    const tip = joined.last.eventId;
    const ofDora = (pdus: any[]): unknown[] => pdus.filter((pdu) => pdu.sender === dora.userId).map((pdu) => pdu.content);
    const missing = await fake.request(server, 'POST', `/_matrix/federation/v1/get_missing_events/${encode(roomId)}`, {
      latest_events: [tip],
      earliest_events: [],
      limit: 3,
    });
    return {
      event: ofDora((await get(fake, `event/${encode(said)}`)).pdus),
      backfill: ofDora((await get(fake, `backfill/${encode(roomId)}?v=${encode(tip)}&limit=4`)).pdus),
      missing: ofDora(missing.body.events),
      state: ofDora((await get(fake, `state/${encode(roomId)}?event_id=${encode(last)}`)).pdus),
    };
  };
  const words = { msgtype: 'm.text', body: 'the last words' };
  const named = { membership: 'join', displayname: `dora${doras}` };
  const leaving = { membership: 'leave' };
  expect(await contents(before)).toEqual({
    event: [{ msgtype: 'm.text', body: `the aardvark of ${doras}` }],
    backfill: [leaving, words],
    missing: [words, leaving],
    state: [named],
  });
  expect(await contents(later)).toEqual({ event: [{}], backfill: [leaving, {}], missing: [{}, leaving], state: [{ membership: 'join' }] });
});
