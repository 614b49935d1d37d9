/** The main path once more with a client of another family: matrix-bot-sdk. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LogService, MatrixAuth, MatrixClient, MemoryStorageProvider } from 'matrix-bot-sdk';
import sharp from 'sharp';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
const clients: MatrixClient[] = [];

beforeAll(async () => {
  const silent = (): void => {};
  LogService.setLogger({ trace: silent, debug: silent, info: silent, warn: silent, error: silent });
  server = await startTestServer();
});
afterAll(async () => {
  for (const client of clients) client.stop();
  await server[Symbol.asyncDispose]();
});

async function register(name: string): Promise<MatrixClient> {
  const { accessToken } = await new MatrixAuth(server.url).passwordRegister(name, `password of ${name}`);
  const client = new MatrixClient(server.url, accessToken, new MemoryStorageProvider());
  clients.push(client);
  return client;
}

const next = <T>(client: MatrixClient, event: string, passes: (...args: any[]) => T | undefined | false): Promise<T> =>
  new Promise((resolve) => {
    client.on(event, (...args) => {
      const found = passes(...args);
      if (found !== undefined && found !== false) resolve(found);
    });
  });

test('a bot is invited, listens and answers', async () => {
  const [alice, bot] = await Promise.all([register('human'), register('bot')]);
  const botId = await bot.getUserId();
  const invited = next(bot, 'room.invite', (roomId: string) => roomId);
  await Promise.all([alice.start(), bot.start()]);
  const roomId = await alice.createRoom({ name: 'Workshop', invite: [botId], preset: 'private_chat' });
  expect(await invited).toBe(roomId);
  await bot.joinRoom(roomId);
  bot.on('room.message', (where: string, event: any) => {
    if (event.sender !== botId && event.content.body === '!ping') void bot.replyNotice(where, event, 'pong');
  });
  const answer = next(alice, 'room.message', (_roomId: string, event: any) => event.sender === botId && event);
  const question = await alice.sendText(roomId, '!ping');
  expect((await answer).content['m.relates_to']['m.in_reply_to'].event_id).toBe(question);

  const edit = next(alice, 'room.message', (_roomId: string, event: any) => event.content['m.new_content']?.body === 'edited' && event);
  await bot.sendMessage(roomId, {
    msgtype: 'm.text',
    body: '* edited',
    'm.new_content': { msgtype: 'm.text', body: 'edited' },
    'm.relates_to': { rel_type: 'm.replace', event_id: question },
  });
  expect((await edit).sender).toBe(botId);
  const reaction = next(alice, 'room.event', (_roomId: string, event: any) => event.type === 'm.reaction' && event);
  await bot.unstableApis.addReactionToEvent(roomId, question, '🤖');
  expect((await reaction).content['m.relates_to'].key).toBe('🤖');

  await bot.sendReadReceipt(roomId, question);
  await bot.setTyping(roomId, true, 1_000);
  const redacted = next(alice, 'room.event', (_roomId: string, event: any) => event.type === 'm.room.redaction' && event);
  await alice.redactEvent(roomId, question, 'done');
  expect((await redacted).content.reason).toBe('done');

  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'navy' } })
    .png()
    .toBuffer();
  const mxc = await bot.uploadContent(picture, 'image/png', 'navy.png');
  expect((await alice.downloadContent(mxc)).data.equals(picture)).toBe(true);
  expect(Object.keys(await alice.getJoinedRoomMembersWithProfiles(roomId)).sort()).toEqual([botId, await alice.getUserId()].sort());
});
