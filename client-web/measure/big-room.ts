/**
 * `npm run measure:client -- --members 20000`: joins a room of so many members that other servers hold, in the built client in
 * Chromium, and prints how long the person waits, and the longest time the page does not answer: joining, writing, the list of
 * members, finding one, mentioning one, starting again.
 */
import { makeCertificates } from '@nexuscomm/homeserver/testing/certificates.ts';
import { startResidentServer } from '@nexuscomm/bench/src/federation/resident-server.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { startFederatedHomeserver } from '../e2e/federated-homeserver.ts';
import { Person } from '../e2e/person.ts';

const PATIENCE_MS = 120_000;
const SETTLED_MS = 3_000;

export interface Wait {
  readonly what: string;
  /** ms until it is seen */
  readonly wait: number;
  /** ms of the longest task of the page's thread, up to three seconds after; 0 if none was over 50 */
  readonly longestTask: number;
}

/** What `take` has left: durations of tasks, ms. */
declare global {
  interface Window {
    longTasks: number[];
  }
}

export async function measureBigRoom(members: number): Promise<Wait[]> {
  const waits: Wait[] = [];
  await using files = await makeCertificates();
  await using resident = await startResidentServer(members, files.authority);
  await using server = await startFederatedHomeserver(files);
  await using browser = await launchChromium();
  const ann = await Person.signUp(browser, server, 'ann');
  const watch = async (): Promise<void> =>
    ann.page.evaluate(() => {
      window.longTasks = [];
      new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    });
  const time = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now();
    await work();
    const wait = performance.now() - begun;
    await ann.page.waitForTimeout(SETTLED_MS);
    waits.push({ what, wait, longestTask: await ann.page.evaluate(() => Math.max(0, ...window.longTasks.splice(0))) });
  };
  await watch();
  await ann.joinsByAddress(`https://matrix.to/#/${encodeURIComponent(resident.roomId)}?via=${resident.via}`);
  await time(`joining, ${members} members`, async () => {
    await ann.dialog.getByRole('button', { name: /^Join/ }).click({ timeout: PATIENCE_MS });
    await ann.field.waitFor({ timeout: PATIENCE_MS });
  });
  await time('writing', async () => ann.say('Hello all of you'));
  await time('the list of members', async () => {
    await ann.head.getByRole('button', { name: 'People' }).click();
    await ann.panel
      .getByText(`Member ${members - 1}`)
      .or(ann.panel.getByText('Member 1', { exact: true }))
      .first()
      .waitFor();
  });
  const someone = `Member ${members - 2}`;
  await time('finding a member', async () => {
    await ann.panel.getByRole('searchbox').fill(someone);
    await ann.panel.getByText(someone, { exact: true }).waitFor();
  });
  await time('mentioning a member', async () => {
    await ann.types(`@${someone}`);
    await ann.page.getByRole('option').filter({ hasText: someone }).first().waitFor();
  });
  await ann.field.fill('');
  await time('starting again, until live', async () => {
    await ann.page.reload();
    await watch();
    await ann.page.locator('[data-live="true"]').waitFor();
  });
  if (ann.troubles.length > 0) throw new Error(ann.troubles.join('\n'));
  return waits;
}
