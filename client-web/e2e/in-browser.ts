/** Tests that need a browser or ffmpeg: where there is none they are skipped, and the reason is printed. */
import { describe, test } from '@jest/globals';
import { hasChromium } from './chromium.ts';
import { hasFfmpeg } from './ffmpeg.ts';

export const inBrowser: typeof describe.skip = hasChromium() ? describe : describe.skip;

/** Asked only by files that make videos: it prints. */
export const testWithFfmpeg = (): typeof test | typeof test.skip => (hasFfmpeg() ? test : test.skip);
