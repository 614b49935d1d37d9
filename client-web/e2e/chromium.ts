/** The system's Chromium, for tests that need a browser. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const chromiumPath: string | undefined = CANDIDATES.find((path) => path !== undefined && existsSync(path));

/** Says on standard output why browser tests are skipped, if they are. */
export function hasChromium(): boolean {
  if (chromiumPath === undefined)
    process.stdout.write('Browser tests are skipped: no Chromium at /usr/bin/chromium; CHROMIUM=<path> says where one is.\n');
  return chromiumPath !== undefined;
}

export const launchChromium = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
