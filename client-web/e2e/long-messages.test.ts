/** Messages that are higher than anybody wants to scroll: their start is shown, the rest on request, and nothing jumps. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';
import { useStage } from './stage.ts';

/** px: what is shown of a message, with its sender and the button. */
const MOST_HEIGHT = 640;
/** Elements of one message before all of it is shown. */
const MOST_ELEMENTS = 2_000;

jest.setTimeout(120_000);

inBrowser('long messages', () => {
  const stage = useStage();
  let alice: Person;

  beforeAll(async () => {
    alice = await Person.signUp(stage.browser, stage.server, 'alice');
  });
  afterAll(() => {
    expect(alice?.troubles ?? []).toEqual([]);
  });

  const room = async (): Promise<string> => (await stage.room(alice)).roomId;

  const heightOf = async (message: Locator): Promise<number> => (await message.boundingBox())!.height;
  const topOf = async (message: Locator): Promise<number> => message.evaluate((element) => element.getBoundingClientRect().top);
  const html = (body: string, formatted: string): Record<string, unknown> => ({
    body,
    format: 'org.matrix.custom.html',
    formatted_body: formatted,
  });

  const code = Array.from({ length: 2_000 }, (_, index) => `let v${index} = ${index};`).join('\n');
  test.each([
    // Line breaks are two bytes of an event, which has 64 kB.
    ['30,000 line breaks', { body: `first${'\n'.repeat(30_000)}last` }],
    ['one line of 60 kB', { body: `first${'a'.repeat(60_000)}last` }],
    ['words of 60 kB', { body: `first ${'word '.repeat(12_000)}last` }],
    ['2,000 lines of code', html('first', `first<pre><code class="language-js">${code}</code></pre>last`)],
    ['4,000 elements', html('first', `first${'<b>a</b> '.repeat(1_300)}${'<br>'.repeat(1_000)}last`)],
    ['a list of 1,000', html('first', `first<ol>${'<li>one</li>'.repeat(1_000)}</ol>last`)],
  ])('%s', async (_, content) => {
    const roomId = await room();
    await stage.host.say(roomId, { body: 'before' });
    await stage.host.say(roomId, content);
    const message = alice.message('first');
    const all = message.getByRole('button', { name: 'Show all' });
    await all.waitFor();
    expect(await heightOf(message)).toBeLessThan(MOST_HEIGHT);
    expect(await message.evaluate((element) => element.querySelectorAll('*').length)).toBeLessThan(MOST_ELEMENTS);
    expect(await message.getByText('last').count()).toBe(0);

    // It is the newest, at the end of the conversation: what was being read stays where it is, once it has come to rest.
    await alice.page.waitForTimeout(500);
    const top = await topOf(message);
    await all.click();
    await message.getByText('last').waitFor({ state: 'attached' });
    expect(await heightOf(message)).toBeGreaterThan(MOST_HEIGHT);
    await alice.page.waitForTimeout(300);
    expect(Math.abs((await topOf(message)) - top)).toBeLessThan(2);
    // A new message does not pull it away either.
    await stage.host.say(roomId, { body: 'after' });
    await alice.page.getByRole('button', { name: /new message/ }).waitFor();
    expect(Math.abs((await topOf(message)) - top)).toBeLessThan(2);

    const less = message.getByRole('button', { name: 'Show less' });
    await less.scrollIntoViewIfNeeded();
    // What comes into view with it may be less high than the list has thought.
    await alice.page.waitForTimeout(500);
    await less.click();
    await all.waitFor();
    expect(await heightOf(message)).toBeLessThan(MOST_HEIGHT);
    await alice.page.waitForTimeout(300);
    const seen = await topOf(message);
    const view = (await alice.messages.boundingBox())!;
    expect(seen).toBeGreaterThanOrEqual(view.y - 2);
    expect(seen).toBeLessThan(view.y + view.height);
  });

  test('what fits is shown whole, and a little more than that too', async () => {
    const roomId = await room();
    await stage.host.say(roomId, { body: `first${'\nline'.repeat(22)}\nlast` });
    await alice.message('first').getByText('last').waitFor();
    expect(await alice.message('first').getByRole('button', { name: 'Show all' }).count()).toBe(0);
    expect(await alice.message('first').evaluate((element) => element.scrollHeight)).toBeGreaterThan(400);
  });

  test('what was opened stays so while somebody scrolls away and back', async () => {
    const roomId = await room();
    await stage.host.say(roomId, { body: `first${'\nline'.repeat(300)}\nlast` });
    await alice.message('first').getByRole('button', { name: 'Show all' }).waitFor();
    await alice.page.waitForTimeout(500);
    await alice.message('first').getByRole('button', { name: 'Show all' }).click();
    for (let index = 0; index < 40; index++) await stage.host.say(roomId, { body: `and ${index}` });
    await alice.page.getByRole('button', { name: /new messages|newest messages/ }).click();
    await alice.seesMessage('and 39');
    await alice.page.locator('article', { hasText: 'first' }).waitFor({ state: 'detached' });
    await alice.messages.hover();
    for (let turns = 0; turns < 50 && (await alice.message('first').count()) === 0; turns++) {
      await alice.page.mouse.wheel(0, -1_000);
      await alice.page.waitForTimeout(100);
    }
    await alice.message('first').getByText('last').waitFor({ state: 'attached' });
  });
});
