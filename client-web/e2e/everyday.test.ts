/** What people do on any day, beyond the rooms of other tests: arriving by a code or an id, a phone, a train without network, who is writing. */
import { expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiUser } from '../measure/seed.ts';
import { freePort } from '@nexuscomm/homeserver/testing/free-port.ts';
import { startHomeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { PASSWORD, Person } from './person.ts';
import { useStage } from './stage.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'homeserver', 'src', 'main.ts');

jest.setTimeout(120_000);

inBrowser('everyday', () => {
  const stage = useStage();

  test('where accounts take a code, a wrong one is told at its field, and the right one lets in once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-everyday-'));
    await using closed = await startHomeserver({ NEXUS_REGISTRATION: 'token', NEXUS_DATA_DIR: directory });
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', MAIN, 'token', 'create', '--uses', '1'],
      {
        cwd: directory,
        env: { ...process.env, NEXUS_DATA_DIR: directory },
      },
    );
    const page = await stage.browser.newPage();
    const give = async (name: string, code: string): Promise<void> => {
      await page.locator('input[name="username"]').fill(name);
      await page.locator('input[name="password"]').fill(PASSWORD);
      await page.getByLabel('Invitation code').fill(code);
      await page.locator('button[type="submit"]').click();
    };
    await page.goto(closed.url);
    await give('nora', 'not-a-code');
    await page.getByText(/code/i).and(page.locator('[slot=errorMessage], [role=alert]')).first().waitFor();
    expect(await page.locator('input[name="username"]').inputValue()).toBe('nora');
    await give('nora', stdout.trim());
    await page.locator('[data-state="syncing"]').first().waitFor();
    await page.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('a Matrix id says its server by itself', async () => {
    const port = await freePort();
    await using other = await startHomeserver({ NEXUS_PORT: String(port), NEXUS_SERVER_NAME: `localhost:${port}` });
    await ApiUser.register(other.url, 'mara', PASSWORD);
    const page = await stage.browser.newPage();
    await page.goto(stage.server.url);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('input[name="username"]').fill(`@mara:localhost:${port}`);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('button[type="submit"]').click();
    await page.locator('[data-state="syncing"]').first().waitFor();
    const account = await page.evaluate(
      async () =>
        new Promise<{ userId: string; baseUrl: string }>((resolve) => {
          const opening = indexedDB.open('nexuscomm');
          opening.onsuccess = () => {
            const asking = opening.result.transaction('accounts').objectStore('accounts').getAll();
            asking.onsuccess = () => resolve((asking.result as { userId: string; baseUrl: string }[])[0]!);
          };
        }),
    );
    expect(account).toMatchObject({ userId: `@mara:localhost:${port}`, baseUrl: expect.stringContaining(`:${port}`) });
    await page.close();
  });

  test('who is writing is seen while they write, and no longer', async () => {
    await using alice = await Person.signUp(stage.browser, stage.server, 'typing-alice');
    await using bob = await Person.signUp(stage.browser, stage.server, 'typing-bob');
    await stage.room(alice, bob);
    await bob.types('a long sent');
    await alice.sees(`${bob.name} is writing …`);
    await bob.types('ence');
    await bob.press('Enter');
    await alice.seesMessage('a long sentence');
    await alice.page.getByText('is writing …').waitFor({ state: 'detached' });
    await bob.types('and gone');
    await alice.sees(`${bob.name} is writing …`);
    await bob.field.fill('');
    await alice.page.getByText('is writing …').waitFor({ state: 'detached' });
  });

  test('without a network the app opens, and what was last seen can be read', async () => {
    await using alice = await Person.signUp(stage.browser, stage.server, 'train');
    const { roomId, name } = await stage.room(alice);
    for (const text of ['one to read', 'two to read', 'three to read']) await stage.host.say(roomId, { body: text });
    await alice.seesMessage('three to read');
    const {
      start_url: start,
      display,
      icons,
    } = await alice.page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!;
      return (await (await fetch(link.href)).json()) as { start_url: string; display: string; icons: unknown[] };
    });
    expect([typeof start, display, icons.length > 0]).toEqual(['string', 'standalone', true]);
    // The worker has the app, and the stores what was said, a moment after the start.
    await alice.page.evaluate(async () => navigator.serviceWorker.ready);
    await alice.page.waitForTimeout(4_000);
    await alice.page.reload();
    await alice.page.locator('[data-state="syncing"]').first().waitFor();
    await alice.seesMessage('three to read');
    await alice.page.waitForTimeout(4_000);

    await alice.context.setOffline(true);
    await alice.page.reload();
    await alice.seesInInbox(name);
    await alice.openRoom(name);
    for (const text of ['one to read', 'three to read']) await alice.seesMessage(text);
    await alice.sees('You are offline');
    await alice.context.setOffline(false);
    await stage.host.say(roomId, { body: 'back again' });
    await alice.seesMessage('back again');
    expect(alice.troubles).toEqual([]);
  });

  test('Back closes what lies over a conversation, and then leaves the conversation', async () => {
    await using alice = await Person.signUp(stage.browser, stage.server, 'going-back');
    const { name } = await stage.room(alice);
    await alice.say('here I stay');
    const conversation = alice.page.url();
    const over = {
      dialog: async () => {
        await alice.leaveFields();
        await alice.press('?');
      },
      palette: async () => alice.page.keyboard.press('Control+k'),
      menu: async () => alice.message('here I stay').click({ button: 'right' }),
    };
    for (const [what, open] of Object.entries(over)) {
      const shown = alice.page.getByRole(what === 'menu' ? 'menu' : 'dialog');
      await open();
      await shown.waitFor();
      await alice.page.evaluate(() => history.back());
      await shown.waitFor({ state: 'detached' });
      expect([what, alice.page.url()]).toEqual([what, conversation]);
      await alice.seesMessage('here I stay');
    }
    await alice.page.evaluate(() => history.back());
    await alice.page.waitForURL((url) => url.href !== conversation);
    await alice.page.goForward();
    await alice.page.waitForURL(conversation);
    await alice.seesMessage('here I stay');
    await alice.seesInInbox(name);
  });

  test('on a phone of 360 px one thing is shown at a time, and nothing is wider than the screen', async () => {
    await using alice = await Person.signUp(stage.browser, stage.server, 'phone', {
      viewport: { width: 360, height: 740 },
      context: { hasTouch: true, isMobile: true },
    });
    const { roomId, name } = await stage.room(alice);
    const narrow = async (): Promise<void> => {
      expect(await alice.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    };
    await alice.say('from the bus');
    await narrow();
    expect(await alice.inbox.isVisible()).toBe(false);
    await stage.host.say(roomId, { body: `a word that is long: ${'Donaudampfschiff'.repeat(12)}` });
    await alice.seesMessage('a word that is long');
    await narrow();
    await alice.page.getByRole('button', { name: 'Back' }).first().click();
    await alice.conversation(name).waitFor();
    expect(await alice.field.isVisible().catch(() => false)).toBe(false);
    await narrow();
    await alice.openRoom(name);
    await alice.openPanel('About this conversation');
    await narrow();
    await alice.goTo('#/settings/profile');
    await alice.page.getByRole('heading').first().waitFor();
    await narrow();
    expect(alice.troubles).toEqual([]);
  });
});
