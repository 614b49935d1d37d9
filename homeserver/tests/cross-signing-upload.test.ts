/** Who has to confirm an upload of cross-signing keys (Client-Server API, "POST /keys/device_signing/upload"; MSC3967). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const UPLOAD = '/keys/device_signing/upload';

test('the first keys need no password, nor the same ones again; others do', async () => {
  const alice = await server.user('keys-alice');
  const master = (): object => {
    const key = randomBytes(32).toString('base64').replace(/=+$/, '');
    return { master_key: { user_id: alice.userId, usage: ['master'], keys: { [`ed25519:${key}`]: key } } };
  };
  const first = master();
  expect(await alice.ok('POST', UPLOAD, first)).toEqual({});
  expect(await alice.ok('POST', UPLOAD, first)).toEqual({});
  const second = master();
  const { status, body } = await alice.request('POST', UPLOAD, second);
  expect([status, body.flows]).toEqual([401, [{ stages: ['m.login.password'] }]]);
  const auth = {
    type: 'm.login.password',
    session: body.session,
    identifier: { type: 'm.id.user', user: alice.userId },
    password: 'password of keys-alice',
  };
  expect((await alice.request('POST', UPLOAD, { ...second, auth: { ...auth, password: 'wrong' } })).status).toBe(401);
  expect(await alice.ok('POST', UPLOAD, { ...second, auth })).toEqual({});
  const { master_keys: keys } = await alice.ok('POST', '/keys/query', { device_keys: { [alice.userId]: [] } });
  expect(keys[alice.userId]).toMatchObject((second as { master_key: object }).master_key);
});
