/** Encryption as a person meets it: set up unasked, kept, unlocked on a new device by key or from another device, people verified. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';

inBrowser('encryption', () => {
  let browser: Browser;
  let server: Homeserver;
  let alice: Person;
  let bob: Person;
  let recoveryKey = '';

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startHomeserver()]);
    [alice, bob] = await Promise.all([Person.signUp(browser, server, 'alice'), Person.signUp(browser, server, 'bob')]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  }, 60_000);

  test('a direct chat is encrypted without anybody doing anything', async () => {
    await alice.press('Control+k');
    await alice.page.getByPlaceholder('People, rooms, commands').fill('bob');
    await alice.page.getByRole('menuitem', { name: /@bob/ }).click();
    await alice.page.getByRole('main', { name: 'bob' }).waitFor();
    await bob.accept('alice');
    await alice.say('nobody else can read this');
    await bob.seesMessage('nobody else can read this');
    await bob.say('I can');
    await alice.seesMessage('I can');
    await alice.page.getByRole('img', { name: 'Encrypted' }).first().waitFor();
  }, 60_000);

  test('nothing moves when the banner comes that asks to keep the key, and it covers nothing', async () => {
    const carol = await Person.signUp(browser, server, 'carol');
    const boxes = async () => {
      const [main, list] = await Promise.all([carol.page.getByRole('main').boundingBox(), carol.page.locator('#conversation-list').boundingBox()]);
      return { main, list };
    };
    const before = await boxes();
    await carol.createRoom({ name: 'Diary' });
    const banner = carol.page.getByRole('status').filter({ hasText: 'Keep your recovery key' });
    await banner.waitFor();
    expect(await boxes()).toEqual(before);
    const [list, box] = await Promise.all([carol.inbox.boundingBox(), banner.boundingBox()]);
    expect(list!.y + list!.height).toBeLessThanOrEqual(box!.y + 1);
    expect(box!.y + box!.height).toBeLessThanOrEqual(before.list!.y + before.list!.height + 1);
    const row = await carol.conversation('Diary').boundingBox();
    await banner.getByRole('button', { name: 'Dismiss' }).click();
    await banner.waitFor({ state: 'detached' });
    expect(await carol.conversation('Diary').boundingBox()).toEqual(row);
    await carol[Symbol.asyncDispose]();
  }, 60_000);

  test('the recovery key is shown once there is something to lose, and asked to be kept', async () => {
    await alice.page.getByRole('button', { name: 'Keep it now' }).click();
    recoveryKey = (await alice.dialog.locator('[data-recovery-key]').innerText()).trim();
    expect(recoveryKey).toMatch(/^(\w{4} ){11}\w{4}$/);
    await alice.dialog.getByRole('button', { name: 'I have kept it' }).click();
    await alice.sees('Where have you kept it?');
    const [download] = await Promise.all([alice.page.waitForEvent('download'), alice.dialog.getByRole('button', { name: 'Save as a file' }).click()]);
    expect(download.suggestedFilename()).toMatch(/recovery-key.*\.txt$/);
    await alice.dialog.getByRole('button', { name: 'I have kept it' }).click();
    await alice.page.getByText('Keep your recovery key').first().waitFor({ state: 'detached' });
  }, 60_000);

  test('a new device reads what was said before, after the recovery key was entered; a wrong one is told', async () => {
    const phone = await Person.signIn(browser, server, 'alice');
    await phone.page.getByRole('button', { name: 'Unlock messages' }).first().click();
    await phone.dialog.getByLabel('Recovery key').fill('EsTx 1234');
    await phone.dialog.getByRole('button', { name: 'Use the recovery key' }).click();
    await phone.sees('This is not a whole recovery key');
    await phone.dialog.getByLabel('Recovery key').fill(recoveryKey);
    await phone.dialog.getByRole('button', { name: 'Use the recovery key' }).click();
    await phone.sees('Your messages are unlocked');
    await phone.openRoom('bob');
    await phone.seesMessage('nobody else can read this');
    await phone.say('from the phone');
    await bob.seesMessage('from the phone');
    expect(phone.troubles).toEqual([]);
    await phone[Symbol.asyncDispose]();
  }, 90_000);

  test('a new device is confirmed from another by comparing emoji', async () => {
    const tablet = await Person.signIn(browser, server, 'alice');
    await tablet.page.getByRole('button', { name: 'Unlock messages' }).first().click();
    await tablet.page.getByRole('button', { name: 'Confirm from another device' }).click();
    await alice.page.getByRole('button', { name: 'Go on' }).click();
    const [one, two] = [alice.page.locator('[data-emoji]'), tablet.page.locator('[data-emoji]')];
    await Promise.all([one.waitFor(), two.waitFor()]);
    expect(await one.innerText()).toBe(await two.innerText());
    await alice.page.getByRole('button', { name: 'They are the same' }).click();
    await tablet.page.getByRole('button', { name: 'They are the same' }).click();
    await tablet.sees(/device is confirmed/);
    await tablet.dialog.getByRole('button', { name: 'Close' }).first().click();
    await alice.dialog.getByRole('button', { name: 'Close' }).first().click();
    await tablet.openRoom('bob');
    await tablet.seesMessage('nobody else can read this');
    await tablet[Symbol.asyncDispose]();
  }, 90_000);

  test('emoji that differ end it with a warning', async () => {
    const other = await Person.signIn(browser, server, 'alice');
    await other.page.getByRole('button', { name: 'Unlock messages' }).first().click();
    await other.page.getByRole('button', { name: 'Confirm from another device' }).click();
    await alice.page.getByRole('button', { name: 'Go on' }).click();
    await alice.page.locator('[data-emoji]').waitFor();
    await alice.page.getByRole('button', { name: 'They differ' }).click();
    await alice.sees('The emoji differ');
    await other.sees('The verification has ended');
    await other[Symbol.asyncDispose]();
    await alice.dialog.getByRole('button', { name: 'Close' }).first().click();
  }, 90_000);

  test('encryption state is told in the settings, and starting over makes a new identity', async () => {
    await bob.goTo('#/settings/security');
    await bob.sees('This device is trusted');
    await bob.sees('Messages are backed up');
    await bob.page.getByRole('button', { name: 'Start over' }).click();
    await bob.dialog.getByRole('button', { name: 'Start over' }).click();
    // The server asks for the password before it takes a second identity.
    await bob.dialog.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
    await bob.dialog.getByRole('button', { name: 'Confirm' }).click();
    await bob.dialog.locator('[data-recovery-key]').waitFor();
    await bob.dialog.getByRole('button', { name: 'Later' }).click();
    await bob.sees('This device is trusted');
  }, 90_000);

  test('the pages had no errors', () => {
    expect([...alice.troubles, ...bob.troubles]).toEqual([]);
  });
});
