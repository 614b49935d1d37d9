/**
 * Two people use the server with matrix-js-sdk, the library under Element: everything that a chat needs, encryption
 * included, and a second device that finds the history.
 */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import {
  ClientEvent,
  EventType,
  MsgType,
  Preset,
  ReceiptType,
  RelationType,
  RoomEvent,
  RoomMemberEvent,
  SyncState,
  createClient,
  type MatrixClient,
  type MatrixEvent,
} from 'matrix-js-sdk';
import sharp from 'sharp';
import { quiet } from '../testing/sdk-clients.ts';
import { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
const clients: MatrixClient[] = [];

beforeAll(async () => {
  server = await startTestServer();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.stopClient();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Where a client looks for the key of its secret storage; filled once the person has one. */
interface Keyring {
  key: Uint8Array<ArrayBuffer> | undefined;
}

function connect(account: { user_id: string; access_token?: string; device_id?: string }, keyring: Keyring = { key: undefined }): MatrixClient {
  const client = createClient({
    baseUrl: server.url,
    userId: account.user_id,
    accessToken: account.access_token!,
    deviceId: account.device_id!,
    logger: quiet,
    cryptoCallbacks: { getSecretStorageKey: async ({ keys }) => (keyring.key ? [Object.keys(keys)[0]!, keyring.key] : null) },
  });
  clients.push(client);
  return client;
}

async function register(name: string, keyring?: Keyring): Promise<MatrixClient> {
  const anonymous = createClient({ baseUrl: server.url, logger: quiet });
  return connect(await anonymous.registerRequest({ username: name, password: `password of ${name}`, auth: { type: 'm.login.dummy' } }), keyring);
}

async function logIn(name: string, keyring?: Keyring): Promise<MatrixClient> {
  const anonymous = createClient({ baseUrl: server.url, logger: quiet });
  const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password: `password of ${name}` };
  return connect(await anonymous.loginRequest(login), keyring);
}

async function start(client: MatrixClient): Promise<void> {
  const prepared = new Promise<void>((resolve) => {
    client.on(ClientEvent.Sync, (state) => {
      if (state === SyncState.Prepared) resolve();
    });
  });
  await client.startClient({ initialSyncLimit: 20, threadSupport: true });
  await prepared;
}

/** The next event of the room that passes; with what it says once it is decrypted. */
function next(client: MatrixClient, roomId: string, passes: (event: MatrixEvent) => boolean): Promise<MatrixEvent> {
  return new Promise((resolve) => {
    const look = (event: MatrixEvent): void => {
      if (event.getRoomId() === roomId && passes(event)) resolve(event);
    };
    client.on(RoomEvent.Timeline, look);
    client.on('Event.decrypted' as never, look as never);
  });
}

const says = (body: string) => (event: MatrixEvent) => event.getContent()['body'] === body;

/** Waits until something holds that the client learns by syncing. */
async function until<T>(look: () => T | undefined | null | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await pause();
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

async function roomOfTwo(alice: MatrixClient, bob: MatrixClient, options: object = {}): Promise<string> {
  const { room_id: roomId } = await alice.createRoom({ preset: Preset.PrivateChat, name: 'Plans', invite: [bob.getUserId()!], ...options });
  await until(() => bob.getRoom(roomId)?.getMyMembership() === 'invite');
  await bob.joinRoom(roomId);
  await until(() => alice.getRoom(roomId)?.getMember(bob.getUserId()!)?.membership === 'join');
  return roomId;
}

test('a conversation: messages, edit, reaction, thread, redaction, typing, receipts', async () => {
  const [alice, bob] = await Promise.all([register('sdk-alice'), register('sdk-bob')]);
  await Promise.all([start(alice), start(bob)]);
  const roomId = await roomOfTwo(alice, bob);

  const times: number[] = [];
  let question = '';
  for (let i = 0; i < 10; i++) {
    const [from, to] = i % 2 === 0 ? [alice, bob] : [bob, alice];
    const arrival = next(to, roomId, says(`message ${i}`));
    const sent = performance.now();
    const { event_id: eventId } = await from.sendTextMessage(roomId, `message ${i}`);
    expect((await arrival).getId()).toBe(eventId);
    times.push(performance.now() - sent);
    if (i === 0) question = eventId;
  }
  process.stdout.write(`messages through matrix-js-sdk took ${times.map((ms) => ms.toFixed(0)).join(', ')} ms\n`);

  await alice.sendEvent(roomId, EventType.RoomMessage, {
    msgtype: MsgType.Text,
    body: '* edited',
    'm.new_content': { msgtype: MsgType.Text, body: 'edited' },
    'm.relates_to': { rel_type: RelationType.Replace, event_id: question },
  } as never);
  const room = bob.getRoom(roomId)!;
  await until(() => room.findEventById(question)?.getContent()['body'] === 'edited');

  await bob.sendEvent(roomId, EventType.Reaction, { 'm.relates_to': { rel_type: RelationType.Annotation, event_id: question, key: '👍' } });
  const reactions = await until(() => alice.getRoom(roomId)!.relations.getChildEventsForEvent(question, RelationType.Annotation, EventType.Reaction));
  expect(reactions.getSortedAnnotationsByKey()?.map(([key, events]) => [key, events.size])).toEqual([['👍', 1]]);

  await bob.sendEvent(roomId, EventType.RoomMessage, {
    msgtype: MsgType.Text,
    body: 'in the thread',
    'm.relates_to': { rel_type: RelationType.Thread, event_id: question },
  } as never);
  const thread = await until(() => alice.getRoom(roomId)!.getThread(question));
  await until(() => thread.replyToEvent?.getContent()['body'] === 'in the thread');

  const mistake = await alice.sendTextMessage(roomId, 'a mistake');
  await until(() => room.findEventById(mistake.event_id));
  await alice.redactEvent(roomId, mistake.event_id);
  await until(() => room.findEventById(mistake.event_id)?.isRedacted());

  const typing = new Promise<boolean>((resolve) => {
    alice.on(RoomMemberEvent.Typing, (_event, member) => member.userId === bob.getUserId() && resolve(member.typing));
  });
  await bob.sendTyping(roomId, true, 5_000);
  expect(await typing).toBe(true);

  const last = await alice.sendTextMessage(roomId, 'read this');
  const unread = await until(() => room.findEventById(last.event_id));
  await bob.sendReceipt(unread, ReceiptType.Read);
  await until(() => alice.getRoom(roomId)!.getReadReceiptForUserId(bob.getUserId()!)?.eventId === last.event_id);
});

test('a picture and its thumbnail', async () => {
  const [alice, bob] = await Promise.all([register('picture-alice'), register('picture-bob')]);
  await Promise.all([start(alice), start(bob)]);
  const roomId = await roomOfTwo(alice, bob);
  const picture = await sharp({ create: { width: 800, height: 400, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const { content_uri: url } = await alice.uploadContent(new Blob([new Uint8Array(picture)], { type: 'image/png' }), {
    name: 'sea.png',
    type: 'image/png',
  });
  const arrival = next(bob, roomId, says('sea.png'));
  await alice.sendImageMessage(roomId, url, { mimetype: 'image/png', w: 800, h: 400 } as never, 'sea.png');
  const shown = (await arrival).getContent()['url'] as string;
  const fetched = async (address: string | null): Promise<Buffer> => {
    const answer = await fetch(address!, { headers: { authorization: `Bearer ${bob.getAccessToken()}` } });
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };
  expect((await fetched(bob.mxcUrlToHttp(shown, undefined, undefined, undefined, false, true, true))).equals(picture)).toBe(true);
  const thumbnail = await sharp(await fetched(bob.mxcUrlToHttp(shown, 320, 240, 'scale', false, true, true))).metadata();
  expect([thumbnail.width, thumbnail.height]).toEqual([320, 160]);
});

test('another device finds the history', async () => {
  const [alice, bob] = await Promise.all([register('old-alice'), register('old-bob')]);
  await Promise.all([start(alice), start(bob)]);
  const roomId = await roomOfTwo(alice, bob);
  for (let i = 0; i < 60; i++) await alice.sendTextMessage(roomId, `line ${i}`);
  const phone = await logIn('old-bob');
  await start(phone);
  const room = await until(() => phone.getRoom(roomId));
  while (room.getLiveTimeline().getPaginationToken('b' as never) !== null) await phone.scrollback(room, 30);
  const lines = room
    .getLiveTimeline()
    .getEvents()
    .filter((event) => event.getType() === 'm.room.message');
  expect(lines.map((event) => event.getContent()['body'])).toEqual(Array.from({ length: 60 }, (_, i) => `line ${i}`));
  expect(room.getLiveTimeline().getEvents()[0]!.getType()).toBe('m.room.create');
});

test('an encrypted room, whose history another device reads by the key backup', async () => {
  const keyring: Keyring = { key: undefined };
  const [alice, bob] = await Promise.all([register('secret-alice'), register('secret-bob', keyring)]);
  await Promise.all([alice.initRustCrypto({ useIndexedDB: false }), bob.initRustCrypto({ useIndexedDB: false })]);
  await Promise.all([start(alice), start(bob)]);
  const crypto = bob.getCrypto()!;
  await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: async (makeRequest) => {
      await makeRequest({ type: 'm.login.password', identifier: { type: 'm.id.user', user: bob.getUserId()! }, password: 'password of secret-bob' });
    },
  });
  const recoveryKey = await crypto.createRecoveryKeyFromPassphrase();
  keyring.key = recoveryKey.privateKey;
  await crypto.bootstrapSecretStorage({ createSecretStorageKey: async () => recoveryKey, setupNewSecretStorage: true, setupNewKeyBackup: true });

  const roomId = await roomOfTwo(alice, bob, {
    initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
  });
  const arrival = next(bob, roomId, says('for your eyes only'));
  const { event_id: eventId } = await alice.sendTextMessage(roomId, 'for your eyes only');
  expect((await arrival).isEncrypted()).toBe(true);
  const answer = next(alice, roomId, says('seen'));
  await bob.sendTextMessage(roomId, 'seen');
  expect((await answer).isEncrypted()).toBe(true);
  const raw = await new SeedClient(server.url, bob.getAccessToken()!).ok(
    'GET',
    `/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(eventId)}`,
  );
  expect(raw.type).toBe('m.room.encrypted');
  expect(JSON.stringify(raw)).not.toContain('eyes only');

  // Both sessions are in the backup before the other device comes.
  const version = (await crypto.getKeyBackupInfo())!.version!;
  const backedUp = new SeedClient(server.url, bob.getAccessToken()!);
  for (let count = 0; count < 2;) count = (await backedUp.ok('GET', `/room_keys/version/${version}`)).count;

  const phone = await logIn('secret-bob', keyring);
  await phone.initRustCrypto({ useIndexedDB: false });
  await start(phone);
  const phoneCrypto = phone.getCrypto()!;
  await phoneCrypto.loadSessionBackupPrivateKeyFromSecretStorage();
  expect(await phoneCrypto.restoreKeyBackup()).toMatchObject({ imported: 2, total: 2 });
  // The SDK takes private keys only once it has seen the public ones, which a new device asks for in the background.
  expect(await phoneCrypto.userHasCrossSigningKeys(phone.getUserId()!, true)).toBe(true);
  await phoneCrypto.bootstrapCrossSigning({});
  const room = await until(() => phone.getRoom(roomId));
  await until(() =>
    room
      .getLiveTimeline()
      .getEvents()
      .find((event) => event.getId() === eventId && says('for your eyes only')(event)),
  );
  // The phone has signed itself, so that others trust it.
  while (!(await phoneCrypto.getDeviceVerificationStatus(phone.getUserId()!, phone.getDeviceId()!))?.crossSigningVerified) await pause();
});
