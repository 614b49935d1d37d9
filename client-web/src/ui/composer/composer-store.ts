/** What the composer of a conversation is about besides its text: a reply or an edit. Its ids are kept in the draft. */
import { createStore, useStore } from 'zustand';
import type { DraftKey } from '../../domain/composer/drafts.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';

/** A message that is answered or changed. */
export type Quoted = Pick<MessageItem, 'eventId' | 'sender' | 'content'>;

export interface ComposerContext {
  readonly replyTo: Quoted | undefined;
  readonly editing: Quoted | undefined;
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
  get: (key: DraftKey): ComposerContext => store.getState().contexts.get(key) ?? EMPTY,
  reply: (key: DraftKey, item: Quoted): void => change(key, { replyTo: item, editing: undefined, focus: focusNext(key) }),
  edit: (key: DraftKey, item: Quoted): void => change(key, { editing: item, replyTo: undefined, focus: focusNext(key) }),
  /** As it was when the window was closed: nothing takes the focus. */
  restore: (key: DraftKey, context: Pick<ComposerContext, 'replyTo' | 'editing'>): void => change(key, context),
  clear: (key: DraftKey): void => change(key, { replyTo: undefined, editing: undefined }),
  focus: (key: DraftKey): void => change(key, { focus: focusNext(key) }),
  /** The conversation is left: coming back is not a request. */
  forgetFocus: (key: DraftKey): void => change(key, { focus: 0 }),
} as const;
