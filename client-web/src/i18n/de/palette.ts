import type { palette as en } from '../en/palette.ts';
import type { Translated } from '../sentences.ts';

export const palette: Translated<typeof en> = {};
