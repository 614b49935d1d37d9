/** POST /register with `guest_access_token`: a guest becomes a user (Client-Server API, "Guest Access"). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let guest: SeedClient;
const PASSWORD = 'a password for good';
const DUMMY = { type: 'm.login.dummy' };
const localpart = (client: SeedClient): string => client.userId.slice(1, client.userId.indexOf(':'));

async function newGuest(on: TestServer): Promise<SeedClient> {
  const client = on.nobody;
  const answer = await client.ok('POST', '/register?kind=guest', { initial_device_display_name: 'Kiosk' });
  return Object.assign(client, { token: answer.access_token, userId: answer.user_id, deviceId: answer.device_id });
}
const upgrade = (client: SeedClient, further: object = {}): object => ({
  username: localpart(client),
  password: PASSWORD,
  guest_access_token: client.token,
  ...further,
});

describe('where anybody may register', () => {
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    guest = await newGuest(server);
  });

  test('the guest keeps user id, device, rooms and name', async () => {
    const alice = await server.user('alice');
    const roomId = await alice.createRoom({ preset: 'private_chat' });
    await alice.invite(roomId, guest);
    await guest.join(roomId);
    await guest.ok('PUT', `/profile/${encodeURIComponent(guest.userId)}/displayname`, { displayname: 'Passer-by' });
    expect(await guest.error('POST', '/createRoom', {})).toEqual([403, 'M_GUEST_ACCESS_FORBIDDEN']);

    const challenge = await server.nobody.request('POST', '/register', upgrade(guest));
    expect([challenge.status, challenge.body.flows]).toEqual([401, [{ stages: ['m.login.dummy'] }]]);
    // What was said before need not be said again.
    const answer = await server.nobody.ok('POST', '/register', { auth: { ...DUMMY, session: challenge.body.session } });
    expect(answer).toMatchObject({ user_id: guest.userId, device_id: guest.deviceId });
    expect(await guest.error('GET', '/account/whoami')).toEqual([401, 'M_UNKNOWN_TOKEN']);

    guest.token = answer.access_token;
    expect(await guest.ok('GET', '/account/whoami')).toEqual({ user_id: guest.userId, device_id: guest.deviceId, is_guest: false });
    expect(await guest.ok('GET', '/joined_rooms')).toEqual({ joined_rooms: [roomId] });
    expect((await guest.ok('GET', '/devices')).devices).toMatchObject([{ device_id: guest.deviceId, display_name: 'Kiosk' }]);
    expect((await guest.ok('GET', `/profile/${encodeURIComponent(guest.userId)}`)).displayname).toBe('Passer-by');
    await guest.createRoom();
    const identifier = { type: 'm.id.user', user: guest.userId };
    expect(await server.nobody.ok('POST', '/login', { type: 'm.login.password', identifier, password: PASSWORD })).toMatchObject({
      user_id: guest.userId,
    });
  });

  test('without logging in, the token goes on and is a user’s at once', async () => {
    await guest.ok('GET', '/account/whoami');
    expect(await server.nobody.ok('POST', '/register', upgrade(guest, { inhibit_login: true, auth: DUMMY }))).toEqual({ user_id: guest.userId });
    expect((await guest.ok('GET', '/account/whoami')).is_guest).toBe(false);
    await guest.createRoom();
  });

  test('a device that is asked for is another one', async () => {
    const answer = await server.nobody.ok('POST', '/register', upgrade(guest, { device_id: 'PHONE', auth: DUMMY }));
    expect(answer.device_id).toBe('PHONE');
    expect((await guest.ok('GET', '/devices')).devices.map((device: any) => device.device_id)).toEqual([guest.deviceId, 'PHONE']);
  });

  test('nobody becomes somebody else', async () => {
    const [other, bob] = [await newGuest(server), await server.user('bob')];
    const attempts: [object, [number, string]][] = [
      [{ guest_access_token: other.token }, [403, 'M_FORBIDDEN']],
      [{ guest_access_token: 'nonsense' }, [403, 'M_FORBIDDEN']],
      [{ guest_access_token: bob.token, username: 'bob' }, [403, 'M_FORBIDDEN']],
      [{ username: 'bob' }, [403, 'M_FORBIDDEN']],
      [{ username: 'nobody-yet' }, [403, 'M_FORBIDDEN']],
      [{ username: undefined }, [400, 'M_MISSING_PARAM']],
      [{ password: 'x' }, [400, 'M_WEAK_PASSWORD']],
      [{ guest_access_token: undefined }, [400, 'M_USER_IN_USE']],
    ];
    for (const [change, refusal] of attempts) {
      // Before the person confirms anything, and also if it comes with the confirmation.
      expect([change, await server.nobody.error('POST', '/register', upgrade(guest, change))]).toEqual([change, refusal]);
      expect([change, await server.nobody.error('POST', '/register', upgrade(guest, { ...change, auth: DUMMY }))]).toEqual([change, refusal]);
    }
    expect((await guest.ok('GET', '/account/whoami')).is_guest).toBe(true);
  });

  test('once only', async () => {
    const answers = await Promise.all(Array.from({ length: 3 }, () => server.nobody.request('POST', '/register', upgrade(guest, { auth: DUMMY }))));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403, 403]);
  });
});

test('registration that takes tokens or is closed is so for guests too', async () => {
  for (const [mode, refusal] of [
    ['token', [401, ['m.login.registration_token']]],
    ['closed', [403, undefined]],
  ] as const) {
    await using closed = await startTestServer({ NEXUS_REGISTRATION: mode });
    const visitor = await newGuest(closed);
    const { status, body } = await closed.nobody.request('POST', '/register', upgrade(visitor));
    expect([mode, status, body.flows?.[0].stages]).toEqual([mode, ...refusal]);
    expect((await visitor.ok('GET', '/account/whoami')).is_guest).toBe(true);
  }
});
