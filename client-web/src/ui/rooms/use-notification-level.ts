/** How loud a conversation is: seen at once, taken back if the server refuses. */
import { useState } from 'react';
import type { NotificationLevel } from '../../domain/matrix/room-actions.ts';
import { useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';

export const NOTIFICATION_LEVELS = ['default', 'all', 'mentions', 'mute'] as const satisfies readonly NotificationLevel[];

export function useNotificationLevel(accountKey: string, roomId: string): readonly [NotificationLevel, (level: NotificationLevel) => void] {
  const live = useLive(accountKey);
  const [wanted, setWanted] = useState<NotificationLevel>();
  const level = wanted ?? live?.rooms.notificationLevel(roomId) ?? 'default';
  const set = (next: NotificationLevel): void => {
    if (!live) return;
    setWanted(next);
    attempt(live.rooms.setNotificationLevel(roomId, next).finally(() => setWanted(undefined)));
  };
  return [level, set];
}
