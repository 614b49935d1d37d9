/**
 * `npm run measure:client`: measures the built client in Chromium against a real server on this machine: first load, the inbox
 * of 2,000 rooms painted from what was kept, switching rooms, scrolling 10,000 messages, the size of the first script.
 * Prints a table with the targets; the exit code is 1 if one is missed. `--rooms` and `--messages` make it smaller; `--members`
 * measures a room of so many instead (big-room.ts).
 */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import { hasChromium, launchChromium } from '../e2e/chromium.ts';
import { startHomeserver } from '../e2e/homeserver.ts';
import { measureBigRoom } from './big-room.ts';
import { ApiUser, inParallel, sentence } from './seed.ts';

const { values } = parseArgs({
  options: { rooms: { type: 'string', default: '2000' }, messages: { type: 'string', default: '10000' }, members: { type: 'string' } },
});
const ROOMS = Number(values.rooms);
const MESSAGES = Number(values.messages);
const SWITCHES = 60;
const SETTLED_MS = 5_000;
const LOADS = 5;
const PASSWORD = 'measure me gently';
const DIST = join(import.meta.dirname, '..', 'dist');

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
}
const figures: Figure[] = [];
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const percentile = (values_: readonly number[], share: number): number =>
  values_.toSorted((a, b) => a - b)[Math.min(values_.length - 1, Math.floor(values_.length * share))] ?? NaN;
const median = (values_: readonly number[]): number => percentile(values_, 0.5);

if (!hasChromium()) process.exit(1);
if (values.members !== undefined) {
  for (const { what, wait, longestTask } of await measureBigRoom(Number(values.members)))
    print(`${what.padEnd(40)} ${wait.toFixed(0).padStart(7)} ms   longest task ${longestTask.toFixed(0).padStart(5)} ms`);
  process.exit(0);
}

// --- the first script ---

/** All scripts that the page asks for before it runs: the entry and what it imports at once. */
async function initialScript(): Promise<number> {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const seen = new Set<string>();
  const visit = async (path: string): Promise<number> => {
    if (seen.has(path)) return 0;
    seen.add(path);
    const code = await readFile(join(DIST, path), 'utf8');
    let bytes = gzipSync(code, { level: 9 }).length;
    for (const [, name] of code.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) bytes += await visit(join('assets', name!));
    return bytes;
  };
  let total = 0;
  for (const [, path] of html.matchAll(/(?:src|href)="\.\/([\w./-]+\.js)"/g)) total += await visit(path!);
  return total;
}
figures.push({ what: 'initial script, gzip', value: (await initialScript()) / 1000, unit: 'kB', target: 350 });

// --- a server with a busy person ---

await using server = await startHomeserver();
const me = await ApiUser.register(server.url, 'busy', PASSWORD);
const other = await ApiUser.register(server.url, 'other', PASSWORD);
const started = performance.now();
const rooms = await inParallel(ROOMS, 8, async (i) => {
  const roomId = await other.createRoom({ name: `Room ${i} about ${sentence(i).slice(0, 20)}`, preset: 'public_chat' });
  await me.post(`/join/${encodeURIComponent(roomId)}`, {});
  for (let message = 0; message < 3; message++) await other.say(roomId, { body: sentence(i * 3 + message) });
  return roomId;
});
const long = await other.createRoom({ name: 'The long one', preset: 'public_chat' });
await me.post(`/join/${encodeURIComponent(long)}`, {});
await inParallel(MESSAGES, 8, async (i) => (i % 3 === 0 ? me : other).say(long, { body: `${i}: ${sentence(i)}` }));
print(`seeded ${ROOMS} rooms and ${MESSAGES} messages in ${((performance.now() - started) / 1000).toFixed(0)} s`);

const browser = await launchChromium();
const errors: string[] = [];
const open = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  return page;
};

/** ms from the start of the navigation until `selector` has at least `count` elements in a painted frame. */
async function painted(page: Page, selector: string, count: number): Promise<number> {
  return page.evaluate(
    async ({ selector: what, count: wanted }) =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          if (document.querySelectorAll(what).length >= wanted) requestAnimationFrame(() => resolve(performance.now()));
          else requestAnimationFrame(look);
        };
        look();
      }),
    { selector, count },
  );
}

// --- first load, nothing cached ---

const loads: number[] = [];
for (let i = 0; i < LOADS; i++) {
  const context = await browser.newContext();
  const page = await open(context);
  await page.goto(server.url, { waitUntil: 'commit' });
  loads.push(await painted(page, 'input[name=username]', 1));
  await context.close();
}
figures.push({ what: 'first load, until one can type', value: median(loads), unit: 'ms', target: 1_500 });

// --- signing in ---

const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await open(context);
await page.goto(server.url);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.locator('input[name=username]').fill('busy');
await page.locator('input[name=password]').fill(PASSWORD);
const signingIn = performance.now();
await page.locator('button[type=submit]').click();
await page.locator('[data-conversation]').nth(5).waitFor({ timeout: 60_000 });
figures.push({ what: 'sign in, until the inbox is painted', value: performance.now() - signingIn, unit: 'ms' });
await live(page);
figures.push({ what: 'sign in, until all rooms are live', value: performance.now() - signingIn, unit: 'ms' });

/** Until matrix-js-sdk has all rooms. */
async function live(on: Page): Promise<void> {
  await on.locator('[data-live="true"]').waitFor({ timeout: 180_000 });
}

// --- warm: what was kept is painted ---

const warm: number[] = [];
for (let i = 0; i < LOADS; i++) {
  await page.evaluate(async () => new Promise((resolve) => setTimeout(resolve, 3_000))); // the inbox is saved two seconds after a change
  await page.reload({ waitUntil: 'commit' });
  warm.push(await painted(page, '[data-conversation]', 8));
  await live(page);
}
figures.push({ what: `inbox of ${ROOMS} rooms, warm`, value: median(warm), unit: 'ms', target: 1_000 });

// --- switching rooms ---

/** ms of each: from the change of the address until three messages of the room are painted. */
async function switchRooms(first: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = first; i < first + SWITCHES; i++) {
    const roomId = rooms[(i * 37) % rooms.length]!;
    times.push(
      await page.evaluate(async (id) => {
        const split = location.hash.split('/').slice(0, 3).join('/') || '#/inbox/everything';
        const account = document.querySelector<HTMLElement>('[data-account]')!.dataset['account']!;
        const begun = performance.now();
        history.pushState(null, '', `${split}/${account}/${encodeURIComponent(id)}`);
        window.dispatchEvent(new HashChangeEvent('hashchange'));
        return new Promise<number>((resolve) => {
          const look = (): void => {
            const pane = document.querySelector<HTMLElement>(`[data-room="${CSS.escape(id)}"]`);
            if (pane && pane.querySelectorAll('[data-event]').length >= 3) requestAnimationFrame(() => resolve(performance.now() - begun));
            else requestAnimationFrame(look);
          };
          look();
        });
      }, roomId),
    );
  }
  return times;
}
// The first seconds are told apart: code is compiled then, and what the start brought is still being kept.
figures.push({ what: 'room switch in the first seconds, p95', value: percentile(await switchRooms(0), 0.95), unit: 'ms' });
await page.evaluate(async (ms) => new Promise((resolve) => setTimeout(resolve, ms)), SETTLED_MS);
const switches = await switchRooms(SWITCHES);
figures.push({ what: 'room switch, p50', value: median(switches), unit: 'ms' });
figures.push({ what: 'room switch, p95', value: percentile(switches, 0.95), unit: 'ms', target: 100 });

// --- scrolling ---

await page.evaluate((id) => {
  const account = document.querySelector<HTMLElement>('[data-account]')!.dataset['account']!;
  location.hash = `#/inbox/everything/${account}/${encodeURIComponent(id)}`;
}, long);
await page.locator(`[data-room="${long}"] [data-event]`).first().waitFor();
const scrolled = await page.evaluate(
  async ({ room, wanted }) => {
    const list = (): HTMLElement => document.querySelector<HTMLElement>(`[data-room="${CSS.escape(room)}"] [role=log]`)!;
    const seen = new Set<string>();
    const frames: number[] = [];
    let last = performance.now();
    let still = 0;
    const began = last;
    return new Promise<{ frames: number[]; seen: number; seconds: number }>((resolve) => {
      const frame = (now: number): void => {
        frames.push(now - last);
        last = now;
        const element = list();
        for (const message of element.querySelectorAll<HTMLElement>('[data-event]')) {
          const before = seen.size;
          seen.add(message.dataset['event']!);
          if (seen.size > before) still = 0;
        }
        still++;
        element.scrollTop -= 400;
        if (seen.size >= wanted || still > 600) resolve({ frames, seen: seen.size, seconds: (now - began) / 1000 });
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
  },
  { room: long, wanted: MESSAGES },
);
if (scrolled.seen < MESSAGES) throw new Error(`only ${scrolled.seen} of ${MESSAGES} messages were scrolled past`);
figures.push({ what: `scrolling back ${scrolled.seen} messages: frame, p50`, value: median(scrolled.frames), unit: 'ms' });
figures.push({ what: 'scrolling back: frame, p95', value: percentile(scrolled.frames, 0.95), unit: 'ms', target: 50 });
figures.push({ what: 'scrolling back: longest frame', value: Math.max(...scrolled.frames), unit: 'ms' });
figures.push({ what: 'scrolling back: all of it', value: scrolled.seconds, unit: 's' });

const again = await page.evaluate(async (room) => {
  const element = document.querySelector<HTMLElement>(`[data-room="${CSS.escape(room)}"] [role=log]`)!;
  const frames: number[] = [];
  let last = performance.now();
  return new Promise<number[]>((resolve) => {
    const frame = (now: number): void => {
      frames.push(now - last);
      last = now;
      const before = element.scrollTop;
      element.scrollTop += 800;
      if (element.scrollTop === before) resolve(frames);
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}, long);
figures.push({ what: 'scrolling forward over all of it: frame, p95', value: percentile(again, 0.95), unit: 'ms', target: 50 });

const memory = await page.evaluate(() => (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize);
if (memory !== undefined) figures.push({ what: 'script memory at the end', value: memory / 1e6, unit: 'MB' });
await browser.close();

print(`\n${cpus().length} x ${cpus()[0]!.model}, Node ${process.versions.node}`);
let missed = 0;
for (const { what, value, unit, target } of figures) {
  const ok = target === undefined || value <= target;
  if (!ok) missed++;
  print(
    `${what.padEnd(52)} ${(value < 10 ? value.toFixed(1) : value.toFixed(0)).padStart(8)} ${unit.padEnd(3)}${target === undefined ? '' : `  ${ok ? 'within' : 'MISSES'} ${target} ${unit}`}`,
  );
}
for (const error of new Set(errors)) print(`error in the page: ${error}`);
process.exitCode = missed + errors.length > 0 ? 1 : 0;
