/** One account in two windows of a browser: one runs it, and the other goes on when that one is closed. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ApiUser } from '../measure/seed.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { PASSWORD, Person } from './person.ts';

const withChromium = hasChromium() ? describe : describe.skip;

jest.setTimeout(120_000);

withChromium('two windows', () => {
  let server: Homeserver;
  let browser: Browser;
  let host: ApiUser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startHomeserver(), launchChromium()]);
    host = await ApiUser.register(server.url, 'host', PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  let people = 0;

  test('the second goes on by itself when the first is closed, not when it is reloaded', async () => {
    await using alice = await Person.signUp(browser, server, `alice${++people}`);
    const name = `Porch ${people}`;
    const roomId = await host.createRoom({ name, preset: 'private_chat', invite: [alice.userId] });
    await alice.accept(name);
    const second = await alice.openSecondWindow();
    await second.sees('is open in another window');
    await alice.page.reload();
    await alice.page.locator('[data-state="syncing"]').first().waitFor();
    // Longer than a window waits for one that is reloaded.
    await alice.page.waitForTimeout(3_000);
    await second.sees('is open in another window');
    expect(await alice.page.getByText('is open in another window').count()).toBe(0);

    await alice.page.close();
    await second.page.locator('[data-state="syncing"]').first().waitFor();
    await second.page.getByText('is open in another window').waitFor({ state: 'detached' });
    await second.openRoom(name);
    await second.say('Still here');
    await host.say(roomId, { body: 'So I see' });
    await second.seesMessage('So I see');
    expect([...alice.troubles, ...second.troubles]).toEqual([]);
  });

  test('of three one goes on, and whoever asks for the account gets it before those that wait', async () => {
    await using alice = await Person.signUp(browser, server, `alice${++people}`);
    const second = await alice.openSecondWindow();
    await second.sees('is open in another window');
    const third = await alice.openSecondWindow();
    await third.sees('is open in another window');
    await third.page.getByRole('button', { name: 'Use here' }).click();
    await third.page.locator('[data-state="syncing"]').first().waitFor();
    await alice.sees('is open in another window');
    await second.sees('is open in another window');
    await third.page.close();
    const running = async (): Promise<number> => {
      const counts = await Promise.all([alice, second].map(async ({ page }) => page.locator('[data-state="syncing"]').count()));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const until = Date.now() + 20_000;
    while ((await running()) !== 1 && Date.now() < until) await alice.page.waitForTimeout(100);
    expect(await running()).toBe(1);
    expect([...alice.troubles, ...second.troubles, ...third.troubles]).toEqual([]);
  });
});
