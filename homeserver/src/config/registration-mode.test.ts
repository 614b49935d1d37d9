import { expect, test } from '@jest/globals';
import { startLines } from '../cli/serve.ts';
import { loadConfig } from './load-config.ts';
import { isLoopback, registrationMode } from './registration-mode.ts';

const none = { NEXUS_CONFIG: new URL('../../testing/test-config.yaml', import.meta.url).pathname };
const HERE = 'since only this machine reaches the server';
const others = (why: string): string => `since others may reach the server: ${why}`;

test.each([
  [{}, 'open', true, HERE],
  [{ NEXUS_BIND: '::1' }, 'open', true, HERE],
  [{ NEXUS_BIND: 'localhost', NEXUS_PORT: '80' }, 'open', true, HERE],
  [{ NEXUS_REGISTRATION: '' }, 'open', true, HERE],
  [{ NEXUS_BIND: '0.0.0.0' }, 'closed', false, others('server.bind is 0.0.0.0')],
  [{ NEXUS_BIND: '192.168.1.20' }, 'closed', false, others('server.bind is 192.168.1.20')],
  [{ NEXUS_SERVER_NAME: 'example.org' }, 'closed', false, others('server.name is example.org')],
  [{ NEXUS_SERVER_NAME: 'localhost:8448' }, 'closed', false, others('server.name is localhost:8448')],
  [{ NEXUS_PUBLIC_BASEURL: 'https://matrix.example.org' }, 'closed', false, others('server.public_baseurl is set')],
  [{ NEXUS_TRUSTED_PROXIES: '1' }, 'closed', false, others('server.trusted_proxies is set')],
  [{ NEXUS_REGISTRATION: 'closed' }, 'closed', false, 'as set in registration.mode'],
  [{ NEXUS_REGISTRATION: 'token' }, 'token', false, 'as set in registration.mode'],
  [{ NEXUS_REGISTRATION: 'open' }, 'open', false, 'as set in registration.mode'],
  [{ NEXUS_REGISTRATION: 'open', NEXUS_BIND: '0.0.0.0', NEXUS_SERVER_NAME: 'example.org' }, 'open', false, 'as set in registration.mode'],
])('%j: registration is %s', (settings, mode, isTrial, reason) => {
  expect(registrationMode(loadConfig({ ...none, ...settings }))).toEqual({ mode, isTrial, reason });
});

test('a wrong mode is refused', () => {
  expect(() => loadConfig({ ...none, NEXUS_REGISTRATION: 'trial' })).toThrow(
    'registration.mode: must be one of open, token, closed (got "trial") [NEXUS_REGISTRATION]',
  );
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['LOCALHOST', true],
  ['[::1]', true],
  ['::', false],
  ['0.0.0.0', false],
  ['127.0.0.1.example.org', false],
  ['localhost.example.org', false],
])('%s is loopback: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));

test.each([
  [{}, false, /^Registration is open, since only this machine reaches the server; create an account there: the first one becomes the administrator$/],
  [{}, true, /^Registration is open, since only this machine .*; anybody here can create an account$/],
  [
    { NEXUS_BIND: '0.0.0.0' },
    false,
    /^Registration is closed, since others .* server\.bind is 0\.0\.0\.0; make the first user in another terminal: npm/,
  ],
  [{ NEXUS_REGISTRATION: 'open' }, false, /^Registration is open, as set in registration\.mode; anybody .* user create <name> --admin$/],
  [{ NEXUS_REGISTRATION: 'token' }, true, /^Registration is by token, as set in registration\.mode; it takes one from: .* token create/],
])('%j, users: %s: the start says how it is and why', (settings, hasUsers, expected) => {
  const running = { serverName: 'localhost', url: 'http://localhost:8008', hasClient: true, hasUsers, embedded: true };
  expect(startLines(loadConfig({ ...none, ...settings }), running)[3]).toMatch(expected);
});
