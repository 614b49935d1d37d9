import { expect, test } from '@jest/globals';
import { fakeContents, fakeShell } from '../testing/fake-electron.ts';
import { guardPage, guardSession, isPermitted, mayOpenOutside, PAGE_PREFERENCES } from './guard-page.ts';

const OURS = 'nexuscomm://app/index.html';

test('web pages and mail open outside, nothing else does', () => {
  for (const url of ['https://example.org/a?b#c', 'http://example.org', 'mailto:ada@example.org']) expect(mayOpenOutside(url)).toBe(true);
  for (const url of [
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'ms-msdt:/id',
    'data:text/html,x',
    'nexuscomm://app/',
    'x',
    '',
  ]) {
    expect([url, mayOpenOutside(url)]).toEqual([url, false]);
  }
  expect(mayOpenOutside(`https://example.org/${'a'.repeat(9_000)}`)).toBe(false);
});

test('no window is opened by the page', () => {
  const [contents, shell] = [fakeContents(), fakeShell()];
  guardPage(contents.asContents, shell.asShell);
  expect(contents.openWindow('https://example.org/')).toEqual({ action: 'deny' });
  expect(contents.openWindow('file:///etc/passwd')).toEqual({ action: 'deny' });
  expect(contents.openWindow(OURS)).toEqual({ action: 'deny' });
  expect(shell.opened).toEqual(['https://example.org/']);
});

test('the page stays where it is', () => {
  const [contents, shell] = [fakeContents(), fakeShell()];
  guardPage(contents.asContents, shell.asShell);
  expect(contents.emit('will-navigate', { url: `${OURS}#/settings/profile` })).toBe(true);
  expect(contents.emit('will-navigate', { url: 'https://example.org/' })).toBe(false);
  expect(contents.emit('will-navigate', { url: 'file:///etc/passwd' })).toBe(false);
  expect(contents.emit('will-redirect', { url: 'https://example.org/' })).toBe(false);
  expect(contents.emit('will-attach-webview', {})).toBe(false);
  expect(shell.opened).toEqual(['https://example.org/']);
});

test('permissions are for our origin, and few', () => {
  for (const permission of ['notifications', 'media', 'clipboard-sanitized-write', 'fullscreen']) {
    expect(isPermitted(permission, OURS)).toBe(true);
    expect(isPermitted(permission, 'https://example.org/')).toBe(false);
  }
  for (const permission of [
    'geolocation',
    'midi',
    'clipboard-read',
    'openExternal',
    'hid',
    'serial',
    'usb',
    'pointerLock',
    'fileSystem',
    'unknown',
  ]) {
    expect([permission, isPermitted(permission, OURS)]).toEqual([permission, false]);
  }
  const handlers: { request?: unknown; check?: unknown; device?: unknown } = {};
  guardSession({
    setPermissionRequestHandler: (handler) => void (handlers.request = handler),
    setPermissionCheckHandler: (handler) => void (handlers.check = handler),
    setDevicePermissionHandler: (handler) => void (handlers.device = handler),
  });
  const answers: boolean[] = [];
  const request = handlers.request as (contents: null, permission: string, answer: (yes: boolean) => void, details: object) => void;
  request(null, 'media', (yes) => answers.push(yes), { requestingUrl: OURS });
  request(null, 'media', (yes) => answers.push(yes), { requestingUrl: 'https://example.org' });
  expect(answers).toEqual([true, false]);
  expect((handlers.check as (contents: null, permission: string, origin: string) => boolean)(null, 'notifications', 'nexuscomm://app')).toBe(true);
  expect((handlers.device as () => boolean)()).toBe(false);
});

test('the page has no way to Node', () => {
  expect(PAGE_PREFERENCES).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false });
});
