import { describe, expect, test } from '@jest/globals';
import { isFollowed, isQuiet, type ThreadFacts } from './thread-rules.ts';
import type { ThreadTriage } from './triage.ts';

const nothing: ThreadFacts = { rootMine: false, wroteTs: undefined, mentioned: false, heardTs: 100 };
const kept = (over: Partial<ThreadTriage>): ThreadTriage => ({ changedTs: 1, ...over });

describe('followed', () => {
  const follows = (facts: Partial<ThreadFacts>, own?: ThreadTriage): boolean => isFollowed({ ...nothing, ...facts }, own);

  test('by whoever began it, wrote in it or is mentioned in it', () => {
    expect(follows({})).toBe(false);
    expect(follows({ rootMine: true })).toBe(true);
    expect(follows({ wroteTs: 0 })).toBe(true);
    expect(follows({ mentioned: true })).toBe(true);
  });

  test('by choice, and not any more by choice, whatever happens there', () => {
    expect(follows({}, kept({ follow: true }))).toBe(true);
    expect(follows({ rootMine: true, wroteTs: 1, mentioned: true }, kept({ follow: false }))).toBe(false);
    expect(follows({ mentioned: true }, kept({ follow: false, triage: { state: 'active' } }))).toBe(false);
  });

  test('where it was triaged on another device', () => {
    expect(follows({}, kept({ triage: { state: 'done', eventId: '$x', ts: 1 } }))).toBe(true);
    expect(follows({}, kept({ unread: true }))).toBe(false);
  });
});

describe('quiet', () => {
  const quiet = (facts: Partial<ThreadFacts>, own?: ThreadTriage): boolean => isQuiet({ ...nothing, ...facts }, own);

  test('until somebody answers', () => {
    expect(quiet({ rootMine: true, heardTs: undefined })).toBe(true);
    expect(quiet({ rootMine: true })).toBe(false);
    expect(quiet({ mentioned: true })).toBe(false);
  });

  test('until somebody answers what was written in it', () => {
    expect(quiet({ wroteTs: 100 })).toBe(true);
    expect(quiet({ wroteTs: 99 })).toBe(false);
    expect(quiet({ wroteTs: 0 })).toBe(false);
  });

  test('until somebody writes after it was followed by hand', () => {
    expect(quiet({}, kept({ follow: true, followTs: 100 }))).toBe(true);
    expect(quiet({}, kept({ follow: true, followTs: 99 }))).toBe(false);
    expect(quiet({ wroteTs: 90 }, kept({ follow: true, followTs: 100 }))).toBe(false);
  });

  test('not once it was triaged', () => {
    expect(quiet({ wroteTs: 100 }, kept({ triage: { state: 'active' } }))).toBe(false);
  });
});
