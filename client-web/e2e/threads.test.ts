/** Followed threads as items of the inbox: an answer comes, is read by keyboard, put away, comes back, is unfollowed; on all devices. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';

const ROOM = 'Garden';
const ROOT = 'What shall we plant?';
const KEY_SEEN_WITHIN_MS = 1_500;

jest.setTimeout(120_000);

inBrowser('threads in the inbox', () => {
  let server: Homeserver;
  let browser: Browser;
  let host: ApiUser;
  let ann: Person;
  let bob: Person;
  let roomId: string;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startHomeserver(), launchChromium()]);
    host = await ApiUser.register(server.url, 'host', 'a password of theirs');
    ann = await Person.signUp(browser, server, 'ann');
    bob = await Person.signUp(browser, server, 'bob');
    roomId = await host.createRoom({ name: ROOM, preset: 'private_chat', invite: [ann.userId, bob.userId] });
    for (const person of [ann, bob]) await person.accept(ROOM);
    await ann.say(ROOT);
    await bob.seesMessage(ROOT);
    await ann.goTo('#/inbox/everything');
    await ann.leaveInbox();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const thread = (person = ann): Locator => person.conversation(ROOT);
  const unreadIn = (row: Locator): Locator => row.getByText(/unread/i);
  const answers = async (text: string): Promise<void> => {
    if ((await bob.panel.count()) === 0) await bob.acts(bob.message(ROOT), 'Reply in thread');
    const field = bob.panel.getByRole('textbox').last();
    await field.fill(text);
    await field.press('Enter');
    await bob.panel.getByRole('article').filter({ hasText: text }).and(bob.page.locator('[data-state="sent"]')).waitFor();
  };
  const keys = async (...pressed: string[]): Promise<void> => {
    await ann.leaveFields();
    await ann.press(...pressed);
  };
  /** By J and K, wherever it stands. */
  const walkToThread = async (): Promise<void> => {
    const there = ann.page.locator('[data-cursor][data-thread]');
    await thread().waitFor();
    for (const key of ['k', 'k', 'j', 'j']) {
      // A key is seen a moment later.
      const reached = await there.waitFor({ timeout: KEY_SEEN_WITHIN_MS }).then(
        () => true,
        () => false,
      );
      if (reached) return;
      await keys(key);
    }
    await there.waitFor();
  };
  const openHash = (): Promise<string> => ann.page.evaluate(() => decodeURIComponent(location.hash));

  test('an answer is an item of its own, and not counted in the room', async () => {
    await answers('Tomatoes, I think');
    await unreadIn(thread()).waitFor();
    await thread().getByText('bob: Tomatoes, I think').waitFor();
    await thread().getByRole('img', { name: 'Thread' }).waitFor();
    expect(await unreadIn(ann.conversation(ROOM)).count()).toBe(0);
    await ann.page.getByRole('button', { name: 'Important' }).click();
    await ann.seesInInbox(ROOT);
    await keys('1');
  });

  test('Enter opens the thread to write in; reading it leaves the room unread', async () => {
    await host.say(roomId, { body: 'Nice weather' });
    await unreadIn(ann.conversation(ROOM)).waitFor();
    await walkToThread();
    await keys('Enter');
    await ann.panel.getByText('Tomatoes, I think').waitFor();
    await ann.page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Reply in thread');
    await unreadIn(thread()).waitFor({ state: 'detached' });
    expect(await unreadIn(ann.conversation(ROOM)).count()).toBe(1);
    await ann.page.keyboard.type('Good idea');
    await ann.press('Enter');
    await bob.panel.getByText('Good idea').waitFor();
    await thread().getByText('You: Good idea').waitFor();
  });

  test('E puts it away and the next opens; an answer brings it back, one’s own does not', async () => {
    await keys('e');
    await ann.noLongerSeesInInbox(ROOT);
    await ann.sees(`Thread in ${ROOM}: ${ROOT} is done`);
    await keys('z');
    await ann.seesInInbox(ROOT);
    await walkToThread();
    await keys('e');
    await ann.noLongerSeesInInbox(ROOT);
    await ann.page.waitForFunction(() => !location.hash.includes('thread='));
    await ann.page.getByRole('main', { name: ROOM }).waitFor();
    await unreadIn(ann.conversation(ROOM)).waitFor({ state: 'detached' });
    await keys('6');
    await ann.seesInInbox(ROOT);
    await keys('1');
    await answers('And peas');
    await unreadIn(thread()).waitFor();
    expect(await unreadIn(ann.conversation(ROOM)).count()).toBe(0);
  });

  test('U marks it as read and as unread; the page read again and another browser say the same', async () => {
    await walkToThread();
    await keys('u');
    await unreadIn(thread()).waitFor({ state: 'detached' });
    await keys('u');
    await unreadIn(thread()).waitFor();

    const again = await Person.signIn(browser, server, 'ann');
    await unreadIn(thread(again)).waitFor();
    expect(await unreadIn(again.conversation(ROOM)).count()).toBe(0);
    await ann.page.reload();
    await ann.page.locator('[data-live="true"]').waitFor();
    await unreadIn(thread()).waitFor();
    await thread().getByText('bob: And peas').waitFor();

    await ann.leaveInbox();
    await walkToThread();
    await keys('Enter');
    await unreadIn(thread()).waitFor({ state: 'detached' });
    await unreadIn(thread(again)).waitFor({ state: 'detached' });
    await keys('e');
    await ann.noLongerSeesInInbox(ROOT);
    await again.noLongerSeesInInbox(ROOT);
    await answers('Beans too');
    await unreadIn(thread(again)).waitFor();
    await again[Symbol.asyncDispose]();
  });

  test('unfollowed it is gone, whatever is said there; followed again it comes back with the next answer', async () => {
    await ann.leaveInbox();
    await thread().click({ button: 'right' });
    await ann.page.getByRole('menuitem', { name: 'Unfollow thread' }).click();
    await ann.noLongerSeesInInbox(ROOT);
    await answers('And pumpkins');
    await host.say(roomId, { body: 'Still nice' });
    await ann.conversation(ROOM).getByText('host: Still nice').waitFor();
    expect(await thread().count()).toBe(0);
    await ann.page.reload();
    await ann.page.locator('[data-live="true"]').waitFor();
    await ann.seesInInbox(ROOM);
    expect(await thread().count()).toBe(0);

    await ann.openRoom(ROOM);
    await ann
      .message(ROOT)
      .getByRole('button', { name: /replies · / })
      .click();
    await ann.panel.getByRole('button', { name: 'Follow thread', exact: true }).click();
    await ann.panel.getByRole('button', { name: 'Unfollow thread' }).waitFor();
    await ann.goTo('#/inbox/everything');
    await answers('Enough now');
    await ann.seesInInbox(ROOT);
  });

  test('an answer is told if the thread is followed, and leads there; others are not', async () => {
    await ann.context.grantPermissions(['notifications'], { origin: server.url });
    await ann.page.addInitScript(() => {
      const told: { title: string; onclick?: () => void }[] = [];
      class Told {
        static permission = 'granted';
        onclick?: () => void;
        readonly title: string;
        constructor(title: string, { body }: { body: string }) {
          this.title = `${title}: ${body}`;
          told.push(this);
        }
        close(): void {}
      }
      Object.assign(window, { Notification: Told, told });
      localStorage.setItem('nexuscomm.notifications', JSON.stringify({ shown: true, sound: false, preview: true }));
    });
    await ann.goTo('#/inbox/everything');
    await ann.page.reload();
    await ann.page.locator('[data-live="true"]').waitFor();
    await ann.page.locator('[data-state="syncing"]').first().waitFor();
    const told = async (): Promise<string[]> =>
      ann.page.evaluate(() => (window as unknown as { told: { title: string }[] }).told.map(({ title }) => title.replaceAll(/[\u2066-\u2069]/g, '')));
    const elsewhere = await host.say(roomId, { body: 'Who waters?' });
    await host.say(roomId, { body: 'I do', 'm.relates_to': { rel_type: 'm.thread', event_id: elsewhere } });
    await answers('Told to all who follow');
    await ann.page.waitForFunction(() => (window as unknown as { told: unknown[] }).told.length >= 2);
    expect(await told()).toEqual([`host · ${ROOM}: Who waters?`, `bob · ${ROOM}: Told to all who follow`]);
    expect(await ann.conversation('Who waters?').count()).toBe(0);
    await ann.page.evaluate(() => (window as unknown as { told: { onclick?: () => void }[] }).told.at(-1)!.onclick!());
    await ann.panel.getByText('Told to all who follow').waitFor();
    await ann.goTo('#/inbox/everything');
  });

  test('on a phone a thread is all there is to see, and the arrow leads back to the list', async () => {
    await ann.page.setViewportSize({ width: 360, height: 780 });
    await thread().getByRole('button').first().click();
    await ann.panel.getByRole('textbox').waitFor();
    const { width } = (await ann.panel.boundingBox())!;
    expect(width).toBe(360);
    await ann.panel.getByRole('button', { name: 'Back' }).click();
    await thread().waitFor();
    expect(await openHash()).toBe('#/inbox/everything');
    await ann.page.setViewportSize({ width: 1280, height: 860 });
  });

  test('of an encrypted conversation as well', async () => {
    await ann.startChat('bob');
    await ann.say('A secret question');
    await bob.closePanel();
    await bob.accept('ann');
    await bob.seesMessage('A secret question');
    await ann.goTo('#/inbox/everything');
    await bob.acts(bob.message('A secret question'), 'Reply in thread');
    await bob.panel.getByRole('textbox').last().fill('A secret answer');
    await bob.panel.getByRole('textbox').last().press('Enter');
    const row = ann.conversation('A secret question');
    await row.getByText('bob: A secret answer').waitFor();
    await unreadIn(row).waitFor();
    expect(await unreadIn(ann.conversation('bob')).count()).toBe(0);
    await row.getByRole('button').first().click();
    await unreadIn(row).waitFor({ state: 'detached' });
    await ann.goTo('#/inbox/everything');
    await row.click({ button: 'right' });
    await ann.page.getByRole('menuitem', { name: 'Unfollow thread' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('a new browser asks for a thread of which the first sync has only told a count', async () => {
    await bob.openRoom(ROOM);
    await answers('Long ago');
    await unreadIn(thread()).waitFor();
    for (let i = 0; i < 30; i++) await host.say(roomId, { body: `and so on ${i}` });
    const again = await Person.signIn(browser, server, 'ann');
    await unreadIn(thread(again)).waitFor();
    await thread(again).getByText('bob: Long ago').waitFor();
    await again[Symbol.asyncDispose]();
  });

  test('all threads in one place, from the bar at the edge and by Ctrl+K', async () => {
    await ann.page.getByRole('navigation', { name: 'NexusComm' }).getByRole('button', { name: 'Threads' }).click();
    await ann.page.getByRole('heading', { name: 'Threads', exact: true }).waitFor();
    await ann.leaveInbox();
    await thread().waitFor();
    expect(await ann.inbox.getByRole('listitem').count()).toBe(1);
    await keys('1');
    await ann.press('Control+k');
    await ann.page.getByPlaceholder('People, rooms, commands').fill('thread');
    await ann.page.getByRole('menuitem', { name: 'Threads' }).waitFor();
    await ann.press('Enter');
    await ann.page.getByRole('heading', { name: 'Threads', exact: true }).waitFor();
    await thread().click();
    expect(await openHash()).toMatch(/^#\/inbox\/threads\/.*thread=\$/);
    expect([...ann.troubles, ...bob.troubles]).toEqual([]);
  });
});
