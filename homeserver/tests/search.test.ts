/** Searching messages, names and topics over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let alice: SeedClient;
let bob: SeedClient;

beforeAll(async () => {
  server = await startTestServer();
  [alice, bob] = await Promise.all([server.user('alice'), server.user('bob')]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function search(client: SeedClient, term: string, options: Record<string, unknown> = {}, from?: string): Promise<any> {
  const query = from === undefined ? '' : `?next_batch=${encodeURIComponent(from)}`;
  const { search_categories: found } = await client.ok('POST', `/search${query}`, {
    search_categories: { room_events: { search_term: term, ...options } },
  });
  return found.room_events;
}
const bodies = (found: any): string[] => found.results.map(({ result }: any) => result.content.body ?? result.content.name ?? result.content.topic);
const RECENT = { order_by: 'recent' };

describe('finds', () => {
  test('messages, names and topics by their words', async () => {
    const roomId = await alice.createRoom({ name: 'Zebra crossing', topic: 'About zebras and a zebra' });
    const eventId = await alice.say(roomId, 'A ZEBRA, striped');
    await alice.send(roomId, 'org.example.other', { body: 'no zebra' });
    const found = await search(alice, 'zebra', RECENT);
    expect(bodies(found)).toEqual(['A ZEBRA, striped', 'About zebras and a zebra', 'Zebra crossing']);
    expect(found).toMatchObject({ count: 3, highlights: ['zebra'] });
    expect(found.results[0]).toMatchObject({ rank: expect.any(Number), result: { event_id: eventId, room_id: roomId, sender: alice.userId } });
    expect(found.next_batch).toBeUndefined();
    expect(bodies(await search(alice, 'zebra', { keys: ['content.name'] }))).toEqual(['Zebra crossing']);
    expect(bodies(await search(alice, 'zebra striped'))).toEqual(['A ZEBRA, striped']);
    expect(bodies(await search(alice, 'zebra -striped -crossing'))).toEqual(['About zebras and a zebra']);
    expect(bodies(await search(alice, '"striped zebra"'))).toEqual([]);
    expect(bodies(await search(alice, '!!! & | ('))).toEqual([]);
  });

  test('the best first, or the newest', async () => {
    const roomId = await alice.createRoom();
    await alice.say(roomId, 'walrus walrus walrus');
    await alice.say(roomId, 'one walrus among a good many other words');
    expect(bodies(await search(alice, 'walrus'))[0]).toBe('walrus walrus walrus');
    expect(bodies(await search(alice, 'walrus', RECENT))[0]).toMatch(/^one walrus/);
  });

  test('in pages that add up', async () => {
    const roomId = await alice.createRoom();
    for (let i = 0; i < 9; i++) await alice.say(roomId, `otter ${'otter '.repeat(i % 3)}${i}`);
    for (const options of [RECENT, {}]) {
      const all = bodies(await search(alice, 'otter', options));
      expect(all).toHaveLength(9);
      const paged: string[] = [];
      for (let from: string | undefined, pages = 0; pages < 6; pages++) {
        const page = await search(alice, 'otter', { ...options, filter: { limit: 4 } }, from);
        expect(page.count).toBe(9);
        paged.push(...bodies(page));
        if (page.next_batch === undefined) break;
        from = page.next_batch;
      }
      expect(paged).toEqual(all);
    }
    expect(await alice.error('POST', '/search?next_batch=x', { search_categories: { room_events: { search_term: 'otter' } } })).toEqual([
      400,
      'M_INVALID_PARAM',
    ]);
  });

  test('with what came before and after, and who people were then', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
    for (let i = 1; i <= 7; i++) await (i % 2 === 0 ? bob : alice).say(roomId, i === 4 ? 'badger' : `line ${i}`);
    await bob.ok('PUT', `/profile/${bob.userId}/displayname`, { displayname: 'Robert' });
    const event_context = { before_limit: 2, after_limit: 1, include_profile: true };
    const { results } = await search(alice, 'badger', { event_context });
    const { context } = results[0];
    expect(context.events_before.map((event: any) => event.content.body)).toEqual(['line 3', 'line 2']);
    expect(context.events_after.map((event: any) => event.content.body)).toEqual(['line 5']);
    expect(context.profile_info).toEqual({ [alice.userId]: { displayname: 'alice' }, [bob.userId]: { displayname: 'bob' } });
    const earlier = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&from=${context.start}&limit=1`);
    expect(earlier.chunk[0].content.body).toBe('line 1');
    const later = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=f&from=${context.end}&limit=1`);
    expect(later.chunk[0].content.body).toBe('line 6');
  });

  test('in groups, with the state of rooms, and only what a filter lets through', async () => {
    const [first, second] = [await alice.createRoom({ preset: 'public_chat', name: 'Burrow' }), await alice.createRoom()];
    await bob.join(first);
    const ids = [await alice.say(first, 'ferret'), await bob.say(first, 'ferret too'), await alice.say(second, 'ferret as well')];
    const found = await search(alice, 'ferret', { ...RECENT, include_state: true, groupings: { group_by: [{ key: 'room_id' }, { key: 'sender' }] } });
    expect(found.groups.room_id[first]).toEqual({ order: 2, results: [ids[1], ids[0]] });
    expect(found.groups.sender).toEqual({
      [alice.userId]: { order: 1, results: [ids[2], ids[0]] },
      [bob.userId]: { order: 2, results: [ids[1]] },
    });
    expect(found.state[first].find((event: any) => event.type === 'm.room.name').content.name).toBe('Burrow');
    expect(bodies(await search(alice, 'ferret', { filter: { rooms: [second] } }))).toEqual(['ferret as well']);
    expect(bodies(await search(alice, 'ferret', { filter: { not_rooms: [second], senders: [bob.userId] } }))).toEqual(['ferret too']);
    expect(bodies(await search(alice, 'ferret', { filter: { senders: ['@nobody:localhost'] } }))).toEqual([]);
    expect(bodies(await search(alice, 'ferret', { filter: { types: ['m.room.topic'] } }))).toEqual([]);
    expect(await alice.error('POST', '/search', { search_categories: { room_events: { search_term: 'x', keys: ['content.url'] } } })).toEqual([
      400,
      'M_INVALID_PARAM',
    ]);
    expect(await alice.ok('POST', '/search', { search_categories: {} })).toEqual({ search_categories: {} });
  });
});

describe('shows nobody', () => {
  test('what was redacted, or was there before an edit', async () => {
    const roomId = await alice.createRoom();
    const gone = await alice.say(roomId, 'a secret hedgehog');
    const changed = await alice.say(roomId, 'a grey hedgehog');
    const edit = await alice.send(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: '* a brown hedgehog',
      'm.new_content': { msgtype: 'm.text', body: 'a brown hedgehog' },
      'm.relates_to': { rel_type: 'm.replace', event_id: changed },
    });
    await alice.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(gone)}/r1`, {});
    const found = await search(alice, 'hedgehog');
    expect(found.results.map(({ result }: any) => result.event_id)).toEqual([changed]);
    expect(bodies(await search(alice, 'grey hedgehog'))).toEqual([]);
    expect((await search(alice, 'brown hedgehog')).results).toHaveLength(1);
    await alice.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(edit)}/r2`, {});
    expect((await search(alice, 'grey hedgehog')).results).toHaveLength(1);
    expect((await search(alice, 'brown hedgehog')).results).toEqual([]);
  });

  test('rooms of others, and what happened there after they left', async () => {
    const roomId = await alice.createRoom({
      preset: 'private_chat',
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
    });
    await alice.say(roomId, 'lynx before');
    await alice.invite(roomId, bob);
    expect((await search(bob, 'lynx')).count).toBe(0);
    await bob.join(roomId);
    await alice.say(roomId, 'lynx during');
    await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
    await alice.say(roomId, 'lynx after');
    expect(bodies(await search(bob, 'lynx'))).toEqual(['lynx during']);
    await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/forget`, {});
    expect(bodies(await search(bob, 'lynx'))).toEqual([]);
  });

  test('encrypted rooms', async () => {
    const roomId = await alice.createRoom();
    await alice.say(roomId, 'a plain marmot');
    await alice.setState(roomId, 'm.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' });
    expect(bodies(await search(alice, 'marmot'))).toEqual([]);
  });
});

test('the index survives a restart, is caught up with, and can be made anew', async () => {
  const roomId = await alice.createRoom();
  await alice.say(roomId, 'a lost capybara');
  expect((await search(alice, 'capybara')).count).toBe(1);
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  // As if the process had been killed before it wrote, and as if nothing had ever been written.
  for (const statement of ['delete from search_entry; update search_progress set upto = 0', 'truncate search_entry, search_progress']) {
    await server.restart(() => client.query(statement));
    const again = new SeedClient(server.url, alice.token);
    const deadline = Date.now() + 10_000;
    while ((await search(again, 'capybara')).count === 0 && Date.now() < deadline);
    expect((await search(again, 'capybara')).count).toBe(1);
  }
  await client.end();
});
