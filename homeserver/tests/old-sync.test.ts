/** What clients from before /sync read: /events, /initialSync, and rooms that they are not in. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFederatedServers } from '../testing/federated-servers.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const PATIENCE_MS = 15_000;
const users = (...names: string[]): Promise<SeedClient[]> => Promise.all(names.map((name) => server.user(name)));
const get = (client: SeedClient, path: string, query: Record<string, string | number | boolean> = {}): Promise<any> =>
  client.ok('GET', `${path}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()}`);
const events = (client: SeedClient, query: Record<string, string | number> = {}): Promise<any> => get(client, '/events', { timeout: 0, ...query });
const idsOf = (chunk: any[]): string[] => chunk.filter((event) => event.event_id !== undefined).map((event) => event.event_id);

/** Begins to wait for events; they must come before the time is over. */
function awaited(client: SeedClient, query: Record<string, string>): Promise<any> {
  const began = Date.now();
  return events(client, { ...query, timeout: PATIENCE_MS }).then((answer) => {
    expect(Date.now() - began).toBeLessThan(PATIENCE_MS);
    return answer;
  });
}

/** Follows the stream until an event passes; all that was told up to then, that one last. */
async function follow(client: SeedClient, from: string, passes: (event: any) => boolean, query: Record<string, string> = {}): Promise<any[]> {
  const told: any[] = [];
  const deadline = Date.now() + PATIENCE_MS;
  for (let next = from; Date.now() < deadline;) {
    const { chunk, end } = await events(client, { ...query, from: next, timeout: 2_000 });
    told.push(...chunk);
    if (chunk.some(passes)) return told;
    next = end;
  }
  throw new Error('no events had it');
}

const openToAll = (client: SeedClient, roomId: string, visibility = 'world_readable'): Promise<string> =>
  client.setState(roomId, 'm.room.history_visibility', { history_visibility: visibility });

const newGuest = async (): Promise<SeedClient> => {
  const guest = server.nobody;
  guest.token = (await guest.ok('POST', '/register?kind=guest', {})).access_token;
  return guest;
};

describe('/events', () => {
  test('goes on where a sync ended, and a sync where it ended', async () => {
    const [alice, bob] = (await users('alice-on', 'bob-on')) as [SeedClient, SeedClient];
    const [one, other] = [await alice.createRoom({ preset: 'public_chat' }), await alice.createRoom({ preset: 'public_chat' })];
    for (const room of [one, other]) await bob.join(room);
    const { next_batch: since } = await bob.sync();
    const ids = [await alice.say(one, '1'), await alice.say(other, '2'), await alice.say(one, '3')];
    const { start, end, chunk } = await events(bob, { from: since });
    expect(start).toBe(since);
    const messages = chunk.filter((event: any) => event.type === 'm.room.message');
    expect(idsOf(messages)).toEqual(ids);
    expect(messages.map((event: any) => event.room_id)).toEqual([one, other, one]);
    const later = await alice.say(one, '4');
    const synced = await bob.sync({ since: end });
    expect(idsOf(synced.rooms.join[one].timeline.events)).toEqual([later]);
    expect(synced.rooms.join[other]).toBeUndefined();
    expect((await events(bob, { from: synced.next_batch })).chunk).toEqual([]);
  });

  test('without a token tells what is to come, and waits for it', async () => {
    const [alice] = (await users('alice-waits')) as [SeedClient];
    const roomId = await alice.createRoom();
    await events(alice);
    const first = await events(alice);
    expect(first.chunk).toEqual([]);
    const waiting = awaited(alice, { from: first.end });
    const eventId = await alice.say(roomId, 'at last');
    const { chunk } = await waiting;
    expect(chunk).toMatchObject([{ event_id: eventId, room_id: roomId, sender: alice.userId, content: { body: 'at last' } }]);
  });

  test('answers with nothing when the time is over', async () => {
    const [alice] = (await users('alice-times')) as [SeedClient];
    await events(alice);
    const { end } = await events(alice);
    const began = Date.now();
    expect(await events(alice, { from: end, timeout: 300 })).toMatchObject({ chunk: [], start: end });
    expect(Date.now() - began).toBeGreaterThanOrEqual(290);
  });

  test('brings invites, joins and the end of a stay as membership events', async () => {
    const [alice, bob] = (await users('alice-stays', 'bob-stays')) as [SeedClient, SeedClient];
    const roomId = await alice.createRoom();
    const { end } = await events(bob);
    await alice.invite(roomId, bob);
    const own = (membership: string) => (event: any) =>
      event.type === 'm.room.member' && event.state_key === bob.userId && event.content.membership === membership;
    const invited = await follow(bob, end, own('invite'));
    expect(invited.filter((event) => event.room_id === roomId)).toMatchObject([
      { type: 'm.room.member', sender: alice.userId, room_id: roomId, event_id: expect.any(String), content: { membership: 'invite' } },
    ]);
    await bob.join(roomId);
    await follow(bob, end, own('join'));
    const { end: joined } = await events(bob);
    const seen = await alice.say(roomId, 'farewell');
    await alice.ok('POST', `/rooms/${encodeURIComponent(roomId)}/kick`, { user_id: bob.userId });
    await alice.say(roomId, 'behind his back');
    const { chunk, end: left } = await events(bob, { from: joined });
    const inRoom = chunk.filter((event: any) => event.room_id === roomId);
    expect(inRoom.map((event: any) => event.content.membership ?? event.event_id)).toEqual([seen, 'leave']);
    expect((await events(bob, { from: left })).chunk.filter((event: any) => event.room_id === roomId)).toEqual([]);
  });

  test('has typing, receipts, presence, tags and account data', async () => {
    const [alice, bob] = (await users('alice-live', 'bob-live')) as [SeedClient, SeedClient];
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    const eventId = await alice.say(roomId, 'read me');
    const { end } = await events(bob);
    const room = encodeURIComponent(roomId);
    await alice.ok('PUT', `/rooms/${room}/typing/${alice.userId}`, { typing: true });
    await alice.ok('POST', `/rooms/${room}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    await alice.ok('PUT', `/presence/${alice.userId}/status`, { presence: 'unavailable', status_msg: 'lunch' });
    await bob.ok('PUT', `/user/${bob.userId}/rooms/${room}/tags/u.work`, { order: 0.5 });
    await bob.ok('PUT', `/user/${bob.userId}/account_data/org.example.mine`, { a: 1 });
    const { chunk } = await events(bob, { from: end });
    expect(chunk).toEqual(
      expect.arrayContaining([
        { type: 'm.typing', room_id: roomId, content: { user_ids: [alice.userId] } },
        { type: 'm.receipt', room_id: roomId, content: { [eventId]: { 'm.read': { [alice.userId]: { ts: expect.any(Number) } } } } },
        {
          type: 'm.presence',
          sender: alice.userId,
          content: expect.objectContaining({ user_id: alice.userId, presence: 'unavailable', status_msg: 'lunch' }),
        },
        { type: 'm.tag', room_id: roomId, content: { tags: { 'u.work': { order: 0.5 } } } },
        { type: 'org.example.mine', content: { a: 1 } },
      ]),
    );
  });

  test('leaves to-device messages to syncs', async () => {
    const [alice, bob] = (await users('alice-keys', 'bob-keys')) as [SeedClient, SeedClient];
    const { next_batch: since } = await bob.sync();
    const send = (n: number): Promise<unknown> =>
      alice.ok('PUT', `/sendToDevice/org.example.key/k${n}`, { messages: { [bob.userId]: { [bob.deviceId]: { n } } } });
    await send(1);
    const { end } = await events(bob, { from: since });
    expect((await events(bob, { from: end })).chunk).toEqual([]);
    await send(2);
    const told = (answer: any): number[] => (answer.to_device?.events ?? []).map((event: any) => event.content.n);
    const { end: from } = await events(bob, { from: end });
    const { end: afresh } = await events(bob);
    const { end: initial } = await get(bob, '/initialSync');
    for (const token of [since, end, from, afresh, initial]) expect(told(await bob.sync({ since: token }))).toEqual([1, 2]);
  });

  test('does not tell what ignored users say or of their invites', async () => {
    const [alice, bob] = (await users('alice-loud', 'bob-deaf')) as [SeedClient, SeedClient];
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    await bob.ok('PUT', `/user/${bob.userId}/account_data/m.ignored_user_list`, { ignored_users: { [alice.userId]: {} } });
    const { end } = await events(bob);
    await alice.say(roomId, 'hey');
    await alice.invite(await alice.createRoom(), bob);
    await alice.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/typing/${alice.userId}`, { typing: true });
    const { chunk } = await events(bob, { from: end });
    expect(chunk.filter((event: any) => event.type !== 'm.presence')).toEqual([{ type: 'm.typing', room_id: roomId, content: { user_ids: [] } }]);
  });

  test('tells the newest of what is too much', async () => {
    const [alice] = (await users('alice-much')) as [SeedClient];
    const roomId = await alice.createRoom();
    const { end } = await events(alice);
    const most = server.config.limits.sync_timeline_events;
    const ids: string[] = [];
    for (let i = 0; i < most + 5; i++) ids.push(await alice.say(roomId, String(i)));
    expect(idsOf((await events(alice, { from: end })).chunk)).toEqual(ids.slice(-most));
  });

  test('goes on after a restart', async () => {
    const [alice, bob] = (await users('alice-again', 'bob-again')) as [SeedClient, SeedClient];
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    const { end } = await events(bob);
    const eventId = await alice.say(roomId, 'before');
    await bob.ok('PUT', `/user/${bob.userId}/rooms/${encodeURIComponent(roomId)}/account_data/org.example.mine`, { a: 1 });
    await server.restart();
    const revived = Object.assign(server.nobody, { token: bob.token, userId: bob.userId, deviceId: bob.deviceId });
    const { chunk } = await events(revived, { from: end });
    expect(idsOf(chunk)).toEqual([eventId]);
    expect(chunk).toContainEqual({ type: 'org.example.mine', room_id: roomId, content: { a: 1 } });
  });

  test('refuses tokens of its own making, and guests who name no room', async () => {
    const [alice] = (await users('alice-bad')) as [SeedClient];
    const guest = await newGuest();
    expect(await alice.error('GET', '/events?from=nonsense')).toEqual([400, 'M_INVALID_PARAM']);
    expect(await alice.error('GET', '/events?timeout=soon')).toEqual([400, 'M_INVALID_PARAM']);
    expect(await guest.error('GET', '/events?timeout=0')).toEqual([403, 'M_GUEST_ACCESS_FORBIDDEN']);
    expect(await guest.error('GET', '/initialSync')).toEqual([403, 'M_GUEST_ACCESS_FORBIDDEN']);
  });
});

describe('/events of one room', () => {
  test('lets nobody in whom the room does not let in', async () => {
    const [alice, bob] = (await users('alice-shut', 'bob-shut')) as [SeedClient, SeedClient];
    const guest = await newGuest();
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    for (const visibility of ['shared', 'invited', 'joined']) {
      await openToAll(alice, roomId, visibility);
      for (const client of [bob, guest]) {
        expect(await client.error('GET', `/events?room_id=${encodeURIComponent(roomId)}`)).toEqual([403, 'M_FORBIDDEN']);
      }
    }
    await bob.join(roomId);
    await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
    expect(await bob.error('GET', `/events?room_id=${encodeURIComponent(roomId)}&from=s1`)).toEqual([403, 'M_FORBIDDEN']);
    expect(await bob.error('GET', '/events?room_id=!none:localhost')).toEqual([403, 'M_FORBIDDEN']);
    expect(await bob.error('GET', '/events?room_id=')).toEqual([403, 'M_FORBIDDEN']);
  });

  test('a guest follows a room that the world may read, from its initial sync on', async () => {
    const [alice] = (await users('alice-shows')) as [SeedClient];
    const guest = await newGuest();
    const [roomId, other] = [await alice.createRoom(), await alice.createRoom()];
    for (const room of [roomId, other]) await openToAll(alice, room);
    const query = { room_id: roomId };
    const { messages } = await get(guest, `/rooms/${encodeURIComponent(roomId)}/initialSync`);
    const quiet = await events(guest, { ...query, from: messages.end });
    expect(quiet).toMatchObject({ chunk: [], start: messages.end });
    const waiting = awaited(guest, { ...query, from: quiet.end });
    await alice.say(other, 'elsewhere');
    const eventId = await alice.say(roomId, 'look');
    const { chunk, end } = await waiting;
    expect(chunk).toMatchObject([{ event_id: eventId, room_id: roomId, content: { body: 'look' } }]);
    const typing = follow(guest, end, (event) => event.type === 'm.typing', query);
    await alice.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/typing/${alice.userId}`, { typing: true });
    expect(await typing).toEqual([{ type: 'm.typing', room_id: roomId, content: { user_ids: [alice.userId] } }]);
  });

  test('shows who peeks nothing from before the room was opened', async () => {
    const [alice, bob] = (await users('alice-opens', 'bob-peeks')) as [SeedClient, SeedClient];
    const roomId = await alice.createRoom();
    const { end } = await events(alice);
    const hidden = await alice.say(roomId, 'among us');
    const opening = await openToAll(alice, roomId);
    const shown = await alice.say(roomId, 'for all');
    const { chunk } = await events(bob, { room_id: roomId, from: end });
    expect(idsOf(chunk)).toEqual([opening, shown]);
    expect(idsOf((await events(alice, { room_id: roomId, from: end })).chunk)).toEqual([hidden, opening, shown]);
  });

  test('ends for who peeks when the room is closed', async () => {
    const [alice, bob] = (await users('alice-closes', 'bob-closed')) as [SeedClient, SeedClient];
    const roomId = await alice.createRoom();
    await openToAll(alice, roomId);
    const { end } = await events(bob, { room_id: roomId });
    const waiting = awaited(bob, { room_id: roomId, from: end });
    const closing = await openToAll(alice, roomId, 'joined');
    expect(idsOf((await waiting).chunk)).toEqual([closing]);
    await alice.say(roomId, 'secret');
    expect(await bob.error('GET', `/events?room_id=${encodeURIComponent(roomId)}&from=${end}`)).toEqual([403, 'M_FORBIDDEN']);
  });

  test('a member follows one room of theirs, until they are no member', async () => {
    const [alice, bob] = (await users('alice-one', 'bob-one')) as [SeedClient, SeedClient];
    const [roomId, other] = [await alice.createRoom({ preset: 'public_chat' }), await alice.createRoom({ preset: 'public_chat' })];
    for (const room of [roomId, other]) await bob.join(room);
    const { next_batch: since } = await bob.sync();
    await alice.say(other, 'elsewhere');
    const eventId = await alice.say(roomId, 'here');
    const { chunk, end } = await events(bob, { room_id: roomId, from: since });
    expect(idsOf(chunk)).toEqual([eventId]);
    const waiting = awaited(bob, { room_id: roomId, from: end });
    await alice.ok('POST', `/rooms/${encodeURIComponent(roomId)}/kick`, { user_id: bob.userId });
    expect((await waiting).chunk).toMatchObject([{ state_key: bob.userId, content: { membership: 'leave' } }]);
    expect(await bob.error('GET', `/events?room_id=${encodeURIComponent(roomId)}`)).toEqual([403, 'M_FORBIDDEN']);
  });

  test('answers who waits when the server stops', async () => {
    const [alice, bob] = (await users('alice-stops', 'bob-stops')) as [SeedClient, SeedClient];
    const roomId = await alice.createRoom();
    await openToAll(alice, roomId);
    const waiting = [1, 2].map(() => events(bob, { room_id: roomId, timeout: 60_000 }));
    await events(bob, { room_id: roomId });
    await server.restart();
    for (const answer of waiting) expect((await answer).chunk).toEqual([]);
  });
});

describe('/initialSync', () => {
  test('tells of rooms, invites, presence and account data', async () => {
    const [alice, bob] = (await users('alice-first', 'bob-first')) as [SeedClient, SeedClient];
    const joined = await alice.createRoom({ preset: 'public_chat', visibility: 'public', name: 'Open' });
    const invitedTo = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(joined);
    await bob.ok('PUT', `/user/${bob.userId}/rooms/${encodeURIComponent(joined)}/tags/u.work`, {});
    await bob.ok('PUT', `/user/${bob.userId}/account_data/org.example.mine`, { a: 1 });
    const ids = [await alice.say(joined, 'one'), await alice.say(joined, 'two')];
    await alice.ok('PUT', `/presence/${alice.userId}/status`, { presence: 'online', status_msg: 'here' });
    const first = await get(bob, '/initialSync', { limit: 2 });
    const byRoom = new Map<string, any>(first.rooms.map((room: any) => [room.room_id, room]));
    expect([...byRoom.keys()].sort()).toEqual([joined, invitedTo].sort());
    const room = byRoom.get(joined);
    expect(room).toMatchObject({ membership: 'join', visibility: 'public', account_data: [{ type: 'm.tag', content: { tags: { 'u.work': {} } } }] });
    expect(idsOf(room.messages.chunk)).toEqual(ids);
    expect(room.state.map((event: any) => event.type)).toEqual(expect.arrayContaining(['m.room.create', 'm.room.name', 'm.room.power_levels']));
    expect(room.state.every((event: any) => event.room_id === joined)).toBe(true);
    expect(byRoom.get(invitedTo)).toEqual({
      room_id: invitedTo,
      membership: 'invite',
      invite: expect.objectContaining({ type: 'm.room.member', state_key: bob.userId, sender: alice.userId, room_id: invitedTo }),
    });
    const statuses = first.presence.map((event: any) => [event.type, event.content.user_id, event.content.status_msg]);
    expect(statuses).toContainEqual(['m.presence', alice.userId, 'here']);
    expect(first.account_data).toEqual(
      expect.arrayContaining([{ type: 'org.example.mine', content: { a: 1 } }, expect.objectContaining({ type: 'm.push_rules' })]),
    );
    // Both ways lead on from here.
    const older = await get(bob, `/rooms/${encodeURIComponent(joined)}/messages`, { dir: 'b', from: room.messages.start, limit: 1 });
    expect(older.chunk).toMatchObject([{ type: 'm.room.member', state_key: bob.userId }]);
    const next = await alice.say(joined, 'three');
    expect(idsOf((await events(bob, { from: first.end })).chunk)).toEqual([next]);
  });

  test('tells of rooms that the user left only if asked, as they were then', async () => {
    const [alice, bob] = (await users('alice-past', 'bob-past')) as [SeedClient, SeedClient];
    const [left, declined, forgotten] = [
      await alice.createRoom({ preset: 'public_chat', name: 'Then' }),
      await alice.createRoom({ invite: [bob.userId] }),
      await alice.createRoom({ preset: 'public_chat' }),
    ];
    for (const room of [left, forgotten]) await bob.join(room);
    for (const room of [left, declined, forgotten]) await bob.ok('POST', `/rooms/${encodeURIComponent(room)}/leave`, {});
    await bob.ok('POST', `/rooms/${encodeURIComponent(forgotten)}/forget`, {});
    await alice.setState(left, 'm.room.name', { name: 'Now' });
    await alice.say(left, 'behind his back');
    expect((await get(bob, '/initialSync')).rooms).toEqual([]);
    const { rooms } = await get(bob, '/initialSync', { archived: true, limit: 1 });
    const byRoom = new Map<string, any>(rooms.map((room: any) => [room.room_id, room]));
    expect([...byRoom.keys()].sort()).toEqual([left, declined].sort());
    expect(byRoom.get(declined)).toEqual({ room_id: declined, membership: 'leave' });
    expect(byRoom.get(left).messages.chunk).toMatchObject([{ state_key: bob.userId, content: { membership: 'leave' } }]);
    expect(byRoom.get(left).state).toContainEqual(expect.objectContaining({ type: 'm.room.name', content: { name: 'Then' } }));
  });

  test('has at most so many messages of a room as a sync', async () => {
    const [alice] = (await users('alice-bound')) as [SeedClient];
    const roomId = await alice.createRoom();
    const most = server.config.limits.sync_timeline_events;
    for (let i = 0; i < most; i++) await alice.say(roomId, String(i));
    const { rooms } = await get(alice, '/initialSync', { limit: 1_000_000 });
    expect(rooms[0].messages.chunk).toHaveLength(most);
    expect((await get(alice, '/initialSync', { limit: -5 })).rooms[0].messages.chunk).toHaveLength(1);
  });
});

test('invites to rooms that this server is not in are told too, and their end', async () => {
  await using network = await startFederatedServers(2);
  const [one, two] = network.servers;
  const [alice, bob] = [await one!.user('alice'), await two!.user('bob')];
  const { end } = await events(bob);
  const roomId = await alice.createRoom({ invite: [bob.userId] });
  const isOwn = (event: any): boolean => event.room_id === roomId && event.state_key === bob.userId;
  const invite = { type: 'm.room.member', sender: alice.userId, room_id: roomId, content: { membership: 'invite' } };
  expect((await follow(bob, end, isOwn)).filter(isOwn)).toMatchObject([invite]);
  const { rooms, end: later } = await get(bob, '/initialSync');
  expect(rooms).toMatchObject([{ room_id: roomId, membership: 'invite', invite }]);
  await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
  expect((await follow(bob, later, isOwn)).filter(isOwn)).toMatchObject([{ content: { membership: 'leave' } }]);
  expect((await get(bob, '/initialSync', { archived: true })).rooms).toEqual([]);
});
