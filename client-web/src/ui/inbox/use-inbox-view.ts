/** The lines of a split, in their order; while pointer or focus rests on them, lines keep their places (see order-hold.ts). */
import { useEffect, useMemo, useRef, useState, type HTMLAttributes, type RefObject } from 'react';
import { useStore } from 'zustand';
import type { Conversation, ConversationId } from '../../domain/inbox/conversation.ts';
import { freeze, orderConversations } from '../../domain/inbox/order-conversations.ts';
import { useApp } from '../app-context.ts';
import { useNow } from '../use-now.ts';
import { cursorStore } from './inbox-cursor.ts';
import { OrderHold } from './order-hold.ts';
import type { AnySplit } from './split-route.ts';

export interface InboxView {
  readonly conversations: readonly Conversation[];
  /** Newer lines that are not shown yet, so that nothing moves under the pointer. */
  readonly arrived: number;
  /** Of the element around the lines. */
  readonly handlers: HTMLAttributes<HTMLElement>;
  /** The lines were gone through by keys that are pressed elsewhere. */
  readonly moved: () => void;
  /** Shows what has arrived. */
  readonly thaw: () => void;
}

export function useInboxView(split: AnySplit, text: string, container: RefObject<HTMLElement | null>): InboxView {
  const all = useStore(useApp().inbox.state, (state) => state.conversations);
  const now = useNow();
  const [hold] = useState(() => new OrderHold());
  const held = useStore(hold.state, (state) => state.held);
  useEffect(() => () => hold.letGo(), [hold]);
  // A button that had the focus and is gone tells nobody that it lost it.
  const frozen = held && (hold.has('pointer') || container.current?.contains(document.activeElement) === true);
  const [thawed, setThawed] = useState(0);
  const order = useRef<{ of: string; ids: readonly ConversationId[] }>({ of: '', ids: [] });
  const next = useMemo(() => orderConversations([...all.values()], { split, text, now }), [all, split, text, now]);
  const of = `${JSON.stringify(split)} ${text} ${thawed}`;
  const view = useMemo(() => {
    if (!frozen || order.current.of !== of) return { conversations: next, arrived: [] as readonly Conversation[] };
    return freeze(order.current.ids, next);
  }, [next, frozen, of]);
  order.current = { of, ids: view.conversations.map((row) => row.id) };
  useEffect(() => cursorStore.setState({ shown: order.current.ids }), [view]);
  return {
    conversations: view.conversations,
    arrived: view.arrived.length,
    handlers: useMemo(() => holding(hold), [hold]),
    moved: () => hold.moved(),
    thaw: () => setThawed((count) => count + 1),
  };
}

function holding(hold: OrderHold): HTMLAttributes<HTMLElement> {
  let [x, y] = [0, 0];
  return {
    onPointerEnter: () => hold.enter('pointer'),
    onPointerLeave: (event) => {
      hold.leave('pointer');
      if (!event.currentTarget.contains(document.activeElement)) hold.leave('focus');
    },
    onPointerMove: (event) => {
      // Browsers tell of a pointer that stands still when what is under it moves.
      if (event.clientX === x && event.clientY === y) return;
      [x, y] = [event.clientX, event.clientY];
      hold.moved();
    },
    onWheel: () => hold.moved(),
    onKeyDown: () => hold.moved(),
    onFocus: () => hold.enter('focus'),
    onBlur: (event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) hold.leave('focus');
    },
  };
}
