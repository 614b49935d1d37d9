/** Rooms of another server: found by address, by link and in its directory, and joined over federation. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { makeCertificates } from '@nexuscomm/homeserver/testing/certificates.ts';
import { launchChromium } from './chromium.ts';
import { startFederatedHomeserver } from './federated-homeserver.ts';
import type { Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { PASSWORD, Person } from './person.ts';

jest.setTimeout(180_000);

inBrowser('rooms of another server', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let far: Homeserver;
  /** Has rooms on the other server. */
  let host: ApiUser;
  let alice: Person;
  let rooms = 0;

  beforeAll(async () => {
    const certificates = stack.use(await makeCertificates());
    const [near, other] = await Promise.all([startFederatedHomeserver(certificates), startFederatedHomeserver(certificates)]);
    stack.use(near);
    far = stack.use(other);
    browser = await launchChromium();
    stack.defer(async () => browser.close());
    host = await ApiUser.register(far.url, 'host', PASSWORD);
    alice = stack.use(await Person.signUp(browser, near, 'alice'));
  });
  afterAll(async () => stack.disposeAsync());
  afterEach(() => {
    expect(alice?.troubles ?? []).toEqual([]);
  });

  /** A public room there, with a message in it. */
  async function roomThere(word: string): Promise<{ readonly name: string; readonly roomId: string; readonly alias: string; readonly said: string }> {
    const localpart = `${word.toLowerCase()}-${++rooms}`;
    const name = `${word} ${rooms}`;
    const roomId = await host.createRoom({ name, preset: 'public_chat', visibility: 'public', room_alias_name: localpart });
    const said = await host.say(roomId, { body: `Hello from ${name}` });
    return { name, roomId, alias: `#${localpart}:${far.name}`, said };
  }

  async function joins(name: string): Promise<void> {
    await alice.dialog.getByRole('heading', { name }).waitFor();
    await alice.dialog.getByRole('button', { name: 'Join room' }).click();
    await alice.page.getByRole('main', { name }).waitFor();
    await alice.seesMessage(`Hello from ${name}`);
  }

  test('joined by its address, and talked in from both', async () => {
    const { name, roomId, alias } = await roomThere('Harbour');
    await alice.joinsByAddress(alias);
    await alice.dialog.getByText('2 people').or(alice.dialog.getByText('1 person')).waitFor();
    await joins(name);
    await alice.say('Over the water');
    await host.say(roomId, { body: 'And back' });
    await alice.seesMessage('And back');
  });

  test('joined by a link of matrix.to to its address', async () => {
    const { name, alias } = await roomThere('Island');
    await alice.joinsByAddress(`https://matrix.to/#/${encodeURIComponent(alias)}`);
    await joins(name);
  });

  test('joined by a link of matrix.to to a message, which is shown', async () => {
    const { name, roomId, said } = await roomThere('Reef');
    await alice.joinsByAddress(`https://matrix.to/#/${encodeURIComponent(roomId)}/${encodeURIComponent(said)}?via=${encodeURIComponent(far.name)}`);
    await joins(name);
    expect(alice.page.url()).toContain(encodeURIComponent(said));
  });

  test('joined by a matrix: link, to its address or its id', async () => {
    const first = await roomThere('Bay');
    await alice.joinsByAddress(`matrix:r/${encodeURIComponent(first.alias.slice(1))}?action=join`);
    await joins(first.name);
    const second = await roomThere('Cape');
    await alice.joinsByAddress(`matrix:roomid/${encodeURIComponent(second.roomId.slice(1))}?via=${encodeURIComponent(far.name)}`);
    await joins(second.name);
  });

  test('a link in a message leads into it', async () => {
    const there = await roomThere('Lagoon');
    await alice.createRoom({ name: `Deck ${rooms}` });
    await alice.say(`Look: https://matrix.to/#/${encodeURIComponent(there.alias)}`, 'Look');
    await alice
      .message('Look')
      .getByRole('button', { name: new RegExp(there.alias.split(':')[0]!) })
      .click();
    await joins(there.name);
  });

  test('found in the directory of the other server', async () => {
    const { name } = await roomThere('Lighthouse');
    const hidden = await host.createRoom({ name: `Hidden ${rooms}`, preset: 'public_chat' });
    expect(hidden).toBeDefined();
    await alice.chooseNew('Browse rooms');
    await alice.dialog.getByRole('button', { name: /^Server:/ }).click();
    await alice.page.getByRole('menuitem', { name: 'Another server' }).click();
    await alice.dialog.getByRole('textbox', { name: 'Name of the server' }).fill(far.name);
    await alice.dialog.getByRole('button', { name: 'Show rooms' }).click();
    await alice.dialog
      .getByText(`rooms on ${far.name}`)
      .or(alice.dialog.getByText(`room on ${far.name}`))
      .waitFor();
    expect(await alice.dialog.getByText(`Hidden ${rooms}`).count()).toBe(0);
    await alice.dialog.getByRole('searchbox').fill(name);
    await alice.dialog.getByRole('button', { name: `Join: ${name}` }).click();
    await alice.page.getByRole('main', { name }).waitFor();
    await alice.seesMessage(`Hello from ${name}`);
  });

  test('an address that leads nowhere, and a server that does not answer, are told', async () => {
    await alice.joinsByAddress(`#nothing-here:${far.name}`);
    await alice.dialog.getByText('There is no room at this address').waitFor();
    await alice.press('Escape');
    await alice.chooseNew('Browse rooms');
    await alice.dialog.getByRole('button', { name: /^Server:/ }).click();
    await alice.page.getByRole('menuitem', { name: 'Another server' }).click();
    await alice.dialog.getByRole('textbox', { name: 'Name of the server' }).fill('127.0.0.1:9');
    await alice.dialog.getByRole('button', { name: 'Show rooms' }).click();
    await alice.dialog.getByText('The rooms of 127.0.0.1:9 can not be shown.').waitFor();
    await alice.press('Escape');
  });
});
