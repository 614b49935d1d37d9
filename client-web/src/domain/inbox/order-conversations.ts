/** What the inbox shows of a split, and in which order: pinned, mentions and unread direct chats, unread, the rest; by recency within. */
import type { Conversation, ConversationId } from './conversation.ts';
import { effectiveTriage, type EffectiveTriage } from './effective-triage.ts';
import { matchesText } from './match-text.ts';
import { isInSplit, isUnread, type OwnSplit, type Split } from './splits.ts';

interface Placed {
  readonly conversation: Conversation;
  readonly rank: number;
  /** Smaller comes first. */
  readonly order: number;
}

const waitsForAnswer = ({ kind, thread }: Conversation): boolean => thread?.rootMine ?? kind === 'direct';

function rankOf(conversation: Conversation, triage: EffectiveTriage): number {
  if (conversation.favourite) return 0;
  const unread = isUnread(conversation);
  if (conversation.mentions > 0 || conversation.membership === 'invite' || (unread && waitsForAnswer(conversation))) return 1;
  return unread || (triage.state === 'active' && triage.woken) ? 2 : 3;
}

function place(conversation: Conversation, triage: EffectiveTriage, split: Split | OwnSplit): Placed {
  if (split === 'threads') return { conversation, rank: 0, order: -conversation.activityTs };
  // The next to wake comes first.
  if (triage.state === 'snoozed') return { conversation, rank: 0, order: triage.until };
  const stored = conversation.triage;
  if (split === 'done') return { conversation, rank: 0, order: stored.state === 'done' ? -stored.ts : 0 };
  // A snooze that is over is as recent as its end: it comes back on top of its like.
  const woke = triage.state === 'active' && triage.woken === 'time' && stored.state === 'snoozed' ? stored.until : 0;
  return { conversation, rank: rankOf(conversation, triage), order: -Math.max(conversation.activityTs, woke) };
}

/** A total order: two conversations are never equal, so sorting is stable over devices and runs. */
function compare(a: Placed, b: Placed): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  if (a.conversation.id === b.conversation.id) return 0;
  return a.conversation.id < b.conversation.id ? -1 : 1;
}

export interface InboxView {
  readonly split: Split | OwnSplit;
  /** Words that must all occur; empty for all. */
  readonly text: string;
  /** ms since the epoch */
  readonly now: number;
}

export function orderConversations(conversations: readonly Conversation[], { split, text, now }: InboxView): readonly Conversation[] {
  const matches = matchesText(text);
  const placed: Placed[] = [];
  for (const conversation of conversations) {
    const triage = effectiveTriage(conversation, now);
    if (isInSplit(conversation, triage, split) && matches(conversation)) placed.push(place(conversation, triage, split));
  }
  return placed.sort(compare).map((each) => each.conversation);
}

export interface FrozenOrder {
  readonly conversations: readonly Conversation[];
  /** What came since, in order: the "n new" above the list. */
  readonly arrived: readonly Conversation[];
}

/**
 * The order as it was, with the contents of `next`: while a pointer or the focus is on the list, nothing moves under it.
 * What is not in `next` any more goes, unless `keep` still knows it (the open conversation, which was just read, in "Unread").
 */
export function freeze(
  previousOrder: readonly ConversationId[],
  next: readonly Conversation[],
  keep?: (id: ConversationId) => Conversation | undefined,
): FrozenOrder {
  const byId = new Map(next.map((conversation) => [conversation.id, conversation]));
  const previous = new Set(previousOrder);
  const conversations: Conversation[] = [];
  for (const id of previous) {
    const conversation = byId.get(id) ?? keep?.(id);
    if (conversation) conversations.push(conversation);
  }
  return { conversations, arrived: next.filter(({ id }) => !previous.has(id)) };
}
