import type { encryption as en } from '../en/encryption.ts';
import type { Translated } from '../sentences.ts';

export const encryption: Translated<typeof en> = {
  unlock: 'Nachrichten entsperren',
};
