/** One account in two windows of a browser: one runs it, and the other goes on when that one is closed. */
import { expect, jest, test } from '@jest/globals';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';
import { useStage } from './stage.ts';

jest.setTimeout(120_000);

inBrowser('two windows', () => {
  const stage = useStage();
  let people = 0;

  test('the second goes on by itself when the first is closed, not when it is reloaded', async () => {
    await using alice = await Person.signUp(stage.browser, stage.server, `alice${++people}`);
    const { roomId, name } = await stage.room(alice);
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
    await stage.host.say(roomId, { body: 'So I see' });
    await second.seesMessage('So I see');
    expect([...alice.troubles, ...second.troubles]).toEqual([]);
  });

  test('of three one goes on, and whoever asks for the account gets it before those that wait', async () => {
    await using alice = await Person.signUp(stage.browser, stage.server, `alice${++people}`);
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
