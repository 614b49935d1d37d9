import type { rooms as en } from '../en/rooms.ts';
import type { Translated } from '../sentences.ts';

export const rooms: Translated<typeof en> = {
  info: 'Über dieses Gespräch',
};
