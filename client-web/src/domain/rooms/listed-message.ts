/** A message outside of its timeline: in a list of pins, threads or files. */
import type { MessageContent, Person } from '../timeline/timeline-item.ts';

export interface ListedMessage {
  readonly eventId: string;
  readonly sender: Person;
  readonly ts: number;
  readonly content: MessageContent;
  readonly threadRootId: string | undefined;
}

export interface ListedThread {
  readonly root: ListedMessage;
  readonly replies: number;
  readonly lastTs: number;
  readonly lastSender: Person | undefined;
  readonly lastText: string;
  readonly unread: number;
  readonly mentions: number;
}

/** Unread ones first, those that mention somebody before the others; then by their last reply. */
export function orderThreads(threads: readonly ListedThread[]): ListedThread[] {
  const rank = ({ mentions, unread }: ListedThread): number => (mentions > 0 ? 2 : unread > 0 ? 1 : 0);
  return threads.toSorted((a, b) => rank(b) - rank(a) || b.lastTs - a.lastTs);
}
