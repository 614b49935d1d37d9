/**
 * What a conversation's triage amounts to now. The stored state never changes by itself: that a new message reopened it, or
 * that a snooze is over, follows from event order and the clock, so devices that come late reach the same answer.
 */
import type { Conversation, LastMessage, Triage } from './conversation.ts';

export type EffectiveTriage =
  /** `woken`: it was snoozed, and came back for this reason; until it is opened or triaged again it asks for attention. */
  | { readonly state: 'active'; readonly woken: 'time' | 'reply' | 'mention' | undefined }
  | { readonly state: 'done' }
  | { readonly state: 'snoozed'; readonly until: number };

const ACTIVE: EffectiveTriage = { state: 'active', woken: undefined };

/**
 * Whether somebody else said something after `ts`. State events are no messages; but they may stand after one, so what is
 * unread counts in doubt: a conversation shown once too often is better than a message missed.
 */
function saidAfter(conversation: Conversation, last: LastMessage, ts: number, eventId?: string): boolean {
  // An answer does not put away again what somebody's message has brought back.
  if (last.mine) return (conversation.heardTs ?? -Infinity) > ts;
  if (last.eventId === eventId) return false;
  // Of two events in the same millisecond, one that is not the event up to which all is done came after it.
  if (eventId === undefined ? last.ts <= ts : last.ts < ts) return false;
  return last.kind !== 'state' || conversation.unread > 0 || conversation.mentions > 0;
}

function afterSnooze(conversation: Conversation, triage: Extract<Triage, { state: 'snoozed' }>, now: number): EffectiveTriage {
  if (now >= triage.until) return { state: 'active', woken: 'time' };
  const { last } = conversation;
  if (triage.wake === 'time' || !last || !saidAfter(conversation, last, triage.ts)) return { state: 'snoozed', until: triage.until };
  if (triage.wake === 'reply') return { state: 'active', woken: 'reply' };
  return conversation.mentions > 0 ? { state: 'active', woken: 'mention' } : { state: 'snoozed', until: triage.until };
}

/** `now` in ms since the epoch. An invite is always active: it cannot be triaged before it is answered. */
export function effectiveTriage(conversation: Conversation, now: number): EffectiveTriage {
  const { triage, last } = conversation;
  if (conversation.membership === 'invite' || triage.state === 'active') return ACTIVE;
  if (triage.state === 'snoozed') return afterSnooze(conversation, triage, now);
  return last && saidAfter(conversation, last, triage.ts, triage.eventId) ? ACTIVE : { state: 'done' };
}

/** When the next snooze is over, in ms; undefined if nothing is snoozed. Whoever shows the inbox sets a timer by it. */
export function nextWake(conversations: readonly Conversation[], now: number): number | undefined {
  let next: number | undefined;
  for (const conversation of conversations) {
    const triage = effectiveTriage(conversation, now);
    if (triage.state === 'snoozed' && (next === undefined || triage.until < next)) next = triage.until;
  }
  return next;
}
