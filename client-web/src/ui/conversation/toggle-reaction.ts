/** Reacts, or takes the own reaction back. */
import type { App } from '../../domain/app.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';

export async function toggleReaction(options: {
  app: App;
  live: LiveSession | undefined;
  accountKey: string;
  roomId: string;
  item: MessageItem;
  key: string;
  threadRootId: string | undefined;
}): Promise<void> {
  const { app, live, accountKey, roomId, item, key } = options;
  if (item.eventId === undefined) return;
  if (item.reactions.find((reaction) => reaction.key === key)?.mine === true) {
    await live?.messages.redactReaction(roomId, item.eventId, key);
    return;
  }
  await app.outbox.add({
    accountKey,
    roomId,
    threadRootId: options.threadRootId,
    eventType: 'm.reaction',
    content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: item.eventId, key } },
  });
}
