/** Writes what a person did to conversations into their account: account data, tags, receipts. */
import { parseConversationId, type ConversationId } from '../inbox/conversation.ts';
import type { ConversationChange } from '../inbox/conversation-change.ts';
import type { ChangeWriter } from '../inbox/pending-changes.ts';
import type { RoomActions } from './room-actions.ts';
import { asSendFailed } from './send-entry.ts';

export interface LinesOfRoom {
  /** Roots of threads that have a line of their own. */
  threadsWithLines(roomId: string): readonly string[];
  refresh(roomId: string): void;
}

export function changeWriter(rooms: RoomActions, lines: LinesOfRoom): ChangeWriter {
  const write = async (id: ConversationId, change: ConversationChange): Promise<void> => {
    const { roomId, rootId } = parseConversationId(id);
    switch (change.kind) {
      case 'triage':
        if (rootId === undefined) return rooms.setTriage(roomId, change.triage ?? { state: 'active' });
        return rooms.setThread(roomId, rootId, { triage: change.triage });
      case 'markedUnread':
        if (rootId === undefined) return rooms.setMarkedUnread(roomId, change.on);
        return rooms.setThread(roomId, rootId, { unread: change.on ? true : undefined });
      case 'read':
        if (rootId === undefined) return rooms.markRead(roomId, change.eventId, lines.threadsWithLines(roomId));
        return rooms.markThreadRead(roomId, rootId, change.eventId);
      case 'favourite':
        return rooms.setTag(roomId, 'm.favourite', change.on);
      case 'lowPriority':
        return rooms.setTag(roomId, 'm.lowpriority', change.on);
      case 'followed':
        if (rootId === undefined) return;
        return rooms.setThread(roomId, rootId, { follow: change.on, followTs: change.ts });
    }
  };
  return {
    write: async (id, change) =>
      write(id, change).catch((error: unknown) => {
        const failure = asSendFailed(error, false);
        throw failure.kind === 'later' ? failure : error;
      }),
    refresh: (roomId) => lines.refresh(roomId),
  };
}
