/** Events that are not in the timeline: from what the SDK holds, else from the server; decrypted. */
import type { MatrixClient, MatrixEvent, Room } from 'matrix-js-sdk';
import type { ListedMessage } from '../rooms/listed-message.ts';
import { contentOf, personOf } from './event-to-item.ts';

export async function loadEvent(client: MatrixClient, room: Room, eventId: string): Promise<MatrixEvent> {
  const event = room.findEventById(eventId) ?? client.getEventMapper()(await client.fetchRoomEvent(room.roomId, eventId));
  await client.decryptEventIfNeeded(event);
  return event;
}

export const listedMessage = (event: MatrixEvent, room: Room): ListedMessage => ({
  eventId: event.getId()!,
  sender: personOf(room, event.getSender()!),
  ts: event.getTs(),
  content: contentOf(event, room),
  threadRootId: event.threadRootId,
});
