/** Every endpoint from no token, a wrong token, a guest, and the wrong user. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as admin from '@nexuscomm/spec/endpoints/client/admin.ts';
import * as accounts from '@nexuscomm/spec/endpoints/client/accounts.ts';
import * as keys from '@nexuscomm/spec/endpoints/client/keys.ts';
import * as media from '@nexuscomm/spec/endpoints/client/media.ts';
import * as push from '@nexuscomm/spec/endpoints/client/push.ts';
import * as rooms from '@nexuscomm/spec/endpoints/client/rooms.ts';
import * as search from '@nexuscomm/spec/endpoints/client/search.ts';
import * as serverInfo from '@nexuscomm/spec/endpoints/client/server.ts';
import * as spaces from '@nexuscomm/spec/endpoints/client/spaces.ts';
import * as userData from '@nexuscomm/spec/endpoints/client/user-data.ts';
import type { Endpoint } from '@nexuscomm/spec/endpoint.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

const ENDPOINTS = Object.entries({
  ...accounts,
  ...admin,
  ...keys,
  ...media,
  ...push,
  ...rooms,
  ...search,
  ...serverInfo,
  ...spaces,
  ...userData,
}) as unknown as [string, Endpoint][];

let server: TestServer;
let alice: SeedClient;
let mallory: SeedClient;
let guest: SeedClient;
/** alice's private room with a message, and what else the paths name */
let names: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  [alice, mallory] = await Promise.all([server.user('alice'), server.user('mallory')]);
  guest = server.nobody;
  guest.token = (await guest.ok('POST', '/register?kind=guest', {})).access_token;
  const roomId = await alice.createRoom({ room_alias_name: 'hers', name: 'Private' });
  const eventId = await alice.say(roomId, 'secret');
  await alice.ok('PUT', `/user/${alice.userId}/account_data/m.mine`, { a: 1 });
  const { filter_id: filterId } = await alice.ok('POST', `/user/${alice.userId}/filter`, {});
  const { version } = await alice.ok('POST', '/room_keys/version', {
    algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
    auth_data: { public_key: 'x' },
  });
  names = {
    roomId,
    roomIdOrAlias: roomId,
    eventId,
    userId: alice.userId,
    deviceId: alice.deviceId,
    filterId,
    version,
    type: 'm.mine',
    tag: 'u.mine',
    txnId: 't',
    eventType: 'm.room.message',
    stateKey: '',
    relType: 'm.thread',
    roomAlias: '#hers:localhost',
    receiptType: 'm.read',
    kind: 'override',
    ruleId: '.m.rule.master',
    keyName: 'displayname',
    protocol: 'irc',
    sessionId: 's',
    serverName: 'localhost',
    mediaId: 'none',
    fileName: 'f',
  };
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const named = (text: string): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (names[name] === undefined) throw new Error(`no value for ${name} of ${text}`);
    return encodeURIComponent(names[name]);
  });
const pathOf = (endpoint: Endpoint): string => named(endpoint.path);
const withToken = ENDPOINTS.filter(([, endpoint]) => endpoint.auth === 'user' || endpoint.auth === 'guest' || endpoint.auth === 'admin');
const bodyFor = (endpoint: Endpoint): unknown => (endpoint.method === 'GET' ? undefined : {});

describe.each(withToken)('%s', (_name, endpoint) => {
  test('needs a token', async () => {
    expect(await server.nobody.error(endpoint.method, pathOf(endpoint), bodyFor(endpoint))).toEqual([401, 'M_MISSING_TOKEN']);
  });

  test('needs a token that is known', async () => {
    const stranger = server.nobody;
    stranger.token = 'nxa_of_another_server';
    expect(await stranger.error(endpoint.method, pathOf(endpoint), bodyFor(endpoint))).toEqual([401, 'M_UNKNOWN_TOKEN']);
  });

  if (endpoint.auth !== 'guest') {
    test('is not for guests', async () => {
      expect(await guest.error(endpoint.method, pathOf(endpoint), bodyFor(endpoint))).toEqual([403, 'M_GUEST_ACCESS_FORBIDDEN']);
    });
  }
});

test('an optional token must be good if it is given', async () => {
  const stranger = server.nobody;
  stranger.token = 'nxa_of_another_server';
  for (const [, endpoint] of ENDPOINTS.filter(([, one]) => one.auth === 'optional')) {
    expect(await stranger.error(endpoint.method, pathOf(endpoint))).toEqual([401, 'M_UNKNOWN_TOKEN']);
  }
});

/** What the wrong user is answered. Endpoints of ONLY_OWN can't name what belongs to somebody else. */
const WRONG_USER: Record<string, { body?: unknown; query?: string; refusal: [number, string] }> = {
  deleteDevice: { body: {}, refusal: [401, 'undefined'] }, // asks for mallory's own password, then finds no such device of hers
  device: { refusal: [404, 'M_NOT_FOUND'] },
  updateDevice: { body: { display_name: 'x' }, refusal: [404, 'M_NOT_FOUND'] },
  setProfileField: { body: { displayname: 'x' }, refusal: [403, 'M_FORBIDDEN'] },
  deleteProfileField: { refusal: [403, 'M_FORBIDDEN'] },
  openidToken: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  whois: { refusal: [403, 'M_FORBIDDEN'] },
  isLocked: { refusal: [403, 'M_FORBIDDEN'] },
  lock: { body: { locked: true }, refusal: [403, 'M_FORBIDDEN'] },
  isSuspended: { refusal: [403, 'M_FORBIDDEN'] },
  suspend: { body: { suspended: true }, refusal: [403, 'M_FORBIDDEN'] },
  getEventAnywhere: { refusal: [404, 'M_NOT_FOUND'] },
  getEvents: { query: 'room_id={roomId}', refusal: [403, 'M_FORBIDDEN'] },
  getInitialSync: { refusal: [403, 'M_FORBIDDEN'] },
  getBackup: { refusal: [404, 'M_NOT_FOUND'] },
  updateBackup: { body: { algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2', auth_data: {} }, refusal: [404, 'M_NOT_FOUND'] },
  deleteBackup: { refusal: [404, 'M_NOT_FOUND'] },
  putRoomKeys: { query: 'version=1', body: { rooms: {} }, refusal: [404, 'M_NOT_FOUND'] },
  getRoomKeys: { query: 'version=1', refusal: [404, 'M_NOT_FOUND'] },
  deleteRoomKeys: { query: 'version=1', refusal: [404, 'M_NOT_FOUND'] },
  joinByIdOrAlias: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  joinRoom: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  knockRoom: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  leaveRoom: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  inviteUser: { body: { user_id: '@mallory:localhost' }, refusal: [403, 'M_FORBIDDEN'] },
  kickUser: { body: { user_id: '@alice:localhost' }, refusal: [403, 'M_FORBIDDEN'] },
  banUser: { body: { user_id: '@alice:localhost' }, refusal: [403, 'M_FORBIDDEN'] },
  unbanUser: { body: { user_id: '@alice:localhost' }, refusal: [403, 'M_FORBIDDEN'] },
  sendMessage: { body: { body: 'x' }, refusal: [403, 'M_FORBIDDEN'] },
  redactEvent: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  setState: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  getStateEvent: { refusal: [403, 'M_FORBIDDEN'] },
  getState: { refusal: [403, 'M_FORBIDDEN'] },
  getEvent: { refusal: [404, 'M_NOT_FOUND'] },
  getMessages: { query: 'dir=b', refusal: [403, 'M_FORBIDDEN'] },
  getContext: { refusal: [404, 'M_NOT_FOUND'] },
  getMembers: { refusal: [403, 'M_FORBIDDEN'] },
  getJoinedMembers: { refusal: [403, 'M_FORBIDDEN'] },
  timestampToEvent: { query: 'ts=0&dir=f', refusal: [403, 'M_FORBIDDEN'] },
  getRelations: { refusal: [404, 'M_NOT_FOUND'] },
  getThreads: { refusal: [403, 'M_FORBIDDEN'] },
  getHierarchy: { refusal: [403, 'M_FORBIDDEN'] },
  upgradeRoom: { body: { new_version: '11' }, refusal: [403, 'M_FORBIDDEN'] },
  reportEvent: { body: {}, refusal: [404, 'M_NOT_FOUND'] },
  createAlias: { body: { room_id: '!none:localhost' }, refusal: [404, 'M_NOT_FOUND'] },
  deleteAlias: { refusal: [403, 'M_FORBIDDEN'] },
  getRoomAliases: { refusal: [403, 'M_FORBIDDEN'] },
  setVisibility: { body: { visibility: 'public' }, refusal: [403, 'M_FORBIDDEN'] },
  createFilter: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  getFilter: { refusal: [403, 'M_FORBIDDEN'] },
  getAccountData: { refusal: [403, 'M_FORBIDDEN'] },
  setAccountData: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  getRoomAccountData: { refusal: [403, 'M_FORBIDDEN'] },
  setRoomAccountData: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  getTags: { refusal: [403, 'M_FORBIDDEN'] },
  setTag: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  deleteTag: { refusal: [403, 'M_FORBIDDEN'] },
  setTyping: { body: { typing: true }, refusal: [403, 'M_FORBIDDEN'] },
  sendReceipt: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  setReadMarkers: { body: {}, refusal: [403, 'M_FORBIDDEN'] },
  getPresence: { refusal: [403, 'M_FORBIDDEN'] },
  setPresence: { body: { presence: 'online' }, refusal: [403, 'M_FORBIDDEN'] },
};
const ONLY_OWN = [
  'loginToken',
  'logout',
  'logoutAll',
  'whoami',
  'changePassword',
  'deactivate',
  'threepids',
  'addThreepid',
  'deleteThreepid',
  'capabilities',
  'devices',
  'deleteDevices',
  'uploadKeys',
  'queryKeys',
  'claimKeys',
  'keyChanges',
  'uploadCrossSigningKeys',
  'uploadSignatures',
  'sendToDevice',
  'createBackup',
  'currentBackup',
  'upload',
  'reserve',
  'complete',
  'download',
  'downloadNamed',
  'thumbnail',
  'mediaConfig',
  'previewUrl', // media: knowing the address is the right to read
  'createRoom',
  'forgetRoom',
  'getInitialSyncOfAll',
  'getJoinedRooms',
  'getMutualRooms',
  'searchPublicRooms',
  'searchUsers',
  'search',
  'turnServer',
  'thirdPartyProtocols',
  'thirdPartyLookup',
  'reportRoom',
  'reportUser',
  'sync',
  'getPushRules',
  'getGlobalPushRules',
  'getPushRule',
  'setPushRule',
  'deletePushRule',
  'getPushRuleEnabled',
  'setPushRuleEnabled',
  'getPushRuleActions',
  'setPushRuleActions',
  'getPushers',
  'setPusher',
  'getNotifications',
];

test('every endpoint has its wrong-user case, or can name only what is the own user’s', () => {
  expect(withToken.map(([name]) => name).sort()).toEqual([...Object.keys(WRONG_USER), ...ONLY_OWN].sort());
});

test.each(Object.entries(WRONG_USER))('%s refuses the wrong user', async (name, { body, query, refusal }) => {
  const endpoint = ENDPOINTS.find(([one]) => one === name)![1];
  const { status, body: answer } = await mallory.request(
    endpoint.method,
    `${pathOf(endpoint)}${query === undefined ? '' : `?${named(query)}`}`,
    body,
  );
  expect([status, String(answer.errcode)]).toEqual(refusal);
});

test('nothing of what was refused has happened', async () => {
  const state = await alice.ok('GET', `/rooms/${encodeURIComponent(names['roomId']!)}/state`);
  expect(state.filter((event: any) => event.type === 'm.room.member').map((event: any) => event.state_key)).toEqual([alice.userId]);
  expect((await alice.ok('GET', `/user/${alice.userId}/account_data/m.mine`)).a).toBe(1);
  expect((await alice.ok('GET', `/profile/${alice.userId}`)).displayname).toBe('alice');
  expect((await alice.ok('GET', '/directory/room/%23hers%3Alocalhost')).room_id).toBe(names['roomId']);
});
