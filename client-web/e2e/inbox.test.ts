/** Triage: done, snoozed, unread, favourite, undone; by keyboard and by pointer; the order that holds still under the pointer. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';

const ROOMS = ['Apples', 'Berries', 'Cherries', 'Dates'] as const;

inBrowser('the inbox', () => {
  let browser: Browser;
  let server: Homeserver;
  let alice: Person;
  let other: ApiUser;
  const rooms = new Map<string, string>();

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startHomeserver()]);
    alice = await Person.signUp(browser, server, 'alice');
    other = await ApiUser.register(server.url, 'other', 'a password of theirs');
    await away();
    for (const name of ROOMS) {
      const roomId = await other.createRoom({ name, preset: 'private_chat', invite: [alice.userId] });
      rooms.set(name, roomId);
      await alice.conversation(name).getByRole('button', { name: 'Accept' }).click();
      await alice.conversation(name).getByText('invites you').waitFor({ state: 'detached' });
      await away();
    }
    for (const name of ROOMS) await other.say(rooms.get(name)!, { body: `news of ${name}` });
    for (const name of ROOMS) await alice.conversation(name).getByText(`news of ${name}`).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  }, 60_000);

  /** Away from the list, so that it is free to reorder. */
  const away = async (): Promise<void> => alice.page.mouse.move(900, 20);
  const shown = async (): Promise<string[]> => {
    const names = await alice.inbox.getByRole('listitem').allInnerTexts();
    return names.map((text) => ROOMS.find((name) => text.includes(name)) ?? text);
  };
  /** Out of the composer: keys are the inbox's. */
  const keys = async (...pressed: string[]): Promise<void> => {
    await alice.page.getByRole('button', { name: 'Inbox' }).first().focus();
    await alice.press(...pressed);
  };
  const cursor = (): Promise<string | null> => alice.page.locator('[data-cursor]').getAttribute('data-conversation');

  test('newest first; what is unread says how much', async () => {
    await away();
    await alice.page.waitForFunction((first) => document.querySelector('[data-conversation]')?.textContent?.includes(first), 'Dates');
    expect(await shown()).toEqual(['Dates', 'Cherries', 'Berries', 'Apples']);
    await other.say(rooms.get('Apples')!, { body: 'and more' });
    await alice.page.waitForFunction((first) => document.querySelector('[data-conversation]')?.textContent?.includes(first), 'Apples');
    await alice.conversation('Apples').getByText('2', { exact: true }).waitFor();
  }, 60_000);

  test('J, K and Enter move and open; E puts away, and the next opens; Z takes it back', async () => {
    await alice.press('j');
    expect(await cursor()).toBe(rooms.get('Apples'));
    await alice.press('j', 'k', 'Enter');
    await alice.page.getByRole('main', { name: 'Apples' }).waitFor();
    await alice.press('Escape');
    await alice.page.getByText('Pick a conversation').waitFor();
    await alice.press('Enter');
    await alice.page.getByRole('main', { name: 'Apples' }).waitFor();
    await keys('e');
    await alice.noLongerSeesInInbox('Apples');
    await alice.page.getByRole('main', { name: 'Dates' }).waitFor();
    await alice.sees('Apples is done');
    await keys('z');
    await alice.seesInInbox('Apples');
  }, 60_000);

  test('a new message brings back what was done; one’s own does not', async () => {
    await away();
    await alice.openRoom('Berries');
    await alice.conversation('Berries').hover();
    await alice.conversation('Berries').getByRole('button', { name: 'Done' }).click();
    await alice.noLongerSeesInInbox('Berries');
    await away();
    await keys('6');
    await alice.seesInInbox('Berries');
    await keys('1');
    await other.say(rooms.get('Berries')!, { body: 'fresh ones' });
    await alice.seesInInbox('Berries');
    // It is there to be put away again.
    await alice.conversation('Berries').hover();
    await alice.conversation('Berries').getByRole('button', { name: 'Done' }).waitFor();
    await alice.conversation('Berries').click({ button: 'right' });
    await alice.page.getByRole('menuitem', { name: 'Done' }).waitFor();
    await alice.press('Escape');
    await away();
  }, 60_000);

  test('snoozed in words, found under Later, woken by a reply', async () => {
    await away();
    await alice.openRoom('Cherries');
    await keys('h');
    await alice.dialog.getByLabel('Until').fill('when the cows come home');
    await alice.sees('This time is not clear');
    await alice.dialog.getByLabel('Until').fill('until reply');
    await alice.dialog.getByRole('button', { name: /^Snooze, back/ }).click();
    await alice.noLongerSeesInInbox('Cherries');
    await keys('5');
    await alice.seesInInbox('Cherries');
    await keys('1');
    await other.say(rooms.get('Cherries')!, { body: 'here I am' });
    await alice.seesInInbox('Cherries');
    expect(await alice.conversation('Cherries').getByText('Comes back').count()).toBe(0);
  }, 60_000);

  test('favourites are on top, unread marks stay until they are read', async () => {
    await away();
    await alice.press('Escape');
    await alice.openRoom('Dates');
    // Read first: U of what is unread would only read it.
    await alice.conversation('Dates').getByText('1', { exact: true }).waitFor({ state: 'detached' });
    await keys('s', 'u', 'Escape');
    await away();
    await alice.page.waitForFunction((first) => document.querySelector('[data-conversation]')?.textContent?.includes(first), 'Dates');
    await alice.conversation('Dates').getByRole('img', { name: 'Favourite' }).waitFor();
    await keys('3');
    await alice.seesInInbox('Dates');
    await keys('1');
  }, 60_000);

  test('under the pointer nothing moves; what has arrived is offered', async () => {
    await alice.conversation('Apples').hover();
    const before = await shown();
    const late = await other.createRoom({ name: 'Elderberries', preset: 'private_chat', invite: [alice.userId] });
    await alice.page.getByRole('button', { name: '1 new conversation' }).waitFor();
    expect((await shown()).filter((name) => name !== 'Elderberries')).toEqual(before);
    await alice.page.getByRole('button', { name: '1 new conversation' }).click();
    await alice.seesInInbox('Elderberries');
    await alice.conversation('Elderberries').getByRole('button', { name: 'Decline' }).click();
    await alice.noLongerSeesInInbox('Elderberries');
    expect(late).toMatch(/^!/);
  }, 60_000);

  test('the filter finds by words; Ctrl+K finds rooms and runs commands', async () => {
    await away();
    await alice.page.getByRole('searchbox', { name: 'Filter conversations' }).fill('berr');
    await alice.noLongerSeesInInbox('Dates');
    await alice.seesInInbox('Berries');
    await alice.page.getByRole('searchbox', { name: 'Filter conversations' }).fill('');
    await alice.press('Control+k');
    await alice.page.getByPlaceholder('People, rooms, commands').fill('cher');
    await alice.page.getByRole('menuitem', { name: /Cherries/ }).waitFor();
    await alice.press('Enter');
    await alice.page.getByRole('main', { name: 'Cherries' }).waitFor();
    await alice.press('Control+k');
    await alice.page.getByPlaceholder('People, rooms, commands').fill('dark th');
    await alice.page.getByRole('menuitem', { name: 'Dark theme' }).waitFor();
    await alice.press('Enter');
    await alice.page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    expect(alice.troubles).toEqual([]);
  }, 60_000);

  test('Ctrl+K goes to what an address or link names', async () => {
    const find = alice.page.getByPlaceholder('People, rooms, commands');
    await alice.press('Control+k');
    await find.fill(`https://matrix.to/#/${encodeURIComponent(rooms.get('Dates')!)}`);
    await alice.page.getByRole('menuitem', { name: `Go to ${rooms.get('Dates')!}` }).waitFor();
    await alice.press('Enter');
    await alice.dialog.getByRole('button', { name: 'Open' }).click();
    await alice.page.getByRole('main', { name: 'Dates' }).waitFor();
    await alice.press('Control+k');
    await find.fill(other.userId);
    await alice.page.getByRole('menuitem', { name: `Go to ${other.userId}` }).click();
    await alice.dialog.getByText(other.userId).first().waitFor();
    await alice.closeDialog();
  }, 60_000);

  test('Ctrl+K leaves alone what is being written in a dialog', async () => {
    await alice.chooseNew('Create a room');
    const name = alice.dialog.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('Elderberries');
    await alice.press('Control+k');
    // Keys go where they went before.
    await alice.page.keyboard.type(' of the hedge');
    expect(await name.inputValue()).toBe('Elderberries of the hedge');
    await alice.closeDialog();
  }, 60_000);

  test('a second browser has the same state', async () => {
    await alice.press('Escape');
    await alice.openRoom('Apples');
    await keys('e');
    await alice.noLongerSeesInInbox('Apples');
    const again = await Person.signIn(browser, server, 'alice');
    await again.page.locator('[data-live="true"]').waitFor();
    await again.noLongerSeesInInbox('Apples');
    await again.conversation('Dates').getByRole('img', { name: 'Favourite' }).waitFor();
    await again.page.getByRole('button', { name: 'Inbox' }).first().focus();
    await again.press('6');
    await again.seesInInbox('Apples');
    await again[Symbol.asyncDispose]();
  }, 60_000);
});
