/** axe on the main screens in both themes, and the main path without a mouse. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    // React Aria's announcer refers to labels that may be gone when it is looked at.
    .exclude('[data-live-announcer]')
    .analyze();
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
}

inBrowser('accessibility', () => {
  let browser: Browser;
  let server: Homeserver;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startHomeserver()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  }, 60_000);

  test.each(['light', 'dark'] as const)(
    'no serious violation on the main screens, %s',
    async (theme) => {
      const found: Record<string, string[]> = {};
      const visitor = await browser.newContext({ colorScheme: theme });
      const welcome = await visitor.newPage();
      await welcome.goto(server.url);
      await welcome.locator('input[name=username]').waitFor();
      found['welcome'] = await violations(welcome);
      await visitor.close();

      const person = await Person.signUp(browser, server, `axe-${theme}`, { theme });
      const { page } = person;
      found['empty inbox'] = await violations(page);
      const other = await ApiUser.register(server.url, `friend-${theme}`, 'a password of theirs');
      const roomId = await other.createRoom({ name: 'Harbour', topic: 'Boats and weather', preset: 'public_chat', invite: [person.userId] });
      found['invitation'] = await violations(page);
      await person.accept('Harbour');
      const first = await other.say(roomId, { body: `Good morning ${person.name}`, 'm.mentions': { user_ids: [person.userId] } });
      await other.say(roomId, {
        body: 'code',
        format: 'org.matrix.custom.html',
        formatted_body:
          '<h2>Plan</h2><ul><li>a <a href="https://example.org">link</a></li></ul><blockquote>said</blockquote><pre><code>let x = 1</code></pre>',
      });
      await other.say(roomId, { body: 'in a thread', 'm.relates_to': { rel_type: 'm.thread', event_id: first } });
      await person.say('Morning!');
      await person.sees('1 reply');
      found['conversation'] = await violations(page);
      await person.message('Good morning').hover();
      await page.getByRole('toolbar', { name: 'Message actions' }).waitFor();
      found['message actions'] = await violations(page);
      await page.getByText('1 reply').click();
      await person.panel.waitFor();
      found['thread'] = await violations(page);
      for (const panel of ['info', 'members', 'pins', 'threads', 'files']) {
        await page.evaluate((name) => {
          location.hash = `${location.hash.split('?')[0]}?panel=${name}`;
        }, panel);
        await person.panel.waitFor();
        found[panel] = await violations(page);
      }
      for (const section of ['profile', 'appearance', 'notifications', 'security', 'sessions', 'accounts', 'about']) {
        await person.goTo(`#/settings/${section}`);
        await page.locator('main h2').first().waitFor();
        found[`settings, ${section}`] = await violations(page);
      }
      await person.goTo('#/inbox/everything');
      for (const what of ['New direct message', 'Create a room', 'Browse rooms', 'Join by address']) {
        await person.chooseNew(what);
        found[what] = await violations(page);
        await person.press('Escape');
        await person.dialog.waitFor({ state: 'detached' });
      }
      await person.press('Control+k');
      await person.dialog.waitFor();
      found['palette'] = await violations(page);
      await person.press('Escape');
      await person.press('?');
      await person.dialog.waitFor();
      found['shortcuts'] = await violations(page);
      expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
      await person[Symbol.asyncDispose]();
    },
    240_000,
  );

  test('signing up, creating a room, inviting, talking: without a mouse', async () => {
    const guest = await Person.signUp(browser, server, 'guest');
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(server.url);
    await page.locator('input[name=username]').waitFor();
    const keys = page.keyboard;
    await keys.type(`keyboard-${Date.now()}`);
    await keys.press('Tab');
    await keys.type('only with keys');
    await keys.press('Enter');
    await page.locator('[data-live="true"]').waitFor({ timeout: 20_000 });
    await keys.press('Control+k');
    await page.getByRole('dialog', { name: 'Find anything' }).locator('input:focus').waitFor();
    await keys.type('create a room');
    await page.getByRole('menuitem', { name: 'Create a room' }).waitFor();
    await keys.press('Enter');
    await page.getByRole('dialog', { name: 'Create a room' }).locator('input:focus').waitFor();
    await keys.type('Keys only');
    await keys.press('Enter');
    await page.getByRole('main', { name: 'Keys only' }).waitFor({ timeout: 20_000 });
    await page.locator('main textarea:focus').waitFor();
    await keys.type(`/invite ${guest.userId}`);
    await keys.press('Enter');
    await guest.seesInInbox('Keys only');
    await guest.accept('Keys only');
    await keys.type('hello, written without a mouse');
    await keys.press('Enter');
    await guest.seesMessage('hello, written without a mouse');
    await guest.say('hello back');
    await page.getByRole('log').getByText('hello back').waitFor({ timeout: 20_000 });
    // Through the messages: up to the last one, and to what can be done with it.
    await page.getByRole('log').focus();
    await keys.press('ArrowUp');
    await page.getByRole('toolbar', { name: 'Message actions' }).waitFor();
    await context.close();
    await guest[Symbol.asyncDispose]();
  }, 120_000);
});
