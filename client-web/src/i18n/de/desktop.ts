import type { desktop as en } from '../en/desktop.ts';
import type { Translated } from '../sentences.ts';

export const desktop: Translated<typeof en> = {
  unsealed:
    'Dieser Computer hat keinen Schlüsselspeicher: Wer seine Festplatte lesen kann, kann auch die Schlüssel deiner Konten lesen. Richte einen Schlüsselbund ein, oder verschlüssele die Festplatte.',
};
