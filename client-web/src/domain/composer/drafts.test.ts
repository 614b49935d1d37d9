import { expect, test } from '@jest/globals';
import type { Database } from '../storage/database.ts';
import { draftKey, Drafts, unsentTextOf } from './drafts.ts';

const nowhere = { get: async () => undefined, put: async () => {} } as unknown as Database;
const OLD = draftKey('a', '!old');
const NEW = draftKey('a', '!new');

test('a draft follows into the room that replaces its own, without what it answers', () => {
  const drafts = new Drafts(nowhere);
  drafts.set(OLD, { text: 'half', replyTo: '$there', ts: 7 });
  drafts.move(OLD, NEW);
  expect(drafts.get(NEW)).toEqual({ text: 'half', ts: 7 });
  expect(drafts.get(OLD)).toBeUndefined();
});

test('of an edit only what was set aside for it follows', () => {
  const drafts = new Drafts(nowhere);
  drafts.set(OLD, { text: 'changed', editing: '$there', aside: { text: 'half', replyTo: undefined }, ts: 7 });
  drafts.move(OLD, NEW);
  expect(drafts.get(NEW)?.text).toBe('half');
});

test('what is being written there already stays, and so does what was to follow', () => {
  const drafts = new Drafts(nowhere);
  drafts.set(OLD, { text: 'half', ts: 7 });
  drafts.set(NEW, { text: 'other', ts: 8 });
  drafts.move(OLD, NEW);
  expect(drafts.get(NEW)?.text).toBe('other');
  expect(drafts.get(OLD)?.text).toBe('half');
});

test('an edit that changes nothing yet is nothing unsent, what was set aside for it is', () => {
  const edit = { text: 'as it was', editing: '$there', before: 'as it was', ts: 7 };
  expect(unsentTextOf(undefined)).toBe('');
  expect(unsentTextOf(edit)).toBe('');
  expect(unsentTextOf({ ...edit, aside: { text: 'half', replyTo: undefined } })).toBe('half');
  expect(unsentTextOf({ ...edit, text: 'as it is' })).toBe('as it is');
  expect(unsentTextOf({ text: 'new', ts: 7 })).toBe('new');
});
