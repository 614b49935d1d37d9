/** Which threads a person follows, and which of those are items of their inbox. */
import type { ThreadPart } from './conversation.ts';
import type { ThreadTriage } from './triage.ts';

export interface ThreadFacts extends Pick<ThreadPart, 'rootMine' | 'wroteTs' | 'mentioned'> {
  /** ms; when somebody else last wrote in it, undefined if nobody did */
  readonly heardTs: number | undefined;
}

/**
 * Who unfollowed a thread is left alone by it whatever happens there. What was triaged was followed on some device, which may
 * have known more of the thread than this one.
 */
export function isFollowed({ rootMine, wroteTs, mentioned }: Omit<ThreadFacts, 'heardTs'>, kept: ThreadTriage | undefined): boolean {
  if (kept?.follow !== undefined) return kept.follow;
  return rootMine || wroteTs !== undefined || mentioned || kept?.triage !== undefined;
}

/** Followed, and nobody else has written since, nor was it triaged: there is nothing to answer. */
export function isQuiet(facts: ThreadFacts, kept: ThreadTriage | undefined): boolean {
  if (kept?.triage !== undefined || facts.mentioned) return false;
  if (facts.heardTs === undefined) return true;
  if (facts.rootMine) return false;
  const since = Math.min(facts.wroteTs ?? Infinity, kept?.follow === true ? (kept.followTs ?? 0) : Infinity);
  return facts.heardTs <= since;
}
