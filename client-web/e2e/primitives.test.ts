/** The primitives in a browser: read by axe in each theme, walked by keyboard, under the policy of the product. */
import AxeBuilder from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { inBrowser } from './in-browser.ts';
import { serveStatic, type StaticServer } from './static-server.ts';

let folder: string;
let server: StaticServer;
let browser: Browser;
let page: Page;
/** What the policy refused, and what failed. */
let troubles: string[];

async function open(appearance: Record<string, string> = {}, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  const opened = await context.newPage();
  opened.on('console', (message) => {
    // One avatar's picture is missing on purpose.
    if (message.type() === 'error' && !message.location().url.endsWith('/missing.png')) troubles.push(message.text());
  });
  opened.on('pageerror', (error) => troubles.push(String(error)));
  await opened.addInitScript((chosen) => localStorage.setItem('nexuscomm.appearance', JSON.stringify({ language: 'en', ...chosen })), appearance);
  await opened.goto(`${server.url}/gallery.html`);
  await opened.getByText('Weekend crew').waitFor();
  return opened;
}

/** What has the focus, by the name a screen reader says. */
const focused = async (): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return '';
    const labelled = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
    const label = element.getAttribute('aria-label') ?? labelled.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    return (label || element.textContent || '').trim();
  });

const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

inBrowser('primitives', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nexuscomm-gallery-'));
    await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'build-gallery.ts'), folder]);
    server = await serveStatic(folder);
    browser = await launchChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    troubles = [];
  });

  afterEach(async () => {
    await page.context().close();
    expect(troubles).toEqual([]);
  });

  test.each(['light', 'dark', 'contrast'])(
    'axe finds nothing in the %s theme, with and without a dialog',
    async (theme) => {
      page = await open({ theme });
      const complaints = async (part = 'html'): Promise<string[]> =>
        (await new AxeBuilder({ page }).include(part).analyze()).violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
        );
      expect(await complaints()).toEqual([]);
      await page.getByRole('button', { name: 'Dialog' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await complaints('[role=dialog]')).toEqual([]);
      await press('Escape');
      await page.getByRole('button', { name: 'Menu', exact: true }).click();
      await page.getByRole('menu').waitFor();
      expect(await complaints('[role=menu]')).toEqual([]);
    },
    90_000,
  );

  test('themes and densities are on <html>, and outlast a reload', async () => {
    page = await open();
    const themed = async (): Promise<unknown> => page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)));
    expect(await themed()).toMatchObject({ theme: 'system', density: 'cosy' });
    const ground = async (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
    await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
  });

  test('storage that is blocked costs the memory only', async () => {
    page = await open();
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('blocked', 'SecurityError');
        },
      });
    });
    await page.reload();
    await page.getByText('Weekend crew').waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('system');
  });

  test('German is loaded when it is chosen', async () => {
    page = await open({ language: 'de' });
    await page.getByText('Lädt').or(page.getByText('Noch einmal versuchen')).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  });

  test('tab goes from control to control, once through radios and tabs', async () => {
    page = await open();
    await page.getByRole('button', { name: 'Primary' }).focus();
    await press('Tab', 'Tab', 'Tab');
    expect(await focused()).toBe('Danger');
    await page.getByRole('checkbox', { name: 'Not chosen' }).focus();
    await press('Space');
    expect(await page.getByRole('checkbox', { name: 'Not chosen' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: /Mentions/ }).focus();
    await press('ArrowRight');
    expect(await page.getByRole('radio', { name: /Everything/ }).isChecked()).toBe(true);
    await page.getByRole('tab', { name: 'General' }).focus();
    await press('ArrowRight');
    await page.getByText('Who is here.').waitFor();
    await press('End');
    await page.getByText('What was shared.').waitFor();
  });

  test('focus is seen', async () => {
    page = await open();
    await page.getByRole('button', { name: 'Primary' }).focus();
    await press('Tab');
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
      return `${outlineStyle} ${outlineWidth}`;
    });
    expect(outline).toBe('solid 2px');
  });

  test('a dialog takes the focus, keeps it, and gives it back', async () => {
    page = await open();
    const trigger = page.getByRole('button', { name: 'Dialog' });
    await trigger.focus();
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Create a room' });
    await dialog.waitFor();
    expect(await focused()).toContain('Name');
    for (let step = 0; step < 8; step++) {
      await press('Tab');
      expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    }
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Dialog');
  });

  test('a question waits on the harmless answer', async () => {
    page = await open();
    await page.getByRole('button', { name: 'Confirm' }).focus();
    await press('Enter');
    await page.getByRole('alertdialog', { name: 'Leave Weekend crew?' }).waitFor();
    expect(await focused()).toBe('Cancel');
    await press('Escape');
    await page.getByText('You stayed').waitFor();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe('Confirm');
    await press('Enter');
    await page.getByRole('button', { name: 'Leave room' }).click();
    await page.getByText('You left Weekend crew').waitFor();
  });

  test('a menu by arrows, letters, submenu and Escape', async () => {
    page = await open();
    await page.getByRole('button', { name: 'Menu', exact: true }).focus();
    await press('ArrowDown');
    await page.getByRole('menu').waitFor();
    expect(await focused()).toContain('Reply');
    await press('ArrowDown', 'ArrowDown');
    expect(await focused()).toContain('Snooze');
    await press('ArrowRight');
    await page.getByRole('menuitem', { name: 'Tonight' }).waitFor();
    expect(await focused()).toBe('Tonight');
    await press('ArrowLeft', 'd');
    expect(await focused()).toContain('Delete');
    await press('Escape');
    await page.getByRole('menu').first().waitFor({ state: 'detached' });
    expect(await focused()).toBe('Menu');
  });

  test('a menu under an icon button with a tooltip', async () => {
    page = await open();
    const more = page.getByRole('button', { name: 'More actions' });
    await more.focus();
    await press('Enter');
    await page.getByRole('menuitem', { name: 'Mark unread' }).waitFor();
    await press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    expect(await focused()).toBe('More actions');
  });

  test('a context menu where the pointer is, and by the keyboard', async () => {
    page = await open();
    const area = page.getByText('Right click or press long');
    await area.click({ button: 'right', position: { x: 40, y: 20 } });
    const menu = page.getByRole('menu', { name: 'Message' });
    await menu.waitFor();
    const box = (await menu.boundingBox())!;
    const at = (await area.boundingBox())!;
    expect(Math.abs(box.x - at.x - 40)).toBeLessThan(24);
    await press('ArrowDown', 'Escape');
    await menu.waitFor({ state: 'detached' });
  });

  test('a select', async () => {
    page = await open();
    await page.getByRole('button', { name: /home\.example/ }).focus();
    await press('Enter');
    await page.getByRole('listbox').waitFor();
    await press('ArrowDown', 'Enter');
    await page.getByRole('button', { name: /work\.example/ }).waitFor();
  });

  test('a toast tells, waits under the pointer, and undoes', async () => {
    page = await open();
    await page.clock.install();
    await page.getByRole('button', { name: 'Toast with undo' }).click();
    const toast = page.getByRole('listitem').filter({ hasText: 'Marked as done' });
    await toast.hover();
    await page.clock.fastForward(20_000);
    expect(await toast.count()).toBe(1);
    await page.getByRole('button', { name: /Undo/ }).click();
    await page.getByText('Undone 1').waitFor();
    await page.clock.fastForward(1_000);
    await toast.waitFor({ state: 'detached' });
    await page.mouse.move(5, 5);
    await page.getByRole('button', { name: 'Success' }).click();
    await page.getByText('The link is copied').waitFor();
    await page.mouse.move(600, 500);
    await page.clock.fastForward(5_500);
    await page.clock.fastForward(500);
    await page.getByText('The link is copied').waitFor({ state: 'detached' });
  });

  test('a pane is resized by keyboard', async () => {
    page = await open();
    const handle = page.getByRole('separator', { name: 'Resize Inbox' });
    await handle.focus();
    await press('ArrowRight', 'ArrowRight', 'ArrowLeft');
    expect(await handle.getAttribute('aria-valuenow')).toBe('196');
    await press('Home');
    expect(await handle.getAttribute('aria-valuenow')).toBe('96');
    await press('Enter');
    expect(await handle.getAttribute('aria-valuenow')).toBe('180');
  });

  test('a password is shown and hidden', async () => {
    page = await open();
    await page.getByRole('button', { name: 'Show password' }).click();
    expect(await page.locator('input[value="correct horse"]').getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Hide password' }).click();
    expect(await page.locator('input[value="correct horse"]').getAttribute('type')).toBe('password');
  });

  test('a phone: nothing is wider than the screen, and dialogs come from below', async () => {
    page = await open({}, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.getByRole('button', { name: 'Dialog' }).tap();
    const box = (await page.getByRole('dialog').boundingBox())!;
    expect(box.width).toBe(360);
    expect(Math.round(box.y + box.height)).toBe(740);
  });
});
