/** Relations over HTTP: edits, reactions, threads (Client-Server API, "Forming relationships between events"). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const text = (body: string): object => ({ msgtype: 'm.text', body });

test('threads are listed by their newest reply, with a summary', async () => {
  const alice = await server.user('threads-alice');
  const roomId = await alice.createRoom();
  const first = await alice.say(roomId, 'first');
  const second = await alice.say(roomId, 'second');
  for (const root of [first, second, first]) {
    await alice.send(roomId, 'm.room.message', { ...text('reply'), 'm.relates_to': { rel_type: 'm.thread', event_id: root } });
  }
  const threads = await alice.ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/threads`);
  expect(threads.chunk.map((event: any) => event.event_id)).toEqual([first, second]);
  expect(threads.chunk[0].unsigned['m.relations']['m.thread']).toMatchObject({
    count: 2,
    current_user_participated: true,
    latest_event: { content: { body: 'reply' } },
  });
});

test('relations of relations are there if asked for', async () => {
  const [alice, bob] = [await server.user('recurse-alice'), await server.user('recurse-bob')];
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(roomId);
  const relate = (type: string, to: string, further: object): object => ({ 'm.relates_to': { rel_type: type, event_id: to, ...further } });
  const root = await alice.say(roomId, 'root');
  const reply = await bob.send(roomId, 'm.room.message', { ...text('reply'), ...relate('m.thread', root, {}) });
  const edit = await bob.send(roomId, 'm.room.message', { ...text('* edited'), 'm.new_content': text('edited'), ...relate('m.replace', reply, {}) });
  const reaction = await alice.send(roomId, 'm.reaction', relate('m.annotation', reply, { key: 'a' }));
  const tooDeep = [reaction];
  for (const key of ['b', 'c']) tooDeep.push(await alice.send(roomId, 'm.reaction', relate('m.annotation', tooDeep.at(-1)!, { key })));
  const gone = await alice.send(roomId, 'm.reaction', relate('m.annotation', reply, { key: 'gone' }));
  await alice.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(gone)}/r`, {});
  const ask = async (path: string): Promise<any> => {
    const answer = await alice.ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(root)}${path}`);
    return { ids: answer.chunk.map((event: any) => event.event_id), depth: answer.recursion_depth, next: answer.next_batch };
  };
  expect(await ask('')).toEqual({ ids: [reply], depth: undefined, next: undefined });
  const all = [reply, edit, reaction, tooDeep[1]!];
  expect(await ask('?recurse=true')).toEqual({ ids: all.toReversed(), depth: 3, next: undefined });
  expect(await ask('?org.matrix.msc3981.recurse=true&dir=f')).toEqual({ ids: all, depth: 3, next: undefined });
  expect((await ask('/m.annotation/m.reaction?recurse=true&dir=f')).ids).toEqual([reaction, tooDeep[1]]);
  expect((await ask('/m.thread?recurse=true')).ids).toEqual([reply]);
  const seen: string[] = [];
  for (let from = ''; ;) {
    const page = await ask(`?recurse=true&limit=1${from}`);
    seen.push(...page.ids);
    if (page.next === undefined) break;
    from = `&from=${page.next}`;
  }
  expect(seen).toEqual(all.toReversed());
});
