import type { settings as en } from '../en/settings.ts';
import type { Translated } from '../sentences.ts';

export const settings: Translated<typeof en> = {};
