import type { errors as en } from '../en/errors.ts';
import type { Translated } from '../sentences.ts';

export const errors: Translated<typeof en> = {};
