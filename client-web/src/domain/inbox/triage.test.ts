import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { effectiveTriage } from './effective-triage.ts';
import { fakeConversation, fakeMessage } from './testing/fake-conversation.ts';
import { MOST_THREADS, parseRoomTriage, roomTriageContent, withThread, type RoomTriage, type ThreadTriage } from './triage.ts';

const done = { state: 'done', eventId: '$done', ts: 100 } as const;
const again = (triage: RoomTriage): RoomTriage => parseRoomTriage(JSON.parse(JSON.stringify(roomTriageContent(triage))));
const room = (threads: Record<string, ThreadTriage>): RoomTriage => ({ triage: { state: 'active' }, threads: new Map(Object.entries(threads)) });

describe('what is kept', () => {
  test('is read again', () => {
    const triage: RoomTriage = {
      triage: done,
      threads: new Map([
        ['$a', { triage: done, follow: undefined, followTs: undefined, unread: undefined, changedTs: 5 }],
        ['$b', { triage: { state: 'snoozed', until: 9, wake: 'reply', ts: 3 }, follow: true, followTs: 2, unread: true, changedTs: 6 }],
        ['$c', { triage: undefined, follow: false, followTs: undefined, unread: undefined, changedTs: 7 }],
      ]),
    };
    expect(again(triage)).toEqual(triage);
  });

  test('a room without threads is kept as ever', () => {
    expect(roomTriageContent({ triage: done, threads: new Map() })).toEqual({ state: 'done', event_id: '$done', ts: 100 });
    expect(parseRoomTriage({ state: 'done', event_id: '$done', ts: 100 })).toEqual({ triage: done, threads: new Map() });
  });

  test('what says nothing of a thread is left out', () => {
    expect(roomTriageContent(room({ $a: { changedTs: 1 } }))).toEqual({ state: 'active' });
  });

  test('whatever another client wrote does no harm', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ threads: fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())) })), (content) => {
        const triage = parseRoomTriage(content);
        expect(again(triage).triage).toEqual(triage.triage);
      }),
    );
    expect(
      parseRoomTriage({ threads: { $a: { state: 'done', ts: '1', follow: 'yes', follow_ts: Number.NaN, unread: 1 }, b: {}, $c: null } }),
    ).toEqual(
      room({ $a: { triage: { state: 'done', eventId: '', ts: 0 }, follow: undefined, followTs: undefined, unread: undefined, changedTs: 0 } }),
    );
  });

  test('threads that were changed longest ago go when there are too many', () => {
    let triage = room({});
    for (let i = 0; i < MOST_THREADS; i++) triage = withThread(triage, `$${i}`, () => ({ follow: true }), i + 1);
    triage = withThread(triage, '$0', (before) => ({ ...before, triage: done }), MOST_THREADS + 1);
    triage = withThread(triage, '$new', () => ({ triage: done }), MOST_THREADS + 2);
    expect(triage.threads.size).toBe(MOST_THREADS);
    expect([triage.threads.has('$1'), triage.threads.has('$0'), triage.threads.has('$new')]).toEqual([false, true, true]);
    const tooMany = Object.fromEntries(Array.from({ length: MOST_THREADS + 50 }, (_, i) => [`$${i}`, { follow: true, changed_ts: i }]));
    expect(parseRoomTriage({ threads: tooMany }).threads.size).toBe(MOST_THREADS);
    expect(parseRoomTriage({ threads: tooMany }).threads.has('$49')).toBe(false);
  });

  test('a change of one thread leaves the room and the others alone', () => {
    const before: RoomTriage = { ...room({ $a: { follow: true, changedTs: 1 } }), triage: done };
    const after = withThread(before, '$b', () => ({ triage: done }), 2);
    expect(after.triage).toBe(done);
    expect(after.threads.get('$a')).toBe(before.threads.get('$a'));
    expect(before.threads.has('$b')).toBe(false);
  });
});

test('devices come to the same answer from the same account data, in whatever order messages reached them', () => {
  const kept = roomTriageContent(withThread(room({}), '$root', () => ({ triage: done }), 1));
  const stateOf = (ts: number, heardTs: number, mine: boolean): string => {
    const { triage } = parseRoomTriage(kept).threads.get('$root')!;
    return effectiveTriage(fakeConversation({ triage: triage!, heardTs, last: fakeMessage({ eventId: `$${ts}`, ts, mine }) }), 1_000).state;
  };
  // Late: still at the message before. Early: has the answer that reopened it, and the person's own after that.
  expect(stateOf(99, 99, false)).toBe('done');
  expect(stateOf(101, 101, false)).toBe('active');
  expect(stateOf(102, 101, true)).toBe('active');
  expect(stateOf(102, 99, true)).toBe('done');
});
