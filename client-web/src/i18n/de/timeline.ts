import type { timeline as en } from '../en/timeline.ts';
import type { Translated } from '../sentences.ts';

export const timeline: Translated<typeof en> = {};
