/** GET /_nexuscomm/client/v1/inbox: conversations, newest activity first, as a client shows them first. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sdkClients } from '../testing/sdk-clients.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import { startFederatedServers } from '../testing/federated-servers.ts';
import { eventually } from '../testing/across-servers.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const INBOX = '/_nexuscomm/client/v1/inbox';
const inbox = (client: SeedClient, query = ''): Promise<any> => client.ok('GET', `${INBOX}${query}`);
const entry = async (client: SeedClient, roomId: string): Promise<any> =>
  (await inbox(client, '?limit=200')).chunk.find((one: any) => one.room_id === roomId);
const users = (...names: string[]): Promise<SeedClient[]> => Promise.all(names.map((name) => server.user(name)));
const setData = (client: SeedClient, roomId: string, type: string, content: object): Promise<unknown> =>
  client.ok('PUT', `/user/${encodeURIComponent(client.userId)}/rooms/${encodeURIComponent(roomId)}/account_data/${type}`, content);
const setGlobal = (client: SeedClient, type: string, content: object): Promise<unknown> =>
  client.ok('PUT', `/user/${encodeURIComponent(client.userId)}/account_data/${type}`, content);

/** All pages, one after the other. */
async function pages(client: SeedClient, limit: number, between: () => Promise<unknown> = async () => {}): Promise<any[]> {
  const all: any[] = [];
  for (let from = ''; ;) {
    const page = await inbox(client, `?limit=${limit}${from === '' ? '' : `&from=${from}`}`);
    all.push(...page.chunk);
    if (page.next_batch === undefined) return all;
    from = page.next_batch;
    await between();
  }
}

describe('who may ask, and how', () => {
  test('with a token, guests included; each sees their own', async () => {
    expect(await server.nobody.error('GET', INBOX)).toEqual([401, 'M_MISSING_TOKEN']);
    const stranger = server.nobody;
    stranger.token = 'made-up';
    expect(await stranger.error('GET', INBOX)).toEqual([401, 'M_UNKNOWN_TOKEN']);
    const guest = server.nobody;
    guest.token = (await guest.ok('POST', '/register?kind=guest', {})).access_token;
    expect(await inbox(guest)).toEqual({ chunk: [], total: 0 });
    const [alice, bob] = await users('who-alice', 'who-bob');
    await alice!.createRoom({ name: 'not for bob' });
    expect(await inbox(bob!)).toEqual({ chunk: [], total: 0 });
  });

  test.each(['limit=0', 'limit=201', 'limit=-1', 'limit=ten', 'limit=1.5', 'from=s12', 'from=i1_2', 'from=i1_2_x', 'from='])(
    '%s is refused',
    async (query) => {
      const [alice] = await users(`bad-${query.replaceAll(/\W/g, '-').toLowerCase()}`);
      expect(await alice!.error('GET', `${INBOX}?${query}`)).toEqual([400, 'M_INVALID_PARAM']);
    },
  );

  test('it is announced, and other origins may ask', async () => {
    expect((await server.nobody.ok('GET', '/_matrix/client/versions')).unstable_features['io.nexuscomm.inbox']).toBe(true);
    const [alice] = await users('cors-alice');
    const origin = { origin: 'https://client.example' };
    for (const method of ['OPTIONS', 'GET'] as const) {
      const { headers } = await alice!.request(method, INBOX, undefined, origin);
      expect([headers['access-control-allow-origin'], headers['access-control-allow-headers']]).toEqual([
        '*',
        expect.stringContaining('Authorization'),
      ]);
    }
  });
});

describe('what is told of a room', () => {
  test('a room', async () => {
    const [alice, bob] = await users('room-alice', 'room-bob');
    const roomId = await alice!.createRoom({ preset: 'public_chat', name: 'The room', topic: 'What it is about' });
    await bob!.join(roomId);
    await alice!.setState(roomId, 'm.room.avatar', { url: 'mxc://localhost/room' });
    const eventId = await bob!.say(roomId, 'x'.repeat(299) + '😀😀😀');
    const { origin_server_ts: ts } = await alice!.ok('GET', `/rooms/${roomId}/event/${encodeURIComponent(eventId)}`);
    expect(await inbox(alice!)).toEqual({
      chunk: [
        {
          room_id: roomId,
          membership: 'join',
          kind: 'room',
          name: 'The room',
          avatar_url: 'mxc://localhost/room',
          topic: 'What it is about',
          encrypted: false,
          member_count: 2,
          last_event: {
            event_id: eventId,
            sender: bob!.userId,
            sender_name: 'room-bob',
            origin_server_ts: ts,
            type: 'm.room.message',
            content: { msgtype: 'm.text', body: 'x'.repeat(299) + '😀' },
          },
          activity_ts: ts,
          notification_count: 1,
          highlight_count: 0,
          marked_unread: false,
          muted: false,
          tags: {},
        },
      ],
      total: 1,
    });
  });

  test('direct chats, spaces, encryption, marks of the user, networks', async () => {
    const [alice, bob] = await users('kind-alice', 'kind-bob');
    await bob!.ok('PUT', `/profile/${bob!.userId}/avatar_url`, { avatar_url: 'mxc://localhost/bob' });
    const direct = await alice!.createRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [bob!.userId] });
    await bob!.join(direct);
    await setGlobal(alice!, 'm.direct', { [bob!.userId]: [direct], 'not a user': ['!x:localhost'], '@other:localhost': 'nonsense' });
    expect(await entry(alice!, direct)).toMatchObject({
      kind: 'direct',
      other_user_id: bob!.userId,
      name: 'kind-bob',
      avatar_url: 'mxc://localhost/bob',
    });
    expect(await entry(bob!, direct)).toMatchObject({ kind: 'room', name: 'kind-alice' });

    const space = await alice!.createRoom({ name: 'Space', creation_content: { type: 'm.space' } });
    expect(await entry(alice!, space)).toMatchObject({ kind: 'space', name: 'Space' });

    const roomId = await alice!.createRoom({ initial_state: [{ type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } }] });
    await alice!.send(roomId, 'm.room.encrypted', { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'secret' });
    expect(await entry(alice!, roomId)).toMatchObject({
      encrypted: true,
      last_event: { type: 'm.room.encrypted', content: {} },
      marked_unread: false,
    });

    await setData(alice!, roomId, 'm.marked_unread', { unread: true });
    await setData(alice!, roomId, 'io.nexuscomm.triage', { state: 'done', ts: 7, threads: { $root: { follow: true } } });
    await alice!.ok('PUT', `/user/${alice!.userId}/rooms/${roomId}/tags/m.favourite`, { order: 0.5 });
    const rule = { conditions: [{ kind: 'event_match', key: 'room_id', pattern: roomId }], actions: [] };
    await alice!.ok('PUT', `/pushrules/global/override/${encodeURIComponent(roomId)}`, rule);
    await alice!.setState(roomId, 'm.bridge', { protocol: { id: 'whatsapp', displayname: 'WhatsApp' } }, 'bridge://1');
    expect(await entry(alice!, roomId)).toMatchObject({
      marked_unread: true,
      triage: { state: 'done', ts: 7 },
      tags: { 'm.favourite': { order: 0.5 } },
      muted: true,
      network: { id: 'whatsapp', name: 'WhatsApp' },
    });
    await alice!.ok('PUT', `/pushrules/global/override/${encodeURIComponent(roomId)}/enabled`, { enabled: false });
    await setData(alice!, roomId, 'm.marked_unread', { unread: false });
    expect(await entry(alice!, roomId)).toMatchObject({ muted: false, marked_unread: false });
    await alice!.setState(space, 'uk.half-shot.bridge', { protocol: { id: 'irc' } }, 'x');
    expect((await entry(alice!, space)).network).toEqual({ id: 'irc', name: 'irc' });
  });

  test('the newest event that a preview shows', async () => {
    const [alice, bob] = await users('last-alice', 'last-bob');
    const roomId = await alice!.createRoom({ preset: 'public_chat' });
    const last = async (): Promise<any> => (await entry(alice!, roomId)).last_event;
    expect(await last()).toMatchObject({
      type: 'm.room.member',
      state_key: alice!.userId,
      content: { membership: 'join', displayname: 'last-alice' },
    });
    await bob!.join(roomId);
    expect(await last()).toMatchObject({ type: 'm.room.member', state_key: bob!.userId, sender_name: 'last-bob' });

    const first = await alice!.say(roomId, 'first');
    const relates = (type: string, further: object = {}): object => ({ 'm.relates_to': { rel_type: type, event_id: first, ...further } });
    await bob!.send(roomId, 'm.reaction', relates('m.annotation', { key: '👍' }));
    await bob!.send(roomId, 'm.room.message', { msgtype: 'm.text', body: 'in a thread', ...relates('m.thread') });
    await bob!.setState(roomId, 'm.room.member', { membership: 'join', displayname: 'Bob' }, bob!.userId);
    await alice!.setState(roomId, 'm.room.topic', { topic: 'new' });
    const edit = await alice!.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: '* edited',
      'm.new_content': { msgtype: 'm.text', body: 'edited' },
      ...relates('m.replace'),
    });
    // Somebody else's edit is none.
    await bob!.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: '* forged',
      'm.new_content': { msgtype: 'm.text', body: 'forged' },
      ...relates('m.replace'),
    });
    expect(await last()).toMatchObject({ event_id: first, content: { body: 'edited' } });
    await alice!.ok('PUT', `/rooms/${roomId}/redact/${edit}/r1`, {});
    expect(await last()).toMatchObject({ event_id: first, content: { body: 'first' } });
    await alice!.ok('PUT', `/rooms/${roomId}/redact/${first}/r2`, {});
    expect(await last()).toMatchObject({ event_id: first, content: {}, redacted: true });

    await bob!.send(roomId, 'm.poll.start', {
      'm.text': [{ body: 'poll' }],
      'm.poll': { question: { 'm.text': [{ body: 'Lunch?' }] }, answers: [] },
    });
    expect(await last()).toMatchObject({ type: 'm.poll.start', sender_name: 'Bob', content: { body: 'Lunch?' } });
    await bob!.send(roomId, 'org.matrix.msc3381.poll.start', {
      'org.matrix.msc3381.poll.start': { question: { 'org.matrix.msc1767.text': 'Dinner?' } },
    });
    expect((await last()).content).toEqual({ body: 'Dinner?' });
    await bob!.send(roomId, 'm.sticker', { body: 'a cat', url: 'mxc://localhost/cat', info: {} });
    expect((await last()).content).toEqual({ body: 'a cat' });
    await bob!.send(roomId, 'm.room.message', { msgtype: 'm.image', body: 7, url: 'mxc://localhost/dog' });
    expect((await last()).content).toEqual({ msgtype: 'm.image' });

    // The same after a restart, from the database.
    const before = await inbox(alice!);
    await server.restart();
    Object.assign(alice!, { url: server.url });
    expect(await inbox(alice!)).toEqual(before);
  });

  test('invites and knocks', async () => {
    const [alice, bob, carol] = await users('inv-alice', 'inv-bob', 'inv-carol');
    const named = await bob!.createRoom({ name: 'Secret plans', topic: 'shown too', invite: [alice!.userId] });
    await bob!.say(named, 'not for outsiders');
    expect(await entry(alice!, named)).toMatchObject({
      membership: 'invite',
      kind: 'room',
      name: 'Secret plans',
      topic: 'shown too',
      inviter: { user_id: bob!.userId, name: 'inv-bob' },
      notification_count: 0,
    });
    expect((await entry(alice!, named)).last_event).toBeUndefined();
    const direct = await bob!.createRoom({ is_direct: true, invite: [alice!.userId] });
    expect(await entry(alice!, direct)).toMatchObject({ membership: 'invite', kind: 'direct', name: 'inv-bob', other_user_id: bob!.userId });

    const knocking = await bob!.createRoom({ name: 'Knock', initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }] });
    await alice!.ok('POST', `/knock/${knocking}`, {});
    expect(await entry(alice!, knocking)).toMatchObject({ membership: 'knock', name: 'Knock' });

    // Ignored inviters, and rooms that were left or forgotten, are not there.
    const unwanted = await carol!.createRoom({ invite: [alice!.userId] });
    expect(await entry(alice!, unwanted)).toBeDefined();
    await setGlobal(alice!, 'm.ignored_user_list', { ignored_users: { [carol!.userId]: {} } });
    expect(await entry(alice!, unwanted)).toBeUndefined();
    await alice!.ok('POST', `/rooms/${named}/leave`, {});
    await alice!.ok('POST', `/rooms/${named}/forget`, {});
    await alice!.ok('POST', `/rooms/${direct}/leave`, {});
    expect((await inbox(alice!)).chunk.map((one: any) => one.room_id)).toEqual([knocking]);
    expect((await inbox(alice!)).total).toBe(1);
  });

  test('what the user may not see is not shown, nor what ignored users say', async () => {
    const [alice, bob, carol] = await users('see-alice', 'see-bob', 'see-carol');
    const visible = (history_visibility: string): object => ({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility } }],
    });
    const [shared, joined, invited] = await Promise.all(['shared', 'joined', 'invited'].map((setting) => bob!.createRoom(visible(setting))));
    for (const roomId of [shared!, joined!, invited!]) {
      await bob!.say(roomId, 'before');
      await alice!.join(roomId);
    }
    expect((await entry(alice!, shared!)).last_event.content.body).toBe('before');
    for (const roomId of [joined!, invited!]) {
      expect((await entry(alice!, roomId)).last_event).toMatchObject({ type: 'm.room.member', state_key: alice!.userId });
    }
    // A setting that came later says nothing of what was said before.
    const changed = await bob!.createRoom(visible('joined'));
    await bob!.say(changed, 'before');
    await bob!.setState(changed, 'm.room.history_visibility', { history_visibility: 'shared' });
    await alice!.join(changed);
    expect((await entry(alice!, changed)).last_event.type).toBe('m.room.member');

    await carol!.join(shared!);
    await bob!.say(shared!, 'from bob');
    await carol!.say(shared!, 'from carol');
    expect((await entry(alice!, shared!)).last_event.content.body).toBe('from carol');
    const first = async (client: SeedClient): Promise<string> => (await inbox(client)).chunk[0].room_id;
    await bob!.say(joined!, 'newer');
    await carol!.say(shared!, 'newest');
    expect(await first(alice!)).toBe(shared);
    await setGlobal(alice!, 'm.ignored_user_list', { ignored_users: { [carol!.userId]: {} } });
    expect((await entry(alice!, shared!)).last_event.content.body).toBe('from bob');
    expect(await first(alice!)).toBe(joined);
    expect(await first(bob!)).toBe(shared);
  });
});

describe('the same as /sync and matrix-js-sdk', () => {
  test('counts', async () => {
    const [alice, bob] = await users('same-alice', 'same-bob');
    const rooms = await Promise.all(Array.from({ length: 12 }, (_, i) => bob!.createRoom({ preset: 'public_chat', name: `room ${i}` })));
    for (const [i, roomId] of rooms.entries()) {
      await alice!.join(roomId);
      let last = '';
      for (let n = 0; n < i % 5; n++) last = await bob!.say(roomId, n % 2 === 0 ? 'hello' : 'hello same-alice');
      if (i % 3 === 0 && last !== '') await alice!.ok('POST', `/rooms/${roomId}/receipt/m.read/${encodeURIComponent(last)}`, {});
      if (i % 4 === 0) {
        const root = await bob!.say(roomId, 'root');
        await bob!.send(roomId, 'm.room.message', {
          msgtype: 'm.text',
          body: 'in a thread',
          'm.relates_to': { rel_type: 'm.thread', event_id: root },
        });
      }
    }
    const compare = async (): Promise<void> => {
      const { chunk } = await inbox(alice!);
      const { join } = (await alice!.sync()).rooms;
      expect(chunk).toHaveLength(rooms.length);
      for (const one of chunk) {
        const { notification_count, highlight_count } = one;
        expect({ notification_count, highlight_count }).toEqual(join[one.room_id].unread_notifications);
      }
      expect(chunk.reduce((sum: number, one: any) => sum + one.notification_count, 0)).toBeGreaterThan(0);
      expect(chunk.reduce((sum: number, one: any) => sum + one.highlight_count, 0)).toBeGreaterThan(0);
    };
    await compare();
    await server.restart();
    for (const client of [alice!, bob!]) Object.assign(client, { url: server.url });
    await compare();
  });

  test('names', async () => {
    const [alice, bob, carol, dave, erin] = await users('name-alice', 'name-bob', 'name-carol', 'name-dave', 'name-erin');
    const open = (further: object = {}): Promise<string> => alice!.createRoom({ preset: 'public_chat', ...further });
    const named = await open({ name: 'A name' });
    await open({ room_alias_name: 'an-alias' });
    const empty = await open();
    const [two, three, four, gone, double, bot, unnamed] = [
      await open(),
      await open(),
      await open(),
      await open(),
      await open(),
      await open(),
      await open(),
    ];
    for (const roomId of [two, three, four, gone, double, bot, unnamed]) await bob!.join(roomId);
    for (const roomId of [three, four, double]) await carol!.join(roomId);
    await dave!.join(four);
    await alice!.invite(four, erin!);
    await bob!.ok('POST', `/rooms/${gone}/leave`, {});
    await bob!.setState(double, 'm.room.member', { membership: 'join', displayname: 'Same' }, bob!.userId);
    await carol!.setState(double, 'm.room.member', { membership: 'join', displayname: 'Same\u200B' }, carol!.userId);
    await dave!.join(bot);
    await alice!.setState(bot, 'io.element.functional_members', { service_members: [bob!.userId] });
    await alice!.setState(unnamed, 'm.room.name', { name: 'For a while' });
    await alice!.setState(unnamed, 'm.room.name', { name: '' });
    const invite = await bob!.createRoom({ invite: [alice!.userId] });
    const invited = await bob!.createRoom({ name: 'Come in', invite: [alice!.userId] });

    using clients = sdkClients();
    const sdk = await clients.device(alice!);
    const { chunk } = await inbox(alice!);
    const ours = Object.fromEntries(chunk.map((one: any) => [one.room_id, one.name]));
    const theirs = Object.fromEntries(sdk.getRooms().map((room) => [room.roomId, room.name]));
    expect(ours).toEqual(theirs);
    expect([ours[named], ours[empty], ours[two], ours[three], ours[gone], ours[invite], ours[invited]]).toEqual([
      'A name',
      'Empty room',
      'name-bob',
      'name-bob and name-carol',
      'Empty room (was name-bob)',
      'name-bob',
      'Come in',
    ]);
    expect(ours[four]).toMatch(/^name-bob and \d others$/);
    expect(ours[double]).toContain(`Same (${bob!.userId})`);
  });
});

describe('pages', () => {
  test('300 rooms, while messages arrive: none twice, none missing, newest first', async () => {
    const [alice, bob] = await users('page-alice', 'page-bob');
    const ids: string[] = [];
    for (let i = 0; i < 300; i += 20) {
      const made = await Promise.all(Array.from({ length: 20 }, () => bob!.createRoom({ preset: 'public_chat' })));
      await Promise.all(made.map((roomId) => alice!.join(roomId)));
      ids.push(...made);
    }
    const shuffled = ids.toSorted(() => Math.random() - 0.5);
    for (const roomId of shuffled) await bob!.say(roomId, 'hello');
    const quiet = await pages(alice!, 40);
    expect(quiet.map((one) => one.room_id)).toEqual(shuffled.toReversed());
    expect(quiet.map((one) => one.activity_ts)).toEqual(quiet.map((one) => one.activity_ts).toSorted((a, b) => b - a));

    // Between the pages rooms move up that were told already, and rooms that were not.
    let turn = 0;
    const busy = await pages(alice!, 7, async () => {
      turn++;
      await bob!.say(shuffled[0]!, `to the oldest, ${turn}`);
      await bob!.say(shuffled.at(-1)!, `to the newest, ${turn}`);
      await bob!.say(shuffled[(turn * 37) % 300]!, 'to any');
      await bob!.send(shuffled[(turn * 11) % 300]!, 'm.reaction', {
        'm.relates_to': { rel_type: 'm.annotation', event_id: quiet[0].last_event.event_id, key: String(turn) },
      });
    });
    expect(busy.map((one) => one.room_id)).toEqual(shuffled.toReversed());
    // What is told is of now.
    expect(busy.at(-1).last_event.content.body).toBe(`to the oldest, ${turn}`);
    const { chunk, total } = await inbox(alice!, '?limit=1');
    expect([chunk.length, total]).toEqual([1, 300]);

    // Rooms that are left meanwhile are gone, new ones are for the next time.
    const first = await inbox(alice!, '?limit=100');
    await alice!.ok('POST', `/rooms/${shuffled[5]}/leave`, {});
    const late = await alice!.createRoom();
    const rest: any[] = [];
    for (let from = first.next_batch; from !== undefined;) {
      const page = await inbox(alice!, `?limit=100&from=${from}`);
      rest.push(...page.chunk);
      from = page.next_batch;
    }
    const seen = [...first.chunk, ...rest].map((one) => one.room_id);
    expect([seen.includes(shuffled[5]!), seen.includes(late), new Set(seen).size, seen.length]).toEqual([false, false, 299, 299]);
    expect((await inbox(alice!)).chunk[0].room_id).toBe(late);
  }, 60_000);

  test('the statements of a page do not depend on how many rooms there are, nor how many it has', async () => {
    const [alice, bob] = await users('sql-alice', 'sql-bob');
    const make = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 20) {
        const made = await Promise.all(Array.from({ length: 20 }, () => bob!.createRoom({ preset: 'public_chat' })));
        await Promise.all(made.map((roomId) => alice!.join(roomId)));
        await Promise.all(made.map((roomId) => bob!.say(roomId, 'sql-alice, hello')));
      }
    };
    await make(100);
    const cold = async (query: string): Promise<number> => {
      await server.restart();
      for (const client of [alice!, bob!]) Object.assign(client, { url: server.url });
      await alice!.ok('GET', '/account/whoami');
      const before = server.running.statements.total;
      await inbox(alice!, query);
      return server.running.statements.total - before;
    };
    const few = await cold('?limit=5');
    const many = await cold('?limit=100');
    expect(many).toBeLessThanOrEqual(few + 4); // events are read in slices of 500
    expect(many).toBeLessThan(40);
    // Warm: what a bridge's name takes.
    const before = new Map(server.running.statements.byName());
    await inbox(alice!, '?limit=100');
    const ran = [...server.running.statements.byName()].filter(
      ([name, count]) => count > (before.get(name) ?? 0) && !/^(search|directory)_/.test(name),
    );
    expect(ran.map(([name]) => name)).toEqual(['inbox_bridges']);
  }, 60_000);
});

test('invites to rooms elsewhere', async () => {
  await using federation = await startFederatedServers(2);
  const [one, two] = federation.servers;
  const [alice, bob] = [await one!.user('alice'), await two!.user('bob')];
  const own = await alice.createRoom({ name: 'Older' });
  const roomId = await bob.createRoom({ name: 'Elsewhere', is_direct: true, invite: [alice.userId] });
  const found = await eventually('the invite', async () => (await inbox(alice)).chunk.find((each: any) => each.room_id === roomId));
  expect(found).toMatchObject({
    membership: 'invite',
    kind: 'direct',
    name: 'Elsewhere',
    other_user_id: bob.userId,
    inviter: { user_id: bob.userId, name: 'bob' },
    member_count: 0,
  });
  const { chunk } = await inbox(alice);
  expect(chunk.map((each: any) => each.room_id)).toEqual([roomId, own]);
  expect(found.activity_ts).toBe(chunk[1].activity_ts);
  await setGlobal(alice, 'm.ignored_user_list', { ignored_users: { [bob.userId]: {} } });
  expect((await inbox(alice)).chunk.map((each: any) => each.room_id)).toEqual([own]);
}, 60_000);
