/**
 * One inbox over three servers: two of ours that federate, and a Synapse. Somebody who has an account on each signs in to all
 * three in one window, and works through what came by keyboard alone; a second browser sees the same.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { makeCertificates } from '@nexuscomm/homeserver/testing/certificates.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { startFederatedHomeserver } from './federated-homeserver.ts';
import type { Homeserver } from './homeserver.ts';
import { PASSWORD, Person } from './person.ts';
import { findSynapse } from '@nexuscomm/homeserver/testing/synapse.ts';
import { startSynapse } from './synapse.ts';

const START_MS = 180_000;
const STORY_MS = 120_000;
/** Until a server that stands still is noticed, or noticed to be back. */
const NOTICE_MS = 60_000;

const possible = hasChromium() && (await findSynapse()) !== undefined;

(possible ? describe : describe.skip)('one inbox over three servers', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let servers: { readonly one: Homeserver; readonly two: Homeserver; readonly synapse: Homeserver };
  /** Ada's accounts by server, for looking at what the servers have. */
  let own: Record<keyof typeof servers, ApiUser>;
  /** Who writes to her there. */
  let friends: Record<keyof typeof servers, ApiUser>;
  let rooms: Record<keyof typeof servers, string>;
  let ada: Person;

  const KINDS = ['one', 'two', 'synapse'] as const;
  const ROOMS = { one: 'Garden', two: 'Harbour', synapse: 'Kitchen' } as const;
  const each = async <T>(work: (kind: keyof typeof servers) => Promise<T>): Promise<Record<keyof typeof servers, T>> =>
    Object.fromEntries(await Promise.all(KINDS.map(async (kind) => [kind, await work(kind)] as const))) as Record<keyof typeof servers, T>;

  beforeAll(async () => {
    const certificates = stack.use(await makeCertificates());
    const [one, two, synapse] = await Promise.all([
      startFederatedHomeserver(certificates),
      startFederatedHomeserver(certificates),
      startSynapse(certificates),
    ]);
    servers = { one: stack.use(one), two: stack.use(two), synapse: stack.use(synapse) };
    browser = await launchChromium();
    stack.defer(async () => browser.close());
    own = await each(async (kind) => ApiUser.register(servers[kind].url, 'ada', PASSWORD));
    friends = await each(async (kind) => ApiUser.register(servers[kind].url, 'bo', PASSWORD));
    rooms = await each(async (kind) => {
      const roomId = await friends[kind].createRoom({ name: ROOMS[kind], preset: 'public_chat' });
      await own[kind].post(`/join/${encodeURIComponent(roomId)}`, {});
      return roomId;
    });
    ada = stack.use(await signInEverywhere());
  }, START_MS);
  afterAll(async () => stack.disposeAsync(), START_MS);

  /** A browser of its own, signed in to all three by hand. */
  async function signInEverywhere(): Promise<Person> {
    const person = await Person.signIn(browser, servers.one, 'ada');
    await person.addAccount(servers.two);
    await person.addAccount(servers.synapse);
    return person;
  }

  const idOf = (kind: keyof typeof servers): string => `@ada:${servers[kind].name}`;
  const showSplit = async (page: Page, key: string): Promise<void> => {
    await leaveFields(page);
    await page.keyboard.press(key);
  };
  /** Where keys act: nothing has the focus. */
  const leaveFields = async (page: Page): Promise<void> => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const names = async (person: Person): Promise<string[]> => person.inbox.getByRole('listitem').locator('bdi').allInnerTexts();

  test(
    'messages of all three arrive in one list, each with its account',
    async () => {
      for (const kind of KINDS) await friends[kind].say(rooms[kind], { body: `Hello from ${kind}` });
      for (const kind of KINDS) {
        const line = ada.conversation(ROOMS[kind]);
        await line.getByText(`Hello from ${kind}`).waitFor();
        await line.getByText(`Account ${idOf(kind)}`).waitFor({ state: 'attached' });
      }
      expect((await names(ada)).toSorted()).toEqual(['Garden', 'Harbour', 'Kitchen']);
      // Over federation as well: a room of the first server, joined from the second.
      const shared = await friends.one.createRoom({ name: 'Lighthouse', preset: 'private_chat', invite: [own.two.userId] });
      await ada
        .conversation('Lighthouse')
        .getByText(`Account ${idOf('two')}`)
        .waitFor({ state: 'attached' });
      await ada.accept('Lighthouse');
      await friends.one.say(shared, { body: 'Over the water' });
      await ada.seesMessage('Over the water');
    },
    STORY_MS,
  );

  test(
    'triage by keyboard alone, over all three',
    async () => {
      const { page } = ada;
      await ada.press('Escape', 'Escape');
      await leaveFields(page);
      await page.mouse.move(900, 500);
      const open = page.getByRole('main');
      const cursorOn = (name: string) => page.locator('[data-conversation][data-cursor]').filter({ hasText: name });
      const goTo = async (name: string): Promise<void> => {
        await ada.press('Control+k');
        await page.getByRole('dialog').getByRole('searchbox').or(page.getByRole('dialog').getByRole('textbox')).first().waitFor();
        await page.keyboard.type(name);
        await page.getByRole('dialog').getByRole('menuitem').first().filter({ hasText: name }).waitFor();
        await ada.press('Enter');
        await page.getByRole('main', { name }).waitFor();
      };

      // Up and down, and into one; what is open stays so while J goes on.
      const order = await names(ada);
      expect(order).toHaveLength(4);
      await ada.press('k', 'k', 'k', 'k');
      await cursorOn(order[0]!).waitFor();
      await ada.press('j', 'j');
      await cursorOn(order[2]!).waitFor();
      await ada.press('k');
      await cursorOn(order[1]!).waitFor();
      await ada.press('Enter');
      await page.getByRole('main', { name: order[1]! }).waitFor();
      await leaveFields(page);
      await ada.press('j');
      await page.getByRole('main', { name: order[2]! }).waitFor();
      await leaveFields(page);
      await ada.press('k');
      await page.getByRole('main', { name: order[1]! }).waitFor();

      // Done: of the first server. The next takes its place, Z takes it back, E again.
      await goTo('Garden');
      await leaveFields(page);
      await ada.press('e');
      await ada.noLongerSeesInInbox('Garden');
      await leaveFields(page);
      await ada.press('z');
      await ada.seesInInbox('Garden');
      await goTo('Garden');
      await leaveFields(page);
      await ada.press('e');
      await ada.noLongerSeesInInbox('Garden');
      expect(await open.getAttribute('aria-label')).not.toBe('Garden');

      // Snoozed in words: of the second.
      await goTo('Harbour');
      await leaveFields(page);
      await ada.press('h');
      await ada.dialog.getByRole('textbox').waitFor();
      await page.keyboard.type('tomorrow 9am');
      await ada.dialog.getByRole('button', { name: /^Snooze/ }).waitFor();
      await ada.press('Enter');
      await ada.noLongerSeesInInbox('Harbour');

      // Unread and a favourite: of Synapse.
      await goTo('Kitchen');
      await leaveFields(page);
      await ada.press('s');
      await ada.conversation('Kitchen').getByLabel('Favourite').waitFor();
      await leaveFields(page);
      // What is unread still would be marked as read by the same key.
      await ada.conversation('Kitchen').getByText('Unread').waitFor({ state: 'detached' });
      await ada.press('u');
      await ada.conversation('Kitchen').getByText('Unread').waitFor({ state: 'attached' });

      await showSplit(page, '6');
      await ada.seesInInbox('Garden');
      await showSplit(page, '5');
      await ada.seesInInbox('Harbour');
      await showSplit(page, '1');
    },
    STORY_MS,
  );

  test(
    'a second browser with the same accounts has the same triage',
    async () => {
      await using other = await signInEverywhere();
      await other.conversation('Kitchen').getByLabel('Favourite').waitFor();
      await other.conversation('Kitchen').getByText('Unread').waitFor({ state: 'attached' });
      await other.noLongerSeesInInbox('Garden');
      await other.noLongerSeesInInbox('Harbour');
      await leaveFields(other.page);
      await showSplit(other.page, '6');
      await other.seesInInbox('Garden');
      await showSplit(other.page, '5');
      await other.seesInInbox('Harbour');

      // And what is done here is done there.
      await showSplit(other.page, '1');
      await other.openRoom('Lighthouse');
      await leaveFields(other.page);
      await other.press('e');
      await ada.noLongerSeesInInbox('Lighthouse');

      // A new message brings back what was done, in both.
      await friends.one.say(rooms.one, { body: 'The beans are up' });
      await ada.seesInInbox('Garden');
      await other.seesInInbox('Garden');
      expect(other.troubles).toEqual([]);
    },
    STORY_MS,
  );

  test(
    'a reply goes out as the account that the conversation belongs to',
    async () => {
      await showSplit(ada.page, '5');
      await ada.conversation('Harbour').getByRole('button').first().click();
      await ada.say('Answer to two');
      await showSplit(ada.page, '1');
      for (const kind of ['one', 'synapse'] as const) {
        await ada.openRoom(ROOMS[kind]);
        await ada.say(`Answer to ${kind}`);
      }
      for (const kind of KINDS) {
        const { chunk } = (await friends[kind].get(`/rooms/${encodeURIComponent(rooms[kind])}/messages?dir=b&limit=5`)) as {
          chunk: { sender: string; content: { body?: string } }[];
        };
        expect(chunk.find(({ content }) => content.body === `Answer to ${kind}`)?.sender).toBe(own[kind].userId);
      }
    },
    STORY_MS,
  );

  test(
    'a server that stands still is said to, and holds up nothing else',
    async () => {
      const { page } = ada;
      const banner = page.getByText(`The server of ${idOf('two')} does not answer`);
      await showSplit(page, '5');
      await ada.openRoom('Harbour');
      process.kill(servers.two.pid, 'SIGSTOP');
      try {
        const field = page.getByRole('main').getByRole('textbox').last();
        await field.fill('Are you there?');
        await field.press('Enter');
        await banner.waitFor({ timeout: NOTICE_MS });
        await showSplit(page, '1');
        await ada.openRoom('Garden');
        await ada.say('Still going');
        await friends.synapse.say(rooms.synapse, { body: 'Soup is ready' });
        await ada.conversation('Kitchen').getByText('Soup is ready').waitFor();
        expect(await page.getByText(/does not answer/).count()).toBe(1);
      } finally {
        process.kill(servers.two.pid, 'SIGCONT');
      }
      await banner.waitFor({ state: 'detached', timeout: NOTICE_MS });
      await showSplit(page, '5');
      await ada.openRoom('Harbour');
      await ada.message('Are you there?').and(page.locator('[data-state="sent"]')).waitFor();
      const { chunk } = (await friends.two.get(`/rooms/${encodeURIComponent(rooms.two)}/messages?dir=b&limit=20`)) as {
        chunk: { content: { body?: string } }[];
      };
      expect(chunk.filter(({ content }) => content.body === 'Are you there?')).toHaveLength(1);
      await showSplit(page, '1');
    },
    STORY_MS + 2 * NOTICE_MS,
  );

  test(
    'a second window says that the accounts are open elsewhere, and takes over',
    async () => {
      const second = await ada.context.newPage();
      await second.goto(servers.one.url);
      await second.getByText('open in another window').waitFor();
      // What was kept can be looked at meanwhile.
      await second.getByRole('list', { name: 'Conversations' }).getByText('Garden').waitFor();
      await second.getByRole('button', { name: 'Use here' }).click();
      await second.locator('[data-state="syncing"]').nth(2).waitFor();
      await ada.page.getByText('open in another window').waitFor();
      await friends.two.say(rooms.one === rooms.two ? rooms.one : rooms.two, { body: 'Which window?' });
      await second.close();
      // By itself, a moment after the window is gone.
      await ada.page.locator('[data-state="syncing"]').nth(2).waitFor();
      await showSplit(ada.page, '5');
      await ada.openRoom('Harbour');
      await ada.seesMessage('Which window?');
      await showSplit(ada.page, '1');
    },
    STORY_MS,
  );

  test(
    'signing out of one takes only its things away',
    async () => {
      const { page } = ada;
      const databases = async (): Promise<string[]> =>
        page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? '').filter((name) => name.includes('nexuscomm-')));
      const before = await databases();
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page
        .getByRole('link', { name: 'Accounts' })
        .or(page.getByRole('button', { name: 'Accounts' }))
        .first()
        .click();
      const card = page.getByText(idOf('synapse'), { exact: true }).locator('xpath=ancestor::*[.//button[contains(., "Sign out")]][1]');
      await card.getByRole('button', { name: 'Sign out' }).click();
      await page
        .getByRole('alertdialog')
        .getByRole('button', { name: /Sign out/ })
        .click();
      await page.getByRole('alertdialog').waitFor({ state: 'detached' });
      await page.locator('[data-state="syncing"]').nth(2).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Inbox' }).click();
      await ada.noLongerSeesInInbox('Kitchen');
      await ada.seesInInbox('Garden');
      expect(await page.locator('[data-state="syncing"]').count()).toBe(2);
      // A sync and an encryption database (and its meta) each.
      const perAccount = before.length / 3;
      expect(await databases()).toHaveLength(before.length - perAccount);
      const kept = await page.evaluate(
        async () =>
          new Promise<{ accounts: string[]; conversations: string[] }>((resolve, reject) => {
            const opening = indexedDB.open('nexuscomm');
            opening.onerror = () => reject(opening.error!);
            opening.onsuccess = () => {
              const transaction = opening.result.transaction(['accounts', 'conversations']);
              const accounts = transaction.objectStore('accounts').getAll();
              const conversations = transaction.objectStore('conversations').getAll();
              transaction.oncomplete = () => {
                opening.result.close();
                resolve({
                  accounts: (accounts.result as { userId: string }[]).map(({ userId }) => userId),
                  conversations: (conversations.result as { name: string }[]).map(({ name }) => name),
                });
              };
            };
          }),
      );
      expect(kept.accounts.toSorted()).toEqual([idOf('one'), idOf('two')].toSorted());
      expect(kept.conversations).not.toContain('Kitchen');
      expect(kept.conversations).toContain('Garden');
      await ada.openRoom('Garden');
      await ada.say('Two are left');
      expect(ada.troubles).toEqual([]);
    },
    STORY_MS,
  );
});
