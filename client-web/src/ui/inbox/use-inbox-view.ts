/** The lines of a split, in their order; while pointer or focus is on them, lines keep their places. */
import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { useStore } from 'zustand';
import type { Conversation, ConversationId } from '../../domain/inbox/conversation.ts';
import { freeze, orderConversations } from '../../domain/inbox/order-conversations.ts';
import { SPLITS, type Split } from '../../domain/inbox/splits.ts';
import { useApp } from '../app-context.ts';
import { useNow } from '../use-now.ts';
import { cursorStore } from './inbox-cursor.ts';

export const toSplit = (name: string): Split => ((SPLITS as readonly string[]).includes(name) ? (name as Split) : 'everything');

export interface InboxView {
  readonly conversations: readonly Conversation[];
  /** Newer lines that are not shown yet, so that nothing moves under the pointer. */
  readonly arrived: number;
  /** While either is in the list, lines keep their places. */
  readonly setPointerInside: (inside: boolean) => void;
  readonly setFocusInside: (inside: boolean) => void;
  /** Shows what has arrived. */
  readonly thaw: () => void;
}

export function useInboxView(split: Split, text: string, container: RefObject<HTMLElement | null>): InboxView {
  const all = useStore(useApp().inbox.state, (state) => state.conversations);
  const now = useNow();
  const [pointerInside, setPointerInside] = useState(false);
  const [focusInside, setFocusInside] = useState(false);
  // A button that had the focus and is gone tells nobody that it lost it.
  const frozen = pointerInside || (focusInside && container.current?.contains(document.activeElement) === true);
  const [thawed, setThawed] = useState(0);
  const order = useRef<{ of: string; ids: readonly ConversationId[] }>({ of: '', ids: [] });
  const next = useMemo(() => orderConversations([...all.values()], { split, text, now }), [all, split, text, now]);
  const of = `${split} ${text} ${thawed}`;
  const view = useMemo(() => {
    if (!frozen || order.current.of !== of) return { conversations: next, arrived: [] as readonly Conversation[] };
    return freeze(order.current.ids, next);
  }, [next, frozen, of]);
  order.current = { of, ids: view.conversations.map((row) => row.id) };
  useEffect(() => cursorStore.setState({ shown: order.current.ids }), [view]);
  return {
    conversations: view.conversations,
    arrived: view.arrived.length,
    setPointerInside,
    setFocusInside,
    thaw: () => setThawed((count) => count + 1),
  };
}
