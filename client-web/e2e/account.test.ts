/** Signing up and in, and the account's settings, as a person meets them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { PASSWORD, Person } from './person.ts';

interface Ephemeral {
  readonly type: string;
  readonly content: Record<string, unknown>;
}

inBrowser('an account', () => {
  let browser: Browser;
  let server: Homeserver;
  let alice: Person;
  /** A name of its own for every try. */
  let watchers = 0;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startHomeserver()]);
    alice = await Person.signUp(browser, server, 'alice');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  }, 60_000);

  test('what is wrong with a form is said at its field, and nothing typed is lost', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(server.url);
    await page.locator('input[name=username]').fill('Not A Name');
    await page.locator('input[name=password]').fill('short');
    await page.locator('button[type=submit]').click();
    await page.getByText('Names are made of small letters').waitFor();
    await page.getByText('Use at least 8 characters').waitFor();
    await page.locator('input[name=username]').fill('alice');
    await page.locator('input[name=password]').fill('long enough now');
    await page.locator('button[type=submit]').click();
    await page.getByText('This name is taken').waitFor();
    expect(await page.locator('input[name=password]').inputValue()).toBe('long enough now');

    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('button[type=submit]').click();
    await page.getByText('Username or password is wrong').waitFor();
    await page.getByRole('button', { name: 'Change server' }).click();
    await page.getByLabel('Server').fill('no.such.server.invalid');
    await page.locator('button[type=submit]').click();
    await page.getByText('This server can not be reached').waitFor();
    await page.context().close();
  }, 60_000);

  test('name, picture and status are changed, and others see them', async () => {
    await alice.goTo('#/settings/profile');
    await alice.page.getByLabel('Name', { exact: true }).fill('Alice Archer');
    await alice.page.getByRole('button', { name: 'Save' }).first().click();
    await alice.sees('Saved');
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    await alice.page.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: png });
    await alice.page.getByRole('button', { name: 'Remove picture' }).waitFor();
    await alice.page.locator('input[type=file]').setInputFiles({ name: 'me.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await alice.sees('This file is not a picture');
    await alice.page.getByLabel('Status').fill('in the garden');
    await alice.page.getByRole('button', { name: 'Save' }).last().click();
    const profile = await fetch(`${server.url}/_matrix/client/v3/profile/${encodeURIComponent(alice.userId)}`);
    expect(await profile.json()).toMatchObject({ displayname: 'Alice Archer', avatar_url: expect.stringMatching(/^mxc:/) });
  }, 60_000);

  test('who is invisible is so after a reload as well, and the status stays', async () => {
    const watcher = await ApiUser.register(server.url, `watcher${++watchers}`, PASSWORD);
    const roomId = await watcher.createRoom({ preset: 'public_chat', invite: [alice.userId], name: `Watched ${watchers}` });
    await alice.goTo('#/inbox/everything');
    await alice.accept(`Watched ${watchers}`);
    await alice.goTo('#/settings/profile');
    for (const choice of ['Away', 'Invisible']) {
      const told = alice.page.waitForResponse((response) => response.url().includes('/presence/') && response.request().method() === 'PUT');
      await alice.page.getByText(choice, { exact: true }).click();
      await told;
    }
    const invisible = alice.page.getByRole('radio', { name: /^Invisible/, checked: true });
    await invisible.waitFor({ state: 'attached' });
    await alice.page.reload();
    await invisible.waitFor({ state: 'attached' });
    // Something that only a sync after the start can bring.
    await watcher.put(`/rooms/${encodeURIComponent(roomId)}/state/m.room.name`, { name: `Watched still ${watchers}` });
    await alice.goTo('#/inbox/everything');
    await alice.seesInInbox(`Watched still ${watchers}`);
    const seen = await watcher.get(`/presence/${encodeURIComponent(alice.userId)}/status`);
    expect(seen).toMatchObject({ presence: 'offline', status_msg: 'in the garden' });
    await alice.goTo('#/settings/profile');
    await alice.page.getByText('Available', { exact: true }).click();
    await alice.page.getByRole('radio', { name: /^Available/, checked: true }).waitFor({ state: 'attached' });
  }, 60_000);

  test('theme and language change at once and stay', async () => {
    await alice.goTo('#/settings/appearance');
    await alice.page.getByText('Dark', { exact: true }).click();
    expect(await alice.page.locator('html').getAttribute('data-theme')).toBe('dark');
    await alice.page.getByRole('button', { name: /^English/ }).click();
    await alice.page.getByRole('option', { name: 'Deutsch' }).click();
    await alice.page.getByRole('heading', { name: 'Aussehen und Sprache' }).waitFor();
    await alice.page.reload();
    await alice.page.getByRole('heading', { name: 'Aussehen und Sprache' }).waitFor();
    expect(await alice.page.locator('html').getAttribute('lang')).toBe('de');
    expect(await alice.page.locator('html').getAttribute('data-theme')).toBe('dark');
    await alice.page.getByRole('button', { name: /^Deutsch/ }).click();
    await alice.page.getByRole('option', { name: 'English' }).click();
    await alice.page.getByRole('heading', { name: 'Look and language' }).waitFor();
  }, 60_000);

  test('words that notify, and what does not', async () => {
    await alice.goTo('#/settings/notifications');
    await alice.page.getByPlaceholder('Add a word').fill('lighthouse');
    await alice.page.getByRole('button', { name: 'Add', exact: true }).click();
    await alice.page.getByText('lighthouse', { exact: true }).waitFor();
    await alice.page.getByText('Messages in rooms').click();
    await alice.page.getByRole('switch', { name: 'Messages in rooms', checked: false }).waitFor({ state: 'attached' });
    await alice.page.reload();
    await alice.page.getByText('lighthouse', { exact: true }).waitFor();
    // What was last seen is painted first, and may be older than the change.
    await alice.page.getByRole('switch', { name: 'Messages in rooms', checked: false }).waitFor({ state: 'attached' });
    await alice.page.getByRole('button', { name: 'Remove: lighthouse' }).click();
    await alice.page.getByText('No words yet').waitFor();
  }, 60_000);

  test('another session is renamed and signed out, after the password was asked for', async () => {
    const second = await Person.signIn(browser, server, 'alice');
    await alice.goTo('#/settings/profile');
    await alice.goTo('#/settings/sessions');
    await alice.page.getByRole('button', { name: 'Rename' }).last().click();
    await alice.page.getByLabel('Name of the session').fill('The old laptop');
    await alice.page.getByRole('button', { name: 'Save' }).click();
    await alice.page.getByText('The old laptop').waitFor();
    await alice.page.getByRole('button', { name: 'Sign out' }).last().click();
    await alice.dialog.getByRole('button', { name: 'Sign out' }).click();
    await alice.dialog.getByRole('textbox', { name: 'Password' }).fill('not the password');
    await alice.dialog.getByRole('button', { name: 'Confirm' }).click();
    await alice.sees('This password is wrong');
    await alice.dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await alice.dialog.getByRole('button', { name: 'Confirm' }).click();
    await alice.sees('You are signed in nowhere else');
    await second.sees('has been signed out by its server');
    await second[Symbol.asyncDispose]();
  }, 60_000);

  test('others see what one has read and that one writes, until one chooses otherwise; one’s own browsers know anyway', async () => {
    const watcher = await ApiUser.register(server.url, `watcher-${Date.now()}`, PASSWORD);
    const roomId = await watcher.createRoom({ name: 'Hide', preset: 'private_chat', invite: [alice.userId] });
    await alice.goTo('#/inbox/everything');
    await alice.accept('Hide');
    const ephemeral = async (): Promise<{ read: string | undefined; writes: boolean }> => {
      const sync = (await watcher.get('/sync?timeout=0')) as { rooms: { join: Record<string, { ephemeral: { events: Ephemeral[] } }> } };
      const { events } = sync.rooms.join[roomId]!.ephemeral;
      const receipts = Object.entries(events.find(({ type }) => type === 'm.receipt')?.content ?? {});
      const read = receipts.find(([, kinds]) => (kinds as { 'm.read'?: Record<string, unknown> })['m.read']?.[alice.userId] !== undefined);
      const writing = events.find(({ type }) => type === 'm.typing')?.content['user_ids'] as string[] | undefined;
      return { read: read?.[0], writes: writing?.includes(alice.userId) === true };
    };
    const becomes = async (wanted: (seen: Awaited<ReturnType<typeof ephemeral>>) => boolean): Promise<void> => {
      while (!wanted(await ephemeral())) await alice.page.waitForTimeout(100);
    };
    const first = await watcher.say(roomId, { body: 'Can I see you?' });
    await becomes(({ read }) => read === first);
    await alice.types('I think so');
    await becomes(({ writes }) => writes);
    await alice.press('Enter');
    await alice.seesMessage('I think so');

    await alice.goTo('#/settings/profile');
    for (const choice of ['Others see what you have read', 'Others see that you are writing'])
      await alice.page.getByText(choice, { exact: true }).click();
    const elsewhere = await Person.signIn(browser, server, 'alice');
    await elsewhere.goTo('#/settings/profile');
    await elsewhere.page.getByRole('switch', { name: 'Others see what you have read', checked: false }).waitFor({ state: 'attached' });
    await elsewhere.goTo('#/inbox/everything');
    const told = (await ephemeral()).read;
    await watcher.say(roomId, { body: 'And now?' });
    await elsewhere.conversation('Hide').getByText('Unread').waitFor({ state: 'attached' });
    await alice.goTo('#/inbox/everything');
    await alice.openRoom('Hide');
    await alice.seesMessage('And now?');
    await elsewhere.conversation('Hide').getByText('Unread').waitFor({ state: 'detached' });
    await alice.types('No');
    await alice.page.waitForTimeout(1_000);
    expect(await ephemeral()).toEqual({ read: told, writes: false });

    await alice.field.fill('');
    await alice.goTo('#/settings/profile');
    await alice.page.getByText('Others see what you have read', { exact: true }).click();
    await elsewhere[Symbol.asyncDispose]();
  }, 90_000);

  test('what is not sent yet is told before signing out; Escape only closes the question', async () => {
    const carol = await Person.signUp(browser, server, 'carol');
    await carol.createRoom({ name: 'Letters' });
    await carol.context.route('**/send/**', (route) => route.abort());
    await carol.field.fill('on its way');
    await carol.field.press('Enter');
    await carol.message('on its way').and(carol.page.locator('[data-state="waiting"]')).waitFor();
    await carol.goTo('#/settings/accounts');
    await carol.page.getByRole('button', { name: 'Sign out' }).click();
    await carol.dialog.getByText('One message is not sent yet').waitFor();
    await carol.press('Escape');
    await carol.dialog.waitFor({ state: 'detached' });
    // What was sent is not counted, though it is remembered for a while.
    await carol.context.unroute('**/send/**');
    await carol.goTo('#/inbox/everything');
    await carol.openRoom('Letters');
    await carol.message('on its way').and(carol.page.locator('[data-state="sent"]')).waitFor();
    await carol.goTo('#/settings/accounts');
    await carol.page.getByRole('button', { name: 'Sign out' }).click();
    await carol.dialog.waitFor();
    expect(await carol.dialog.getByText('not sent yet').count()).toBe(0);
    expect(carol.troubles).toEqual([]);
    await carol[Symbol.asyncDispose]();
  }, 60_000);

  test('signing out leaves nothing of the account in the browser', async () => {
    const bob = await Person.signUp(browser, server, 'bob');
    await bob.goTo('#/settings/security');
    await bob.sees('Messages are backed up');
    await bob.goTo('#/settings/accounts');
    await bob.page.getByRole('button', { name: 'Sign out' }).click();
    // The recovery key was never kept: that is said first.
    await bob.dialog.getByText('You have not kept your recovery key').waitFor();
    await bob.dialog.getByRole('button', { name: 'Sign out anyway' }).click();
    await bob.page.locator('input[name=username]').waitFor();
    await bob.page.waitForFunction(async () => (await indexedDB.databases()).length === 1);
    const left = await bob.page.evaluate(
      async () =>
        new Promise((resolve) => {
          const request = indexedDB.open('nexuscomm');
          request.onsuccess = () => {
            const transaction = request.result.transaction(['accounts', 'conversations', 'outbox']);
            const counts = ['accounts', 'conversations', 'outbox'].map(
              async (table) =>
                new Promise<number>((done) => {
                  const count = transaction.objectStore(table).count();
                  count.onsuccess = () => done(count.result);
                }),
            );
            void Promise.all(counts).then(resolve);
          };
        }),
    );
    expect(left).toEqual([0, 0, 0]);
    expect(bob.troubles).toEqual([]);
    await bob[Symbol.asyncDispose]();
  }, 60_000);

  test('the page had no errors, and the content security policy nothing to refuse', () => {
    expect(alice.troubles).toEqual([]);
  });
});
