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
