import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECURITY_HEADERS, serveApp, type ServeApp } from './serve-app.ts';

let directory: string;
let serve: ServeApp;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-desktop-'));
  await mkdir(join(directory, 'client', 'assets'), { recursive: true });
  await writeFile(join(directory, 'secret.html'), 'secret');
  const files = { 'index.html': '<p>', 'assets/a.js': 'export {}', 'assets/core.wasm': '\0asm', 'assets/a.js.br': 'x', '.sources': 'x' };
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, 'client', name), content);
  await symlink(join(directory, 'secret.html'), join(directory, 'client', 'link.html'));
  serve = await serveApp(join(directory, 'client'));
});
afterAll(async () => rm(directory, { recursive: true, force: true }));

const get = async (path: string, method = 'GET'): Promise<Response> => serve({ method, url: `nexuscomm://app${path}` });

test('files of the client, with their types', async () => {
  const page = await get('/');
  expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([200, 'text/html; charset=utf-8', '<p>']);
  expect((await get('/index.html?x#y')).status).toBe(200);
  expect((await get('/assets/a.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect((await get('/assets/core.wasm')).headers.get('content-type')).toBe('application/wasm');
  expect(await (await get('/index.html', 'HEAD')).text()).toBe('');
});

test('nothing else, by any way', async () => {
  for (const path of [
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/assets/..%5c..%5csecret.html',
    '//secret.html',
    '/link.html',
    '/.sources',
    '/assets/a.js.br',
    '/assets/',
    '/config.json',
    '/index.html%00',
  ]) {
    const answer = await get(path);
    expect([path, answer.status, await answer.text()]).toEqual([path, 404, '']);
  }
  expect((await get('/index.html', 'POST')).status).toBe(405);
});

test('every answer carries the policy that the homeserver sends', async () => {
  for (const path of ['/', '/missing']) {
    const { headers } = await get(path);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(headers.get(name)).toBe(value);
  }
  const homeserver = await readFile(join(import.meta.dirname, '..', '..', 'homeserver', 'src', 'http', 'serve-client.ts'), 'utf8');
  const policy = /'Content-Security-Policy': \[([^\]]*)\]/.exec(homeserver)![1]!;
  expect(SECURITY_HEADERS['Content-Security-Policy']).toBe([...policy.matchAll(/"([^"]+)"/g)].map(([, directive]) => directive).join('; '));
});

test('without a built client it says what to do', async () => {
  await expect(serveApp(join(directory, 'client', 'assets'))).rejects.toThrow('build the web client first');
});
