/** What stands beside the names of the splits; counted once for all who show it. */
import { useStore } from 'zustand';
import type { Conversation, ConversationId } from '../../domain/inbox/conversation.ts';
import { countSplits, type Split, type SplitCount } from '../../domain/inbox/splits.ts';
import { useApp } from '../app-context.ts';
import { useNow } from '../use-now.ts';

type Counts = Readonly<Record<Split, SplitCount>>;

let last: { readonly all: ReadonlyMap<ConversationId, Conversation>; readonly now: number; readonly counts: Counts } | undefined;

export function useSplitCounts(): Counts {
  const all = useStore(useApp().inbox.state, (state) => state.conversations);
  const now = useNow();
  if (last?.all !== all || last.now !== now) last = { all, now, counts: countSplits([...all.values()], now) };
  return last.counts;
}
