/** Written without a network, in a window that is killed: it is sent all the same, once, in order. */
import { beforeAll, expect, jest, test } from '@jest/globals';
import { inBrowser } from './in-browser.ts';
import { Person } from './person.ts';
import { useStage } from './stage.ts';

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

jest.setTimeout(180_000);

inBrowser('offline', () => {
  const stage = useStage();
  let bob: Person;

  beforeAll(async () => {
    bob = await Person.signUp(stage.browser, stage.server, 'bob');
  });

  /** What the window keeps in its database: all that is left when it is killed. */
  async function keptMessages(person: Person): Promise<number> {
    return person.page.evaluate(
      async () =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open('nexuscomm');
          opening.onerror = () => reject(new Error('no database'));
          opening.onsuccess = () => {
            const database = opening.result;
            const counting = database.transaction('outbox').objectStore('outbox').count();
            counting.onsuccess = () => {
              database.close();
              resolve(counting.result);
            };
            counting.onerror = () => reject(new Error('not counted'));
          };
        }),
    );
  }

  for (const death of ['closed', 'crashed'] as const) {
    test(`ten messages of a window that ${death}`, async () => {
      await using alice = await Person.signUp(stage.browser, stage.server, `alice-${death}`);
      const name = `Garden ${death}`;
      const roomId = await stage.host.createRoom({ name, preset: 'private_chat', invite: [alice.userId, bob.userId] });
      await alice.accept(name);
      await bob.accept(name);
      await alice.say('before');
      await bob.seesMessage('before');

      // Of this window alone: a crashed one no longer answers when the network is to come back.
      const session = await alice.context.newCDPSession(alice.page);
      await session.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
      for (const word of WORDS) {
        await alice.field.fill(`offline ${word}`);
        await alice.press('Enter');
      }
      await alice.message('offline nine').waitFor();
      expect(await alice.message('offline nine').getAttribute('data-state')).not.toBe('sent');
      while ((await keptMessages(alice)) < WORDS.length) await alice.page.waitForTimeout(50);
      if (death === 'closed') await alice.page.close({ runBeforeUnload: false });
      else {
        const crashed = alice.page.waitForEvent('crash');
        // The renderer is gone before it can answer.
        void session.send('Page.crash').catch(() => {});
        await crashed;
      }

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
  }
});
