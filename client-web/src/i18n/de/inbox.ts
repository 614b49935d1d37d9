import type { inbox as en } from '../en/inbox.ts';
import type { Translated } from '../sentences.ts';

export const inbox: Translated<typeof en> = {};
