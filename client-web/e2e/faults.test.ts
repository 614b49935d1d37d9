/** Servers and browsers that fail, each in their own way: the person is told what happened and what to do, and loses nothing. */
import { expect, jest, test } from '@jest/globals';
import type { Route } from 'playwright-core';
import { inBrowser } from './in-browser.ts';
import { PASSWORD, Person } from './person.ts';
import { useStage } from './stage.ts';

const DAY_MS = 86_400_000;

jest.setTimeout(120_000);

inBrowser('faults', () => {
  const stage = useStage();
  let people = 0;

  /** A new person with the host in a room that is open. */
  async function inRoom(prepare?: (person: Person) => Promise<void>): Promise<{ alice: Person; roomId: string; name: string }> {
    const alice = await Person.signUp(stage.browser, stage.server, `alice${++people}`);
    await prepare?.(alice);
    return { alice, ...(await stage.room(alice)) };
  }

  const refuse = (status: number, body: object) => async (route: Route) =>
    route.fulfill({ status, contentType: 'application/json', headers: { 'access-control-allow-origin': '*' }, body: JSON.stringify(body) });
  const write = async (alice: Person, text: string): Promise<void> => {
    await alice.field.fill(text);
    await alice.press('Enter');
  };

  test.each([
    ['asks to wait', 429, { errcode: 'M_LIMIT_EXCEEDED', error: 'slower', retry_after_ms: 300 }],
    ['fails', 500, { errcode: 'M_UNKNOWN', error: 'oh' }],
    ['is not there behind its proxy', 502, {}],
  ])('a server that %s when something is sent gets it once, in order', async (_how, status, body) => {
    const { alice, roomId } = await inRoom();
    await using _alice = alice;
    let refused = 0;
    await alice.page.route('**/send/m.room.message/**', async (route) => (refused++ < 2 ? refuse(status, body)(route) : route.continue()));
    await write(alice, 'first');
    await write(alice, 'second');
    await alice.message('second').and(alice.page.locator('[data-state="sent"]')).waitFor();
    expect(refused).toBeGreaterThan(2);
    expect(await stage.said(roomId, alice.userId)).toEqual(['first', 'second']);
    expect(alice.troubles).toEqual([]);
  });

  test('a server that answers nothing but errors is said to be away, and all is there when it is back', async () => {
    const { alice, roomId } = await inRoom();
    await using _alice = alice;
    await alice.page.route('**/_matrix/client/**', refuse(500, { errcode: 'M_UNKNOWN', error: 'oh' }));
    await stage.host.say(roomId, { body: 'while you were away' });
    await alice.sees(/does not answer\. Trying again/);
    await write(alice, 'written meanwhile');
    await alice.page.unroute('**/_matrix/client/**');
    await alice.page.getByRole('button', { name: 'Try again' }).first().click();
    await alice.seesMessage('while you were away');
    await alice.message('written meanwhile').and(alice.page.locator('[data-state="sent"]')).waitFor();
    await alice.page.getByText(/does not answer/).waitFor({ state: 'detached' });
    expect(await stage.said(roomId, alice.userId)).toEqual(['written meanwhile']);
  });

  test('a server that ends the session: signing in again sends what was written, and the draft is still there', async () => {
    const { alice, roomId, name } = await inRoom();
    await using _alice = alice;
    await alice.say('before');
    const other = await stage.host.createRoom({ name: `${name} too`, preset: 'private_chat', invite: [alice.userId] });
    await alice.accept(`${name} too`);
    await alice.field.fill('half a thought');
    await alice.openRoom(name);

    await alice.page.route('**/send/m.room.message/**', refuse(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'who?' }));
    await write(alice, 'not sent yet');
    const elsewhere = await Person.signIn(stage.browser, stage.server, alice.name);
    await elsewhere.page.evaluate(async () => {
      const token = await new Promise<string>((resolve) => {
        const opening = indexedDB.open('nexuscomm');
        opening.onsuccess = () => {
          const asking = opening.result.transaction('accounts').objectStore('accounts').getAll();
          asking.onsuccess = () => resolve((asking.result as { accessToken: string }[])[0]!.accessToken);
        };
      });
      await fetch('/_matrix/client/v3/logout/all', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    });
    await elsewhere[Symbol.asyncDispose]();

    await alice.sees(/has been signed out by its server/);
    await alice.page.unroute('**/send/m.room.message/**');
    await alice.page.getByRole('button', { name: 'Sign in again' }).click();
    expect(await alice.page.locator('input[name="username"]').inputValue()).toBe(alice.userId);
    await alice.sees(/have written and not sent yet is still here/);
    await alice.page.locator('input[name="password"]').fill(PASSWORD);
    await alice.page.locator('button[type="submit"]').click();
    await alice.page.locator('[data-state="syncing"]').first().waitFor();
    await alice.openRoom(name);
    await alice.message('not sent yet').and(alice.page.locator('[data-state="sent"]')).waitFor();
    expect(await stage.said(roomId, alice.userId)).toEqual(['before', 'not sent yet']);
    await alice.openRoom(`${name} too`);
    expect(await alice.field.inputValue()).toBe('half a thought');
    expect(await stage.said(other, alice.userId)).toEqual([]);
    expect(alice.troubles).toEqual([]);
  });

  test('a server of another age says so at its name', async () => {
    const page = await stage.browser.newPage();
    await page.route('**/_matrix/client/versions', refuse(200, { versions: ['r0.5.0', 'r0.6.1'] }));
    await page.goto(stage.server.url);
    await page.getByText(/software is too old for this client\. Its administrator can update it/).waitFor();
    await page.close();
  });

  test('a full disk costs what is kept, not what is said', async () => {
    const { alice, roomId } = await inRoom(async (person) => {
      await person.page.addInitScript(() => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException('The disk is full.', 'QuotaExceededError');
        };
      });
      await person.page.reload();
      await person.page.locator('[data-state="syncing"]').first().waitFor();
    });
    await using _alice = alice;
    await write(alice, 'said all the same');
    await alice.message('said all the same').and(alice.page.locator('[data-state="sent"]')).waitFor();
    await alice.sees(/The disk is full/);
    expect(await stage.said(roomId, alice.userId)).toEqual(['said all the same']);
  });

  test.each([
    ['ahead', 3 * DAY_MS],
    ['behind', -3 * DAY_MS],
  ])('a clock that is days %s: messages keep their order, and nothing is sent twice', async (_how, offset) => {
    const { alice, roomId } = await inRoom(async (person) => {
      await person.page.addInitScript((by) => {
        const now = Date.now.bind(Date);
        Date.now = () => now() + by;
        globalThis.Date = new Proxy(Date, {
          construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now() + by] : given, made) as Date,
        });
      }, offset);
      await person.page.reload();
      await person.page.locator('[data-state="syncing"]').first().waitFor();
    });
    await using _alice = alice;
    await stage.host.say(roomId, { body: 'one' });
    await alice.seesMessage('one');
    await alice.say('two');
    await stage.host.say(roomId, { body: 'three' });
    await alice.seesMessage('three');
    await alice.say('four');
    const shown = await alice.messages.getByRole('article').allTextContents();
    const order = ['one', 'two', 'three', 'four'].map((word) => shown.findIndex((text) => text.endsWith(word) || text.includes(word)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(await stage.said(roomId, alice.userId)).toEqual(['two', 'four']);
    expect(alice.troubles).toEqual([]);
  });
});
