import { describe, expect, test } from '@jest/globals';
import { effectiveTriage, nextWake } from './effective-triage.ts';
import { fakeConversation, fakeMessage } from './testing/fake-conversation.ts';

const done = { state: 'done', eventId: '$done', ts: 100 } as const;
const snoozed = { state: 'snoozed', until: 500, wake: 'time', ts: 100 } as const;

describe('done', () => {
  const stateOf = (over: Parameters<typeof fakeConversation>[0]) => effectiveTriage(fakeConversation({ triage: done, ...over }), 1_000).state;

  test('stays done when nothing came after', () => {
    expect(stateOf({ last: fakeMessage({ eventId: '$done', ts: 100 }) })).toBe('done');
    expect(stateOf({ last: fakeMessage({ eventId: '$older', ts: 99 }) })).toBe('done');
    expect(stateOf({ last: undefined })).toBe('done');
  });

  test('is reopened by a newer message of somebody else, not by an own one', () => {
    expect(stateOf({ last: fakeMessage({ eventId: '$new', ts: 101 }) })).toBe('active');
    expect(stateOf({ last: fakeMessage({ eventId: '$new', ts: 101, mine: true }) })).toBe('done');
  });

  test('stays open when its reopening was answered', () => {
    const answer = fakeMessage({ eventId: '$answer', ts: 102, mine: true });
    expect(stateOf({ last: answer, heardTs: 101 })).toBe('active');
    expect(stateOf({ last: answer, heardTs: 100 })).toBe('done');
  });

  test('is reopened by another event of the same millisecond', () => {
    expect(stateOf({ last: fakeMessage({ eventId: '$other', ts: 100 }) })).toBe('active');
  });

  test('is not reopened by somebody joining, unless something unread hides behind it', () => {
    const joined = fakeMessage({ eventId: '$new', ts: 101, kind: 'state' });
    expect(stateOf({ last: joined })).toBe('done');
    expect(stateOf({ last: joined, unread: 1 })).toBe('active');
  });

  test('a new invite to a room that was done shows', () => {
    expect(stateOf({ membership: 'invite' })).toBe('active');
  });
});

describe('snoozed', () => {
  const newer = fakeMessage({ eventId: '$new', ts: 101 });

  test('until its time, to the millisecond', () => {
    expect(effectiveTriage(fakeConversation({ triage: snoozed }), 499)).toEqual({ state: 'snoozed', until: 500 });
    expect(effectiveTriage(fakeConversation({ triage: snoozed }), 500)).toEqual({ state: 'active', woken: 'time' });
  });

  test('wakes on a reply only if asked to, and not on an own message', () => {
    const asked = { ...snoozed, wake: 'reply' } as const;
    expect(effectiveTriage(fakeConversation({ triage: snoozed, last: newer }), 200).state).toBe('snoozed');
    expect(effectiveTriage(fakeConversation({ triage: asked, last: newer }), 200)).toEqual({ state: 'active', woken: 'reply' });
    expect(effectiveTriage(fakeConversation({ triage: asked, last: { ...newer, mine: true } }), 200).state).toBe('snoozed');
    expect(effectiveTriage(fakeConversation({ triage: asked, last: fakeMessage({ ts: 100 }) }), 200).state).toBe('snoozed');
  });

  test('wakes on a mention if asked to', () => {
    const asked = { ...snoozed, wake: 'mention' } as const;
    expect(effectiveTriage(fakeConversation({ triage: asked, last: newer }), 200).state).toBe('snoozed');
    expect(effectiveTriage(fakeConversation({ triage: asked, last: newer, mentions: 1 }), 200)).toEqual({ state: 'active', woken: 'mention' });
    expect(effectiveTriage(fakeConversation({ triage: asked, last: fakeMessage({ ts: 99 }), mentions: 1 }), 200).state).toBe('snoozed');
  });

  test('the next to wake is the one whose snooze ends first', () => {
    const all = [700, 500, 600].map((until) => fakeConversation({ triage: { ...snoozed, until } }));
    expect(nextWake(all, 200)).toBe(500);
    expect(nextWake(all, 500)).toBe(600);
    expect(nextWake(all, 700)).toBeUndefined();
  });
});
