/**
 * The page as the desktop client shows it, in Chromium: served by the same code, with a vault, badges, links and notifications
 * that the test stands in for.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '@nexuscomm/client-web/e2e/chromium.ts';
import { inBrowser } from '@nexuscomm/client-web/e2e/in-browser.ts';
import { startHomeserver, type Homeserver } from '@nexuscomm/client-web/e2e/homeserver.ts';
import { ApiUser } from '@nexuscomm/client-web/measure/seed.ts';
import { serveApp } from '../src/serve-app.ts';

const START_MS = 120_000;
const STORY_MS = 90_000;
const PASSWORD = 'sealed with a kiss';
const CLIENT = join(import.meta.dirname, '..', '..', 'client-web', 'dist');

/** What the page asked of the desktop, and how the test speaks to the page. */
interface FakeDesktop {
  readonly badges: [number, number][];
  readonly notes: { readonly id: string; readonly title: string; readonly body: string }[];
  readonly links: ((url: string) => void)[];
  readonly clicks: ((id: string) => void)[];
  readonly resumes: (() => void)[];
  sealed: number;
  opened: number;
}
declare global {
  interface Window {
    fakeDesktop: FakeDesktop;
  }
}

/** Runs in the page. "Sealing" is only another spelling, so that what is kept can be told from what was given. */
function installBridge(): void {
  const fake: FakeDesktop = { badges: [], notes: [], links: [], clicks: [], resumes: [], sealed: 0, opened: 0 };
  window.fakeDesktop = fake;
  const add = <One>(list: One[], one: One): (() => void) => {
    list.push(one);
    return () => void list.splice(list.indexOf(one), 1);
  };
  const bridge: Window['nexuscommDesktop'] = {
    platform: 'Linux',
    vault: {
      seal: async (secret) => {
        fake.sealed++;
        return `sealed:${btoa(secret)}`;
      },
      open: async (kept) => {
        if (!kept.startsWith('sealed:') || localStorage.getItem('test.vault-broken') !== null) throw new Error('not sealed here');
        fake.opened++;
        return atob(kept.slice('sealed:'.length));
      },
    },
    vaultSeals: async () => localStorage.getItem('test.no-key-store') === null,
    setBadge: (unread, mentions) => void fake.badges.push([unread, mentions]),
    notify: (note) => void fake.notes.push(note),
    onLink: (listener) => add(fake.links, listener),
    onNotificationClick: (listener) => add(fake.clicks, listener),
    onResume: (listener) => add(fake.resumes, listener),
  };
  Object.defineProperty(window, 'nexuscommDesktop', { value: bridge });
}

inBrowser('the page in the desktop client', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let homeserver: Homeserver;
  let page: Page;
  let friend: ApiUser;
  let roomId: string;
  let url: string;

  beforeAll(async () => {
    const serve = await serveApp(CLIENT);
    const server = createServer((request, response) => {
      void serve({ method: request.method ?? 'GET', url: `nexuscomm://app${request.url ?? '/'}` }).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    stack.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    homeserver = stack.use(await startHomeserver());
    browser = await launchChromium();
    stack.defer(async () => browser.close());
    const ada = await ApiUser.register(homeserver.url, 'ada', PASSWORD);
    friend = await ApiUser.register(homeserver.url, 'bo', PASSWORD);
    roomId = await friend.createRoom({ name: 'Garden', preset: 'public_chat', room_alias_name: 'garden' });
    await ada.post(`/join/${encodeURIComponent(roomId)}`, {});
    const context = await browser.newContext({ viewport: { width: 1_280, height: 860 } });
    context.setDefaultTimeout(20_000);
    await context.addInitScript(installBridge);
    page = await context.newPage();
    await page.goto(url);
    // No server serves this page, so it asks for one.
    await page.getByLabel('Server').fill(homeserver.url);
    await page.getByRole('button', { name: 'Use this server' }).click();
    await page.locator('input[name="username"]').fill('ada');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('button[type="submit"]').click();
    await page.locator('[data-state="syncing"]').waitFor();
  }, START_MS);
  afterAll(async () => stack.disposeAsync(), START_MS);

  interface Kept {
    readonly accessToken: string;
    readonly refreshToken?: string;
    readonly recoveryKey?: string;
  }
  /** What is on disk of the account. */
  const kept = async (): Promise<Kept> =>
    page.evaluate(
      async () =>
        new Promise<Kept>((resolve, reject) => {
          const opening = indexedDB.open('nexuscomm');
          opening.onerror = () => reject(opening.error!);
          opening.onsuccess = () => {
            const all = opening.result.transaction('accounts').objectStore('accounts').getAll();
            all.onsuccess = () => {
              opening.result.close();
              resolve((all.result as Kept[])[0]!);
            };
          };
        }),
    );
  /** Asked with each frame of the page, until the test's time is up. */
  const eventually = async (condition: () => Promise<boolean>): Promise<void> => {
    while (!(await condition())) await page.evaluate(async () => new Promise((resolve) => requestAnimationFrame(resolve)));
  };

  test(
    'tokens and the recovery key are kept sealed',
    async () => {
      const account = await kept();
      expect(account.accessToken).toMatch(/^sealed:/);
      expect(account.refreshToken).toMatch(/^sealed:/);
      // Encryption of a new account is set up by itself, and its recovery key kept until the person has it.
      await eventually(async () => (await kept()).recoveryKey !== undefined);
      expect((await kept()).recoveryKey).toMatch(/^sealed:/);
      expect(JSON.stringify(await kept())).not.toContain(atob(account.accessToken.slice('sealed:'.length)));
    },
    STORY_MS,
  );

  test(
    'what is sealed is opened after a start, and renewed tokens are sealed again',
    async () => {
      const before = await kept();
      // The server no longer takes the access token, as after its time: the page gets new ones.
      const refusal = {
        status: 401,
        headers: { 'access-control-allow-origin': '*', 'content-type': 'application/json' },
        body: JSON.stringify({ errcode: 'M_UNKNOWN_TOKEN', error: 'expired', soft_logout: true }),
      };
      await page.route('**/_matrix/client/v3/sync**', async (route) => route.fulfill(refusal), { times: 1 });
      await page.reload();
      await page.locator('[data-state="syncing"]').waitFor();
      expect(await page.evaluate(() => window.fakeDesktop.opened)).toBeGreaterThan(0);
      await eventually(async () => (await kept()).accessToken !== before.accessToken);
      const after = await kept();
      expect(after.accessToken).toMatch(/^sealed:/);
      expect(after.refreshToken).toMatch(/^sealed:/);
    },
    STORY_MS,
  );

  test(
    'counts and notifications go to the desktop, and a click leads back',
    async () => {
      await page.evaluate(() => localStorage.setItem('nexuscomm.notifications', JSON.stringify({ shown: true, sound: false, preview: true })));
      await page.reload();
      await page.locator('[data-state="syncing"]').waitFor();
      await friend.say(roomId, { body: 'ada: the beans are up', 'm.mentions': { user_ids: [`@ada:${homeserver.name}`] } });
      await page.waitForFunction(() => window.fakeDesktop.notes.length > 0);
      await page.waitForFunction(() => window.fakeDesktop.badges.some(([unread, mentions]) => unread === 1 && mentions === 1));
      const [note] = await page.evaluate(() => window.fakeDesktop.notes);
      expect(note!.title).toContain('bo');
      expect(note!.body).toContain('the beans are up');
      await page.evaluate((id) => window.fakeDesktop.clicks.forEach((click) => click(id)), note!.id);
      await page.getByRole('main', { name: 'Garden' }).waitFor();
      await page.waitForFunction(() => window.fakeDesktop.badges.at(-1)!.join() === '0,0');
    },
    STORY_MS,
  );

  test(
    'a link of the system opens what it leads to',
    async () => {
      await page.evaluate(() => (location.hash = '#/settings/profile'));
      await page.getByRole('main', { name: 'Garden' }).waitFor({ state: 'detached' });
      await page.evaluate((link) => window.fakeDesktop.links.forEach((open) => open(link)), `matrix:r/garden:${homeserver.name}`);
      await page.getByRole('main', { name: 'Garden' }).waitFor();
    },
    STORY_MS,
  );

  test(
    'after a sleep the servers are asked again at once',
    async () => {
      expect(await page.evaluate(() => window.fakeDesktop.resumes.length)).toBe(1);
      await page.evaluate(() => window.fakeDesktop.resumes.forEach((resume) => resume()));
      await page.locator('[data-state="syncing"]').waitFor();
    },
    STORY_MS,
  );

  test(
    'a computer without a key store is told of once; one whose key is gone asks to sign in again',
    async () => {
      await page.evaluate(() => localStorage.setItem('test.no-key-store', 'yes'));
      await page.reload();
      const warning = page.getByText('This computer has no key store');
      await warning.waitFor();
      await page.getByRole('status').filter({ has: warning }).getByRole('button', { name: 'Dismiss' }).click();
      await page.evaluate(() => localStorage.setItem('test.vault-broken', 'yes'));
      await page.reload();
      await page.getByText('can no longer open what it kept').waitFor();
      expect(await warning.count()).toBe(0);
      await page.getByRole('alert').getByRole('button', { name: 'Sign in again' }).click();
      // It is known who they are, and where.
      expect(await page.locator('input[name="username"]').inputValue()).toMatch(/^@.+:/);
    },
    STORY_MS,
  );
});
