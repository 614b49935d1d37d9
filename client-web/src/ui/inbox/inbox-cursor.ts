/** The line of the inbox that keys act on, and the lines as they are shown, so that E and J work from the conversation too. */
import { createStore, useStore } from 'zustand';
import type { ConversationId } from '../../domain/inbox/conversation.ts';

export const cursorStore = createStore<{ readonly cursor: ConversationId | undefined; readonly shown: readonly ConversationId[] }>(() => ({
  cursor: undefined,
  shown: [],
}));

export const useCursor = (): ConversationId | undefined => useStore(cursorStore, (state) => state.cursor);

/** The line before (-1) or after (1) `id`; from nowhere, the first. */
export function neighbour(id: ConversationId | undefined, step: 1 | -1): ConversationId | undefined {
  const { shown } = cursorStore.getState();
  const index = id === undefined ? -1 : shown.indexOf(id);
  if (index < 0) return step === 1 ? shown[0] : shown.at(-1);
  return shown[index + step];
}
