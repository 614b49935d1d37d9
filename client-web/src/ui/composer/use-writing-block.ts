import { useCallback, useSyncExternalStore } from 'react';
import type { WritingBlock } from '../../domain/matrix/room-writing.ts';
import { useLive } from '../app-context.ts';

/** Why nothing can be written in a conversation. Without a session nothing is known against it: the outbox keeps what is written. */
export function useWritingBlock(accountKey: string, roomId: string): WritingBlock | undefined {
  const live = useLive(accountKey);
  const subscribe = useCallback((changed: () => void) => live?.writing.watch(roomId, changed) ?? (() => {}), [live, roomId]);
  // Compared by what it says: it is made anew each time.
  const told = useSyncExternalStore(subscribe, () => {
    // A room that has not arrived yet is no room that was left.
    if (!live || live.client.getRoom(roomId) === null) return '';
    const block = live.writing.blockOf(roomId);
    return block ? JSON.stringify(block) : '';
  });
  return told === '' ? undefined : (JSON.parse(told) as WritingBlock);
}
