/** What the composer of a conversation is about besides its text: a reply or an edit. */
import { createStore, useStore } from 'zustand';
import type { DraftKey } from '../../domain/composer/drafts.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';

export interface ComposerContext {
  readonly replyTo: MessageItem | undefined;
  readonly editing: MessageItem | undefined;
  /** Counts requests to take the focus. */
  readonly focus: number;
}

const EMPTY: ComposerContext = { replyTo: undefined, editing: undefined, focus: 0 };
const store = createStore<{ readonly contexts: ReadonlyMap<DraftKey, ComposerContext> }>(() => ({ contexts: new Map() }));

const change = (key: DraftKey, by: Partial<ComposerContext>): void => {
  const contexts = new Map(store.getState().contexts);
  contexts.set(key, { ...EMPTY, ...contexts.get(key), ...by });
  store.setState({ contexts });
};

export const useComposerContext = (key: DraftKey): ComposerContext => useStore(store, (state) => state.contexts.get(key) ?? EMPTY);

const focusNext = (key: DraftKey): number => (store.getState().contexts.get(key)?.focus ?? 0) + 1;

export const composerContexts = {
  reply: (key: DraftKey, item: MessageItem): void => change(key, { replyTo: item, editing: undefined, focus: focusNext(key) }),
  edit: (key: DraftKey, item: MessageItem): void => change(key, { editing: item, replyTo: undefined, focus: focusNext(key) }),
  clear: (key: DraftKey): void => change(key, { replyTo: undefined, editing: undefined }),
  focus: (key: DraftKey): void => change(key, { focus: focusNext(key) }),
} as const;
