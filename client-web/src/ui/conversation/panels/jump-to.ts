/** Shows a message in its conversation, or in its thread; again if it was left since. */
import type { Conversation } from '../../../domain/inbox/conversation.ts';
import { navigate, openConversation, routeStore, type Panel } from '../../route.ts';

const NARROW = '(max-width: 1100px)';

export function jumpTo(conversation: Pick<Conversation, 'accountKey' | 'roomId'>, eventId: string, panel: Panel): void {
  const { accountKey, roomId } = conversation;
  const route = routeStore.getState();
  if (route.page === 'inbox' && route.conversation?.eventId === eventId) {
    navigate({ ...route, conversation: { ...route.conversation, eventId: undefined } }, { replace: true });
  }
  // Where the panel lies over the conversation it makes room.
  const kept = matchMedia(NARROW).matches ? undefined : panel;
  requestAnimationFrame(() => openConversation(accountKey, roomId, { eventId, panel: kept }));
}
