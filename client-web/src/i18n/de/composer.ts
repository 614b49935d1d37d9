import type { composer as en } from '../en/composer.ts';
import type { Translated } from '../sentences.ts';

export const composer: Translated<typeof en> = {
  placeholder: 'Nachricht an {{name}}',
};
