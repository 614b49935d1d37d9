/** What the browser complains of while the client loads, somebody signs up and looks around: nothing. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { PASSWORD } from './person.ts';

const SETTINGS = ['profile', 'accounts', 'appearance', 'notifications', 'sessions', 'security', 'about'];

/** What can't be helped, and why: Chromium tells of every answer that is none of success, and these are what the specification has. */
const REASONED: readonly RegExp[] = [
  // User-interactive authentication begins with a refusal that says what is asked for.
  /status of 401 .*\/client\/v3\/register/,
  // There is no backup of keys yet.
  /status of 404 .*\/client\/v3\/room_keys\/version/,
  // matrix-js-sdk asks every server for this proposal.
  /status of 404 .*\/org\.matrix\.msc4143\/rtc\/transports/,
];

jest.setTimeout(120_000);

inBrowser('the console', () => {
  let server: Homeserver;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startHomeserver(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** With all that it complains of, from its first request on. */
  async function openPage(): Promise<{ readonly page: Page; readonly complaints: string[] } & AsyncDisposable> {
    const context = await browser.newContext();
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    const note = (text: string): void => {
      if (!REASONED.some((reasoned) => reasoned.test(text))) complaints.push(text);
    };
    page.on('pageerror', (error) => note(`error: ${error}`));
    page.on('console', (message) => {
      if (message.type() === 'warning' || message.type() === 'error') note(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('serviceworker', (worker) => worker.on('console', (message) => message.type() === 'error' && note(`worker: ${message.text()}`)));
    // Chromium tells of headers that it does not understand in a log of its own.
    const session = await context.newCDPSession(page);
    session.on('Log.entryAdded', ({ entry }) => {
      if (entry.level === 'warning' || entry.level === 'error') note(`log ${entry.level}: ${entry.text} (${entry.url ?? ''})`);
    });
    await session.send('Log.enable');
    return { page, complaints, [Symbol.asyncDispose]: async () => context.close() };
  }

  test('loading the client', async () => {
    await using opened = await openPage();
    const answer = await opened.page.goto(server.url);
    await opened.page.locator('input[name="username"]').waitFor();
    expect(opened.complaints).toEqual([]);
    // What Chromium does not know it would complain of, where it is new enough to.
    const policy = (await answer!.allHeaders())['permissions-policy']!;
    const known = await opened.page.evaluate(() => (document as unknown as { featurePolicy: { features(): string[] } }).featurePolicy.features());
    const named = policy.split(', ').map((directive) => directive.slice(0, directive.indexOf('=')));
    expect(named.filter((feature) => !known.includes(feature))).toEqual([]);
  });

  test('signing up, a room, a message, and every page of the settings', async () => {
    await using opened = await openPage();
    const { page, complaints } = opened;
    await page.goto(server.url);
    const name = `alice${Date.now() % 100_000}`;
    await page.locator('input[name="username"]').fill(name);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('button[type="submit"]').click();
    await page.locator('[data-state="syncing"]').first().waitFor();
    await page.getByText('Pick a conversation').waitFor();
    for (const key of ['Ctrl', '?', 'J', 'K']) await page.getByRole('main').locator('kbd').getByText(key, { exact: true }).first().waitFor();

    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByRole('menuitem', { name: 'Create a room' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name', exact: true }).fill('Quiet room');
    await page.getByRole('dialog').getByRole('button', { name: 'Create room' }).click();
    await page.getByRole('main', { name: 'Quiet room' }).waitFor();
    await page.getByRole('main').getByRole('textbox').last().fill('Hello');
    await page.keyboard.press('Enter');
    await page.getByRole('article').filter({ hasText: 'Hello' }).and(page.locator('[data-state="sent"]')).waitFor();
    for (const section of SETTINGS) {
      await page.evaluate((to) => {
        location.hash = to;
      }, `#/settings/${section}`);
      const heading = (await page.locator(`nav [aria-current="page"]`).innerText()).trim();
      await page.getByRole('heading', { level: 2, name: heading }).waitFor();
      // What it asks the server for comes, or fails.
      await page.waitForTimeout(500);
      expect({ section, complaints }).toEqual({ section, complaints: [] });
    }
  });
});
