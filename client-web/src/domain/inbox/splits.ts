/** The splits of the inbox: which conversations are in which. */
import type { Conversation, ConversationKind } from './conversation.ts';
import { effectiveTriage, type EffectiveTriage } from './effective-triage.ts';
import { matchesText } from './match-text.ts';

export const SPLITS = ['important', 'everything', 'unread', 'mentions', 'snoozed', 'done', 'threads'] as const;
export type Split = (typeof SPLITS)[number];

/** A split the user made: everything that is active and matches all that is given. */
export interface OwnSplit {
  readonly id: string;
  readonly name: string;
  readonly accountKeys?: readonly string[];
  /** Ids of bridged networks; `matrix` stands for no bridge. */
  readonly networks?: readonly string[];
  readonly kinds?: readonly ConversationKind[];
  readonly onlyUnread?: boolean;
  /** Conversations with a message that mentions the user. */
  readonly onlyMentions?: boolean;
  readonly onlyFavourites?: boolean;
  /** As in the filter above the inbox: all of them have to occur. */
  readonly words?: string;
}

export function isUnread(conversation: Conversation): boolean {
  return conversation.membership === 'invite' || conversation.unread > 0 || conversation.mentions > 0 || conversation.markedUnread;
}

/** Neither a room that was left or replaced, nor a space (which only shows up to be accepted), nor one that was silenced and does not mention the user. */
function isShown(conversation: Conversation): boolean {
  if (conversation.membership === 'leave' || conversation.replacedBy !== undefined) return false;
  if (conversation.membership === 'invite') return true;
  if (conversation.kind === 'space') return false;
  return conversation.mentions > 0 || !(conversation.muted || conversation.lowPriority);
}

function isImportant(conversation: Conversation): boolean {
  if (conversation.thread) return conversation.mentions > 0 || conversation.thread.rootMine;
  return conversation.mentions > 0 || conversation.kind === 'direct' || conversation.favourite || conversation.membership === 'invite';
}

/** Splits are replaced when they change: what was read from the words once holds as long as the object. */
const wordMatchers = new WeakMap<OwnSplit, (conversation: Conversation) => boolean>();

function hasWords(conversation: Conversation, split: OwnSplit): boolean {
  let matches = wordMatchers.get(split);
  if (!matches) wordMatchers.set(split, (matches = matchesText(split.words ?? '')));
  return matches(conversation);
}

/** Wherever its triage has put it. */
const isInThreads = (conversation: Conversation): boolean => conversation.thread !== undefined && isShown(conversation);

function matchesOwnSplit(conversation: Conversation, split: OwnSplit): boolean {
  if (split.accountKeys && !split.accountKeys.includes(conversation.accountKey)) return false;
  if (split.networks && !split.networks.includes(conversation.network?.id ?? 'matrix')) return false;
  if (split.kinds && !split.kinds.includes(conversation.kind)) return false;
  if (split.onlyUnread && !isUnread(conversation)) return false;
  if (split.onlyMentions && conversation.mentions === 0) return false;
  if (split.onlyFavourites && !conversation.favourite) return false;
  return hasWords(conversation, split);
}

export function isInSplit(conversation: Conversation, triage: EffectiveTriage, split: Split | OwnSplit): boolean {
  if (split === 'threads') return isInThreads(conversation);
  if (conversation.thread?.quiet === true) return false;
  // What was put away by hand is found again even if it is muted.
  if (split === 'snoozed' || split === 'done') {
    return triage.state === split && conversation.kind !== 'space' && conversation.membership !== 'leave' && conversation.replacedBy === undefined;
  }
  if (triage.state !== 'active' || !isShown(conversation)) return false;
  if (typeof split === 'object') return matchesOwnSplit(conversation, split);
  if (split === 'important') return isImportant(conversation);
  if (split === 'unread') return isUnread(conversation);
  return split === 'everything' || conversation.mentions > 0;
}

export interface SplitCount {
  readonly conversations: number;
  readonly unread: number;
  /** Conversations that mention the user. */
  readonly mentioning: number;
}

type MutableCount = { -readonly [Name in keyof SplitCount]: SplitCount[Name] };

const noCount = (): MutableCount => ({ conversations: 0, unread: 0, mentioning: 0 });

function add(count: MutableCount, conversation: Conversation): void {
  count.conversations += 1;
  if (isUnread(conversation)) count.unread += 1;
  if (conversation.mentions > 0) count.mentioning += 1;
}

/** What stands beside the names of the splits. */
export function countSplits(conversations: readonly Conversation[], now: number): Readonly<Record<Split, SplitCount>> {
  const counts = Object.fromEntries(SPLITS.map((split) => [split, noCount()])) as Record<Split, MutableCount>;
  for (const conversation of conversations) {
    const triage = effectiveTriage(conversation, now);
    for (const split of SPLITS) if (isInSplit(conversation, triage, split)) add(counts[split], conversation);
  }
  return counts;
}

/** The same of own splits, by their ids. */
export function countOwnSplits(conversations: readonly Conversation[], splits: readonly OwnSplit[], now: number): ReadonlyMap<string, SplitCount> {
  const counts = new Map(splits.map((split) => [split.id, noCount()]));
  if (splits.length === 0) return counts;
  for (const conversation of conversations) {
    const triage = effectiveTriage(conversation, now);
    for (const split of splits) if (isInSplit(conversation, triage, split)) add(counts.get(split.id)!, conversation);
  }
  return counts;
}
