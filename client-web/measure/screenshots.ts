/**
 * `npm run screenshots`: pictures of the main screens, light and dark, on a desk and on a phone, of a small organisation on a
 * real server. `--out` says where to (docs/screenshots), `--only inbox` makes those whose name has it.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { hasChromium, launchChromium } from '../e2e/chromium.ts';
import { startHomeserver } from '../e2e/homeserver.ts';
import { seedOrganisation, type Organisation } from './organisation.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string', default: '' } } });
const out = values.out ?? join(import.meta.dirname, '..', '..', 'docs', 'screenshots');
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
type Size = keyof typeof SIZES;

interface Screen {
  readonly name: string;
  readonly show: (page: Page, world: Organisation, size: Size) => Promise<void>;
}

const goTo = async (page: Page, hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);
const home = async (page: Page): Promise<void> => goTo(page, '#/inbox/everything');
const openRoom = async (page: Page, roomId: string, query = ''): Promise<void> => {
  const account = await page.evaluate(() => document.querySelector<HTMLElement>('[data-account]')?.dataset['account'] ?? '');
  await goTo(page, `#/inbox/everything/${account}/${encodeURIComponent(roomId)}${query}`);
  await page.locator(`[data-room="${roomId}"] [data-event]`).last().waitFor();
  await page.getByRole('main').getByRole('textbox').last().waitFor();
};
const menu = async (page: Page, item: string): Promise<void> => {
  await home(page);
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByRole('menuitem', { name: item }).click();
  await page.getByRole('dialog').waitFor();
};

const SCREENS: readonly Screen[] = [
  {
    name: 'encryption',
    async show(page) {
      await home(page);
      await page.getByRole('button', { name: 'Keep it now' }).click();
      await page.getByRole('dialog').getByText('Recovery key').first().waitFor();
    },
  },
  {
    name: 'inbox',
    async show(page, { rooms }, size) {
      if (size === 'phone') {
        await home(page);
        await page.locator('[data-conversation]').nth(4).waitFor();
      } else await openRoom(page, rooms.engineering);
    },
  },
  { name: 'conversation', show: async (page, { rooms }) => openRoom(page, rooms.design) },
  {
    name: 'thread',
    async show(page, { rooms, thread }) {
      await openRoom(page, rooms.engineering, `?thread=${encodeURIComponent(thread)}`);
      await page.getByRole('complementary').getByText('Then Thursday it is').waitFor();
    },
  },
  {
    name: 'room-info',
    async show(page, { rooms }) {
      await openRoom(page, rooms.design, '?panel=info');
      await page.getByRole('complementary').waitFor();
    },
  },
  {
    name: 'palette',
    async show(page, { rooms }) {
      await openRoom(page, rooms.design);
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.type('de');
      await page.getByRole('dialog').getByRole('menuitem').first().waitFor();
    },
  },
  {
    name: 'settings',
    async show(page) {
      await goTo(page, '#/settings/profile');
      await page.getByRole('heading', { name: 'Settings' }).or(page.getByText('Profile')).first().waitFor();
    },
  },
  {
    name: 'appearance',
    async show(page) {
      await goTo(page, '#/settings/appearance');
      await page.getByText('Density').first().waitFor();
    },
  },
  { name: 'create-room', show: async (page) => menu(page, 'Create a room') },
  {
    name: 'directory',
    async show(page) {
      await menu(page, 'Browse rooms');
      await page.getByRole('dialog').getByText('Book club').waitFor();
    },
  },
  {
    name: 'snooze',
    async show(page, { rooms }) {
      await openRoom(page, rooms.design);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.keyboard.press('h');
      await page.getByRole('dialog').waitFor();
      await page.getByRole('dialog').getByRole('textbox').fill('friday 9am');
      await page.getByRole('button', { name: /^Snooze,/ }).waitFor();
    },
  },
  {
    name: 'snoozed',
    async show(page) {
      await goTo(page, '#/inbox/snoozed');
      await page.getByText('Autumn offsite').waitFor();
    },
  },
];

/** Pictures are there, and nothing moves. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map(async (image) => image.decode().catch(() => {})));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
  await page.waitForFunction(() =>
    document.getAnimations().every((animation) => animation.playState !== 'running' || animation.effect?.getTiming().iterations === Infinity),
  );
}

async function take(page: Page, name: string, size: Size): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.mouse.move(0, 0);
    await settled(page);
    const picture = await page.screenshot();
    // A palette of 256 colours: a third of the bytes.
    await sharp(picture)
      .png({ palette: true, quality: 90, compressionLevel: 9, effort: 10 })
      .toFile(join(out, `${name}-${size}-${theme}.png`));
  }
  process.stdout.write(`${name}-${size}\n`);
}

async function pagesOf(browser: Browser, serverUrl: string, world: Organisation, size: Size): Promise<void> {
  const context = await browser.newContext({
    viewport: SIZES[size],
    deviceScaleFactor: 1,
    hasTouch: size === 'phone',
    isMobile: size === 'phone',
    permissions: ['clipboard-write'],
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(serverUrl);
  await page.locator('input[name=username]').waitFor();
  if ('welcome'.includes(values.only)) await take(page, 'welcome', size);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('input[name=username]').fill(world.me.name);
  await page.locator('input[name=password]').fill(world.me.password);
  await page.locator('button[type=submit]').click();
  await page.locator('[data-state="syncing"]').first().waitFor({ state: 'attached' });
  await page.locator('[data-conversation]').nth(4).waitFor();
  let keptKey = false;
  for (const { name, show } of SCREENS) {
    if (!name.includes(values.only) && name !== 'encryption') continue;
    if (name === 'encryption' && size === 'phone') continue;
    try {
      await show(page, world, size);
      if (name.includes(values.only)) await take(page, name, size);
    } catch (error) {
      process.stdout.write(`${name}-${size} could not be made: ${(error as Error).message.split('\n')[0]}\n`);
      await page.screenshot({ path: join(out, `failed-${name}-${size}.png`) });
      process.exitCode = 1;
    }
    if (name === 'encryption' && !keptKey) {
      keptKey = true;
      await page.getByRole('button', { name: 'Copy key' }).click();
      await page.getByRole('button', { name: 'I have kept it' }).click();
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await context.close();
}

if (!hasChromium()) process.exit(1);
await mkdir(out, { recursive: true });
await using server = await startHomeserver();
const world = await seedOrganisation(server.url);
const browser = await launchChromium();
try {
  for (const size of ['desk', 'phone'] as const) await pagesOf(browser, server.url, world, size);
} finally {
  await browser.close();
}
