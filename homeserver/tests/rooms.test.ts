/** Rooms over HTTP: the main path. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test('two users talk', async () => {
  const [alice, bob] = await Promise.all([server.user('alice'), server.user('bob')]);
  const roomId = await alice.createRoom({ name: 'Talk', preset: 'private_chat' });
  await alice.invite(roomId, bob);
  const invited = await bob.sync();
  expect(Object.keys(invited.rooms.invite)).toEqual([roomId]);
  await bob.join(roomId);
  const first = await alice.sync();
  const waiting = alice.nextEvent(first.next_batch, roomId, (event) => event.content.body === 'hello');
  const eventId = await bob.say(roomId, 'hello');
  expect(await waiting).toMatchObject({ event_id: eventId, sender: bob.userId });
  const page = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=3`);
  expect(page.chunk[0]).toMatchObject({ event_id: eventId, room_id: roomId });
});
