/** Views of one's own: made, used, changed, moved, deleted; the same in every browser and in every account. */
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { PASSWORD, Person } from './person.ts';

inBrowser('own splits', () => {
  let browser: Browser;
  let server: Homeserver;
  let alice: Person;
  let again: Person;
  let friend: ApiUser;
  /** Her second account. */
  let second: ApiUser;
  const rooms = new Map<string, string>();

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startHomeserver()]);
    alice = await Person.signUp(browser, server, 'alice');
    friend = await ApiUser.register(server.url, 'friend', 'a password of theirs');
    second = await ApiUser.register(server.url, 'second', PASSWORD);
    const preset = 'private_chat';
    rooms.set('Garden', await friend.createRoom({ preset, invite: [alice.userId], name: 'Garden' }));
    rooms.set('Harbour', await friend.createRoom({ preset, invite: [alice.userId], name: 'Harbour' }));
    rooms.set('friend', await friend.createRoom({ preset: 'trusted_private_chat', invite: [alice.userId], is_direct: true }));
    for (const name of rooms.keys()) await alice.accept(name);
    await alice.press('Escape', 'Escape');
    again = await Person.signIn(browser, server, 'alice');
    for (const name of rooms.keys()) await again.seesInInbox(name);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  }, 60_000);

  const views = (person: Person): Locator => person.page.getByRole('navigation', { name: 'Views' });
  const tab = (person: Person, name: string): Locator =>
    views(person).getByRole('button', { name }).and(person.page.locator(':not([aria-haspopup])'));
  const current = (person: Person): Locator => views(person).locator('[aria-current="page"]');
  const isCurrent = async (person: Person, name: string): Promise<void> => current(person).filter({ hasText: name }).waitFor();
  const tabs = async (person: Person): Promise<string[]> =>
    (await views(person).locator('button bdi').allInnerTexts()).filter((name) => !['All', 'Important', 'Unread', 'Mentions'].includes(name));
  const openMenu = async (person: Person): Promise<void> => {
    await views(person).locator('[aria-haspopup]').click();
    await person.page.getByRole('menu', { name: 'More views' }).waitFor();
  };
  const chooses = async (person: Person, item: string): Promise<void> => {
    await openMenu(person);
    await person.page.getByRole('menuitem', { name: item, exact: true }).click();
  };
  /** Out of fields: keys are the inbox's. */
  const keys = async (person: Person, ...pressed: string[]): Promise<void> => {
    await person.page.getByRole('button', { name: 'Inbox' }).first().focus();
    await person.press(...pressed);
  };
  const only = async (person: Person, name: string): Promise<void> => {
    for (const other of rooms.keys()) {
      if (other === name) await person.seesInInbox(other);
      else await person.noLongerSeesInInbox(other);
    }
  };
  /** What axe finds, in both themes. */
  const violations = async ({ page }: Person): Promise<string[]> => {
    const all: string[] = [];
    for (const theme of ['dark', 'light']) {
      await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme);
      const { violations: found } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze();
      for (const { id, impact, nodes } of found)
        if (impact === 'serious' || impact === 'critical') all.push(`${theme}, ${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
    }
    return all;
  };

  test('made by mouse: the dialog says how much it shows, and it shows that', async () => {
    await chooses(alice, 'New view…');
    await alice.dialog.getByText('Shows 3 conversations now').waitFor();
    await alice.dialog.getByRole('button', { name: 'Create view' }).click();
    await alice.dialog.getByText('Give the view a name.').waitFor();
    await alice.dialog.getByRole('textbox', { name: 'Name' }).fill('People');
    await alice.dialog.getByText('Direct messages').click();
    await alice.dialog.getByText('Shows 1 conversation now').waitFor();
    expect(await violations(alice)).toEqual([]);
    await alice.dialog.getByRole('button', { name: 'Create view' }).click();
    await isCurrent(alice, 'People');
    await only(alice, 'friend');
    expect(await violations(alice)).toEqual([]);
    await openMenu(alice);
    expect(await violations(alice)).toEqual([]);
    await alice.press('Escape');
    await alice.page.getByRole('menu').waitFor({ state: 'detached' });
  }, 60_000);

  test('a count stands beside it; key 7, Ctrl+K and its tab lead to it', async () => {
    await keys(alice, '1');
    await isCurrent(alice, 'All');
    await friend.say(rooms.get('friend')!, { body: 'are you there?' });
    await tab(alice, 'People').filter({ hasText: '1' }).waitFor();
    await keys(alice, '7');
    await isCurrent(alice, 'People');
    await keys(alice, '8');
    await isCurrent(alice, 'People');
    await keys(alice, '1');
    await alice.press('Control+k');
    await alice.page.getByPlaceholder('People, rooms, commands').fill('peop');
    await alice.page.getByRole('menuitem', { name: /People/ }).waitFor();
    await alice.press('Enter');
    await isCurrent(alice, 'People');
    await tab(alice, 'All').click();
    await isCurrent(alice, 'All');
    await tab(alice, 'People').click();
    await only(alice, 'friend');
  }, 60_000);

  test('the palette makes one; escaped, nothing is made', async () => {
    await alice.press('Control+k');
    await alice.page.getByPlaceholder('People, rooms, commands').fill('new view');
    await alice.page.getByRole('menuitem', { name: 'New view' }).waitFor();
    await alice.press('Enter');
    await alice.dialog.getByRole('textbox', { name: 'Name' }).fill('Never');
    await alice.press('Escape');
    await alice.dialog.waitFor({ state: 'detached' });
    expect(await tabs(alice)).toEqual(['People']);
  }, 60_000);

  test('another browser of the account has it, and follows what is changed', async () => {
    await tab(again, 'People').waitFor();
    await keys(again, '7');
    await only(again, 'friend');
    await chooses(alice, 'Edit…');
    const name = alice.dialog.getByRole('textbox', { name: 'Name' });
    expect(await name.inputValue()).toBe('People');
    await name.fill('By the sea');
    await alice.dialog.getByText('Direct messages').click();
    await alice.dialog.getByRole('textbox', { name: /^With these words/ }).fill('HARB');
    await alice.dialog.getByText('Shows 1 conversation now').waitFor();
    await alice.press('Enter');
    await isCurrent(alice, 'By the sea');
    await only(alice, 'Harbour');
    await isCurrent(again, 'By the sea');
    await only(again, 'Harbour');
  }, 60_000);

  test('moved by keys, and the order follows', async () => {
    await chooses(alice, 'New view…');
    await alice.dialog.getByRole('textbox', { name: 'Name' }).fill('Friends');
    await alice.dialog.getByText('Direct messages').click();
    await alice.press('Enter');
    await isCurrent(alice, 'Friends');
    expect(await tabs(alice)).toEqual(['By the sea', 'Friends']);
    await tab(alice, 'Friends').focus();
    await alice.press('Shift+F10');
    await alice.page.getByRole('menuitem', { name: 'Move left' }).waitFor();
    await alice.page.getByRole('menuitem', { name: 'Move left' }).focus();
    await alice.press('Enter');
    await views(alice).locator('button bdi').nth(4).filter({ hasText: 'Friends' }).waitFor();
    await alice.press('Escape');
    await alice.page.getByRole('menu').waitFor({ state: 'detached' });
    await views(again).locator('button bdi').nth(4).filter({ hasText: 'Friends' }).waitFor();
    await keys(alice, '8');
    await isCurrent(alice, 'By the sea');
  }, 60_000);

  test('deleted, everything is shown; undone, it is back and open', async () => {
    await isCurrent(again, 'By the sea');
    await chooses(alice, 'Delete');
    await alice.sees('The view By the sea is deleted');
    await isCurrent(alice, 'All');
    await isCurrent(again, 'All');
    expect(await tabs(again)).toEqual(['Friends']);
    await alice.page.getByRole('button', { name: /^Undo/ }).click();
    await isCurrent(alice, 'By the sea');
    await isCurrent(again, 'By the sea');
    await chooses(alice, 'Delete');
    await isCurrent(alice, 'All');
    await keys(alice, 'z');
    await isCurrent(alice, 'By the sea');
  }, 60_000);

  test('is open again after a reload; an address of none shows everything', async () => {
    await alice.page.reload();
    await isCurrent(alice, 'By the sea');
    await only(alice, 'Harbour');
    await alice.goTo('#/inbox/own-nonsense');
    await isCurrent(alice, 'All');
    for (const name of rooms.keys()) await alice.seesInInbox(name);
    await alice.goTo('#/inbox/everything');
  }, 60_000);

  test('a second account gets them; a view of one account shows that one', async () => {
    await friend.createRoom({ preset: 'private_chat', invite: [second.userId], name: 'Workshop' });
    await alice.page.getByRole('button', { name: 'Add another account' }).click();
    await alice.page.getByRole('button', { name: 'Sign in' }).click();
    await alice.page.locator('input[name="username"]').fill('second');
    await alice.page.locator('input[name="password"]').fill(PASSWORD);
    await alice.page.locator('button[type="submit"]').click();
    await alice.page.locator('[data-state="syncing"]').nth(1).waitFor();
    await alice.goTo('#/inbox/everything');
    await alice.seesInInbox('Workshop');
    await chooses(alice, 'New view…');
    await alice.dialog.getByRole('textbox', { name: 'Name' }).fill('Work');
    await alice.dialog.getByText(second.userId).click();
    await alice.dialog.getByText('Shows 1 conversation now').waitFor();
    await alice.dialog.getByRole('button', { name: 'Create view' }).click();
    await alice.seesInInbox('Workshop');
    for (const name of rooms.keys()) await alice.noLongerSeesInInbox(name);
    // The other browser has not got that account.
    await tab(again, 'Work').click();
    await again.sees('The accounts of this view are not signed in here.');
    await tab(again, 'All').click();
    const at = `/user/${encodeURIComponent(second.userId)}/account_data/io.nexuscomm.splits`;
    await expect(second.get(at)).resolves.toMatchObject({
      splits: expect.arrayContaining([
        expect.objectContaining({ name: 'Friends' }),
        expect.objectContaining({ name: 'Work', users: [second.userId] }),
      ]),
    });
    // Somebody's client that writes nonsense.
    await second.put(at, {
      splits: [
        5,
        { id: 'x', name: { a: 1 }, ts: 'now' },
        ...Array.from({ length: 300 }, (_, index) => ({ id: `many${index}`, name: 'x'.repeat(150), ts: index, users: 'all', place: 'first' })),
        { id: 'fits', name: 'Fits', ts: Date.now(), kinds: ['room'], place: -5 },
      ],
    });
    await tab(alice, 'Fits').waitFor();
    await tab(again, 'Fits').waitFor();
    expect((await tabs(alice)).length).toBeLessThanOrEqual(20);
    expect(await tabs(alice)).toEqual(expect.arrayContaining(['By the sea', 'Friends', 'Work', 'Fits']));
    expect(alice.troubles).toEqual([]);
  }, 90_000);

  test('a pointer that was left in the list does not hold its order for ever', async () => {
    await again.leaveInbox();
    await keys(again, '1');
    const order = async (): Promise<string[]> =>
      (await again.page.locator('[data-conversation] bdi').allInnerTexts()).filter((name) => name === 'Garden' || name === 'Harbour');
    const [upper, lower] = (await order()) as [string, string];
    await again.conversation(lower).hover();
    await friend.say(rooms.get(lower)!, { body: 'something new' });
    await again.conversation(lower).getByText('something new').waitFor();
    expect(await order()).toEqual([upper, lower]);
    await again.page.waitForFunction(
      ([first, second]) => {
        const lines = [...document.querySelectorAll('[data-conversation] bdi')].map((name) => name.textContent);
        return lines.indexOf(first!) < lines.indexOf(second!);
      },
      [lower, upper],
    );
    expect(again.troubles).toEqual([]);
  }, 60_000);
});
