/** Written or put away without a network, in a window that is killed: it reaches the server all the same, once, in order. */
import { beforeAll, expect, jest, test } from '@jest/globals';
import type { CDPSession } from 'playwright-core';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';
import { useStage } from './stage.ts';

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

const DEATHS = ['closed', 'crashed'] as const;
type Death = (typeof DEATHS)[number];

jest.setTimeout(180_000);

inBrowser('offline', () => {
  const stage = useStage();
  let bob: Person;
  let people = 0;
  /** New with each try of a test. */
  const nameOf = (person: string): string => `${person}-${++people}`;

  beforeAll(async () => {
    bob = await Person.signUp(stage.browser, stage.server, 'bob');
  });

  /** What the window keeps in its database: all that is left when it is killed. */
  async function kept(person: Person, table: 'outbox' | 'changes'): Promise<number> {
    return person.page.evaluate(
      async (name) =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open('nexuscomm');
          opening.onerror = () => reject(new Error('no database'));
          opening.onsuccess = () => {
            const database = opening.result;
            const counting = database.transaction(name).objectStore(name).count();
            counting.onsuccess = () => {
              database.close();
              resolve(counting.result);
            };
            counting.onerror = () => reject(new Error('not counted'));
          };
        }),
      table,
    );
  }

  /** Of this window alone: a crashed one no longer answers when the network is to come back. */
  async function cutOff(person: Person): Promise<CDPSession> {
    const session = await person.context.newCDPSession(person.page);
    await session.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
    return session;
  }

  async function die(person: Person, death: Death, session: CDPSession): Promise<void> {
    if (death === 'closed') return person.page.close({ runBeforeUnload: false });
    const crashed = person.page.waitForEvent('crash');
    // The renderer is gone before it can answer.
    void session.send('Page.crash').catch(() => {});
    await crashed;
  }

  for (const death of DEATHS) {
    test(`ten messages of a window that ${death}`, async () => {
      await using alice = await Person.signUp(stage.browser, stage.server, nameOf('alice'));
      const name = `Garden ${people}`;
      const roomId = await stage.host.createRoom({ name, preset: 'private_chat', invite: [alice.userId, bob.userId] });
      await alice.accept(name);
      await bob.accept(name);
      await alice.say('before');
      await bob.seesMessage('before');

      const session = await cutOff(alice);
      for (const word of WORDS) {
        await alice.field.fill(`offline ${word}`);
        await alice.press('Enter');
      }
      await alice.message('offline nine').waitFor();
      expect(await alice.message('offline nine').getAttribute('data-state')).not.toBe('sent');
      while ((await kept(alice, 'outbox')) < WORDS.length) await alice.page.waitForTimeout(50);
      await die(alice, death, session);

      const again = await alice.openWindow();
      const wanted = WORDS.map((word) => `offline ${word}`);
      await bob.seesMessage('offline nine');
      const shown = await bob.messages.getByRole('article').filter({ hasText: 'offline' }).allInnerTexts();
      expect(shown.map((text) => /offline \w+/.exec(text)?.[0])).toEqual(wanted);
      expect(await stage.said(roomId, alice.userId)).toEqual(['before', ...wanted]);
      await again.openRoom(name);
      await again.message('offline nine').and(again.page.locator('[data-state="sent"]')).waitFor();
      expect(again.troubles).toEqual([]);
    });

    test(`what is put away, snoozed and marked in a window that ${death}`, async () => {
      await using carol = await Person.signUp(stage.browser, stage.server, nameOf('carol'));
      const names = ['Archive', 'Harbour', 'Kitchen', 'Library'].map((name) => `${name} ${people}`);
      const [archive, harbour, kitchen, library] = names as [string, string, string, string];
      const rooms = new Map<string, string>();
      for (const name of names) {
        rooms.set(name, await stage.host.createRoom({ name, preset: 'private_chat', invite: [carol.userId] }));
        await carol.accept(name);
      }
      await carol.goTo('#/inbox/everything');
      for (const name of names) await stage.host.say(rooms.get(name)!, { body: `News of ${name}` });
      for (const name of names) await carol.conversation(name).getByText('Unread').waitFor({ state: 'attached' });
      await carol.leaveInbox();

      const session = await cutOff(carol);
      const chooses = async (name: string, item: string | RegExp): Promise<void> => {
        await carol.conversation(name).click({ button: 'right' });
        await carol.page.getByRole('menuitem', { name: item }).click();
        await carol.leaveInbox();
      };
      await chooses(archive, 'Done');
      await carol.noLongerSeesInInbox(archive);
      await chooses(harbour, 'Snooze');
      await carol.dialog.getByRole('textbox').fill('tomorrow 9am');
      await carol.dialog.getByRole('button', { name: /^Snooze/ }).click();
      await carol.noLongerSeesInInbox(harbour);
      await chooses(kitchen, 'Add to favourites');
      await carol.conversation(kitchen).getByLabel('Favourite').waitFor();
      await chooses(library, 'Mark as read');
      await carol.conversation(library).getByText('Unread').waitFor({ state: 'detached' });
      expect(await carol.page.getByText(/could not|try again/i).count()).toBe(0);
      while ((await kept(carol, 'changes')) < 4) await carol.page.waitForTimeout(50);
      await die(carol, death, session);

      const holds = async (person: Person): Promise<void> => {
        await person.conversation(kitchen).getByLabel('Favourite').waitFor();
        await person.conversation(library).getByText('Unread').waitFor({ state: 'detached' });
        await person.noLongerSeesInInbox(archive);
        await person.noLongerSeesInInbox(harbour);
        await person.conversation(kitchen).getByText('Unread').waitFor({ state: 'attached' });
      };
      const again = await carol.openWindow();
      await holds(again);
      await using elsewhere = await Person.signIn(stage.browser, stage.server, carol.name);
      await holds(elsewhere);
      expect([...again.troubles, ...elsewhere.troubles]).toEqual([]);
    });
  }
});
