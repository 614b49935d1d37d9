import { expect, test } from '@jest/globals';
import { fakeIpc, fakeSafeStorage } from '../testing/fake-electron.ts';
import { answerPage } from './bridge.ts';
import { CHANNELS } from './channels.ts';
import { Vault } from './vault.ts';

const PAGE = { url: 'nexuscomm://app/index.html', id: 1 };

function page() {
  const heard: unknown[] = [];
  const ipc = fakeIpc();
  answerPage(ipc.asIpc, {
    vault: new Vault(fakeSafeStorage(), 'darwin'),
    isPage: (id) => id === PAGE.id,
    onBadge: (...given) => heard.push(given),
    onNotify: (given) => heard.push(given),
    onReady: () => heard.push('ready'),
  });
  return { ipc, heard };
}

test('the page seals and opens secrets', async () => {
  const { ipc } = page();
  const sealed = await ipc.invoke(PAGE, CHANNELS.seal, 'token');
  expect(sealed).toMatch(/^sealed:/);
  expect(await ipc.invoke(PAGE, CHANNELS.open, sealed)).toBe('token');
  expect(await ipc.invoke(PAGE, CHANNELS.seals)).toBe(true);
});

test('the page tells counts and notifications', () => {
  const { ipc, heard } = page();
  ipc.send(PAGE, CHANNELS.badge, 3, 1);
  ipc.send(PAGE, CHANNELS.notify, { id: 'a', title: 'Bo', body: 'Hello', html: '<b>' });
  ipc.send(PAGE, CHANNELS.ready);
  expect(heard).toEqual([[3, 1], { id: 'a', title: 'Bo', body: 'Hello' }, 'ready']);
});

test('others are not answered', async () => {
  const { ipc, heard } = page();
  for (const sender of [
    { ...PAGE, url: 'https://example.org/' },
    { ...PAGE, id: 2 },
    { ...PAGE, inFrame: true },
    { ...PAGE, gone: true },
  ]) {
    await expect(ipc.invoke(sender, CHANNELS.seal, 'token')).rejects.toThrow('not a call of the page');
    ipc.send(sender, CHANNELS.badge, 1, 1);
    ipc.send(sender, CHANNELS.ready);
  }
  expect(heard).toEqual([]);
});

test('what is not as agreed is refused', async () => {
  const { ipc, heard } = page();
  for (const given of [undefined, 1, {}, ['a'], 'x'.repeat(70_000)]) {
    await expect(ipc.invoke(PAGE, CHANNELS.seal, given)).rejects.toThrow('not a text');
  }
  for (const given of [[-1, 0], [0.5, 0], ['1', 0], [NaN, 0], [1]]) ipc.send(PAGE, CHANNELS.badge, ...given);
  for (const given of [null, 'x', { id: 1, title: 'a', body: 'b' }, { id: 'a', title: 'a' }, { id: 'a', title: 'a', body: 'b'.repeat(3_000) }]) {
    ipc.send(PAGE, CHANNELS.notify, given);
  }
  expect(heard).toEqual([]);
});
