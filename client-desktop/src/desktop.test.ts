import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { fakeElectron, type FakeElectron } from '../testing/fake-electron.ts';
import { CHANNELS } from './channels.ts';
import { Desktop } from './desktop.ts';

let directory: string;
let fake: FakeElectron;
const PAGE = { url: 'nexuscomm://app/index.html', id: 1 };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-desktop-'));
  await writeFile(join(directory, 'index.html'), '<p>');
  fake = fakeElectron(directory);
});
afterEach(async () => rm(directory, { recursive: true, force: true }));

async function start(argv: readonly string[] = [], platform = 'linux'): Promise<Desktop | undefined> {
  fake.app.becomeReady();
  const desktop = await Desktop.start({
    electron: fake.electron,
    platform,
    argv,
    clientDirectory: directory,
    program: '/opt/nexuscomm',
    ownDirectory: '/app/dist',
  });
  fake.windows[0]?.emit('ready-to-show');
  return desktop;
}

const click = (items: MenuItemConstructorOptions[], id: string): void => (items.find((item) => item.id === id)!.click as unknown as () => void)();

test('a window with the page, in its own scheme, without Node', async () => {
  await start();
  const [window] = fake.windows;
  expect(fake.schemes).toMatchObject([{ scheme: 'nexuscomm', privileges: { standard: true, secure: true, allowServiceWorkers: true } }]);
  expect([...fake.handled.keys()]).toEqual(['nexuscomm']);
  expect(window!.loaded).toEqual(['nexuscomm://app/index.html']);
  expect(window!.visible).toBe(true);
  expect(window!.options['webPreferences']).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    preload: '/app/dist/preload.cjs',
  });
  expect(fake.app.protocols).toEqual(['matrix']);
  expect(window!.webContents.openWindow('https://example.org/')).toEqual({ action: 'deny' });
  expect(fake.opened).toEqual(['https://example.org/']);
});

test('a second start hands its link to the first, and ends', async () => {
  fake.app.isFirst = false;
  expect(await start(['matrix:u/ada:home.example'])).toBeUndefined();
  expect([fake.app.quits, fake.windows.length]).toEqual([1, 0]);
});

test('links wait until the page listens; later ones come at once and bring the window to the front', async () => {
  await start(['nexuscomm', 'matrix:u/ada:home.example']);
  const { webContents } = fake.windows[0]!;
  expect(webContents.sent).toEqual([]);
  fake.ipc.send(PAGE, CHANNELS.ready);
  expect(webContents.sent).toEqual([[CHANNELS.link, 'matrix:u/ada:home.example']]);
  fake.app.emit('second-instance', {}, ['nexuscomm', 'https://matrix.to/#/#garden:home.example']);
  expect(webContents.sent.at(-1)).toEqual([CHANNELS.link, 'https://matrix.to/#/#garden:home.example']);
  expect(fake.windows[0]!.focused).toBe(1);
  // No link into Matrix: the window comes to the front, and that is all.
  fake.app.emit('second-instance', {}, ['nexuscomm', 'https://evil.example/']);
  expect([webContents.sent.length, fake.windows[0]!.focused]).toEqual([2, 2]);
});

test('a link on a Mac may come before the app is ready', async () => {
  const starting = Desktop.start({
    electron: fake.electron,
    platform: 'darwin',
    argv: [],
    clientDirectory: directory,
    program: '/opt/nexuscomm',
    ownDirectory: '/app',
  });
  fake.app.emit('open-url', { preventDefault: () => {} }, 'matrix:r/garden:home.example');
  fake.app.becomeReady();
  await starting;
  fake.ipc.send(PAGE, CHANNELS.ready);
  expect(fake.windows).toHaveLength(1);
  expect(fake.windows[0]!.webContents.sent).toEqual([[CHANNELS.link, 'matrix:r/garden:home.example']]);
});

test('closing the window keeps it running, unless the person chose otherwise', async () => {
  await start();
  const [window] = fake.windows;
  expect(window!.close()).toBe(false);
  expect(window!.visible).toBe(false);
  fake.app.emit('activate');
  expect(window!.visible).toBe(true);
  click(fake.trays[0]!.menu, 'closeToTray');
  expect(window!.close()).toBe(true);
  fake.app.emit('window-all-closed');
  expect(fake.app.quits).toBe(1);
});

test('quitting closes it in any case', async () => {
  await start();
  fake.app.quit();
  expect(fake.windows[0]!.close()).toBe(true);
});

test('where the window was is kept', async () => {
  await start();
  fake.windows[0]!.emit('moved');
  const again = fakeElectron(directory);
  again.app.becomeReady();
  await Desktop.start({
    electron: again.electron,
    platform: 'linux',
    argv: [],
    clientDirectory: directory,
    program: '/opt/nexuscomm',
    ownDirectory: '/app',
  });
  expect(again.windows[0]!.options).toMatchObject({ x: 10, y: 20, width: 900, height: 700 });
});

test('at login it starts without a window if the person wants it so', async () => {
  await start(['nexuscomm', '--hidden']);
  expect(fake.windows[0]!.visible).toBe(false);
  click(fake.trays[0]!.menu, 'startAtLogin');
  expect(await readFile(join(directory, 'autostart', 'nexuscomm.desktop'), 'utf8')).toContain('Exec="/opt/nexuscomm" --hidden');
});

test('badges at dock, taskbar and tray', async () => {
  await start([], 'win32');
  fake.ipc.send(PAGE, CHANNELS.badge, 4, 2);
  expect(fake.app.badge).toBe(2);
  expect(fake.trays[0]).toMatchObject({ image: '/app/dist/icons/tray-mention.png', tip: 'NexusComm: 4 unread, 2 mention you' });
  expect(fake.windows[0]!.overlay).toBe('/app/dist/icons/overlay-mention.png');
});

test('a click on a notification leads to the page', async () => {
  await start();
  fake.windows[0]!.hide();
  fake.ipc.send(PAGE, CHANNELS.notify, { id: '["a","!r"]', title: 'Bo', body: 'Hello' });
  fake.notifications[0]!.emit('click');
  expect(fake.windows[0]!.visible).toBe(true);
  expect(fake.windows[0]!.webContents.sent).toEqual([[CHANNELS.notificationClick, '["a","!r"]']]);
});

test('after a sleep the page is told', async () => {
  await start();
  fake.power.emit('resume');
  expect(fake.windows[0]!.webContents.sent).toEqual([[CHANNELS.resume]]);
});

test('when the page ends unexpectedly, it can be started again', async () => {
  await start();
  const { webContents } = fake.windows[0]!;
  webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
  expect(fake.asked).toEqual([]);
  fake.answers.push(0);
  webContents.emit('render-process-gone', {}, { reason: 'oom' });
  await Promise.resolve();
  await Promise.resolve();
  expect([fake.asked, webContents.reloads]).toEqual([['NexusComm has stopped'], 1]);
});

test('zoom is kept and has bounds', async () => {
  await start();
  const view = fake.menus[0]!.find(({ label }) => label === 'View')!.submenu as MenuItemConstructorOptions[];
  const larger = view.find(({ accelerator }) => accelerator === 'CmdOrCtrl+Plus')!.click as unknown as () => void;
  for (let i = 0; i < 20; i++) larger();
  expect(fake.windows[0]!.webContents.zoomLevel).toBe(5);
});
