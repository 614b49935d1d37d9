import type { desktop as en } from '../en/desktop.ts';
import type { Translated } from '../sentences.ts';

export const desktop: Translated<typeof en> = {};
