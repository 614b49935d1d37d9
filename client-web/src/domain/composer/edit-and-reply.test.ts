import { describe, expect, test } from '@jest/globals';
import { makeEdit } from './edit-content.ts';
import { markdownToContent } from './markdown-to-content.ts';
import { withRelation } from './reply-content.ts';

const alice = '@[Alice](@alice:a.example)';
const bob = '@[Bob](@bob:b.example)';
const make = (text: string) => markdownToContent({ text, mayMentionRoom: true });
const edit = (before: string, after: string) => makeEdit({ eventId: '$original', previous: { ...make(before) }, next: make(after) });

describe('edits', () => {
  test('have the new content and a fallback', () => {
    expect(edit('cake', '*chocolate* cake')).toEqual({
      msgtype: 'm.text',
      body: '* *chocolate* cake',
      format: 'org.matrix.custom.html',
      formatted_body: '* <em>chocolate</em> cake',
      'm.mentions': {},
      'm.new_content': {
        msgtype: 'm.text',
        body: '*chocolate* cake',
        format: 'org.matrix.custom.html',
        formatted_body: '<em>chocolate</em> cake',
        'm.mentions': {},
      },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$original' },
    });
    expect(edit('*a*', 'b')).not.toHaveProperty('formatted_body');
  });

  test('tell only who was not told before', () => {
    const both = edit(`Hello ${alice}!`, `Hello ${alice} & ${bob}!`);
    expect(both['m.mentions']).toEqual({ user_ids: ['@bob:b.example'] });
    expect(both['m.new_content']['m.mentions']).toEqual({ user_ids: ['@alice:a.example', '@bob:b.example'] });
  });

  test('forget who is not mentioned any more', () => {
    const none = edit(`Hello ${alice}!`, 'Hello!');
    expect([none['m.mentions'], none['m.new_content']['m.mentions']]).toEqual([{}, {}]);
  });

  test('tell everybody once', () => {
    expect(edit('@room a', '@room b')).toMatchObject({ 'm.mentions': {}, 'm.new_content': { 'm.mentions': { room: true } } });
    expect(edit('a', '@room b')['m.mentions']).toEqual({ room: true });
  });

  test('of replies still mention whom they answer, and are no replies themselves', () => {
    const reply = withRelation(make('yes'), {
      replyTo: { eventId: '$e', sender: '@alice:a.example' },
      thread: undefined,
      ownUserId: '@me:a.example',
    });
    const edited = makeEdit({ eventId: '$reply', previous: { ...reply }, next: make('no') });
    expect(edited['m.mentions']).toEqual({});
    expect(edited['m.new_content']['m.mentions']).toEqual({ user_ids: ['@alice:a.example'] });
    expect(edited['m.relates_to']).toEqual({ rel_type: 'm.replace', event_id: '$reply' });
  });

  test.each([[undefined], [null], [{ user_ids: 'x' }], [{ user_ids: [1, null] }], [[]]])(
    'take the mentions of before as they come: %j',
    (mentions) => {
      expect(makeEdit({ eventId: '$e', previous: { 'm.mentions': mentions }, next: make(bob) })['m.mentions']).toEqual({
        user_ids: ['@bob:b.example'],
      });
    },
  );
});

describe('replies', () => {
  const replyTo = { eventId: '$e', sender: '@alice:a.example' };
  const ownUserId = '@me:a.example';

  test('name the event and tell its sender, without a quote', () => {
    expect(withRelation(make('yes'), { replyTo, thread: undefined, ownUserId })).toEqual({
      msgtype: 'm.text',
      body: 'yes',
      'm.mentions': { user_ids: ['@alice:a.example'] },
      'm.relates_to': { 'm.in_reply_to': { event_id: '$e' } },
    });
  });

  test('to oneself, or quietly, tell nobody', () => {
    expect(withRelation(make('yes'), { replyTo: { ...replyTo, sender: ownUserId }, thread: undefined, ownUserId })['m.mentions']).toEqual({});
    expect(withRelation(make('yes'), { replyTo, thread: undefined, ownUserId, notify: false })['m.mentions']).toEqual({});
  });

  test('messages of a thread look like replies to the one before', () => {
    const thread = { rootId: '$root', latestId: '$latest' };
    expect(withRelation(make('x'), { replyTo: undefined, thread, ownUserId })).toMatchObject({
      'm.mentions': {},
      'm.relates_to': { rel_type: 'm.thread', event_id: '$root', is_falling_back: true, 'm.in_reply_to': { event_id: '$latest' } },
    });
    expect(withRelation(make('x'), { replyTo: undefined, thread: { ...thread, latestId: undefined }, ownUserId })).toMatchObject({
      'm.relates_to': { 'm.in_reply_to': { event_id: '$root' } },
    });
  });

  test('in a thread are both', () => {
    expect(withRelation(make('x'), { replyTo, thread: { rootId: '$root', latestId: '$latest' }, ownUserId })['m.relates_to']).toEqual({
      rel_type: 'm.thread',
      event_id: '$root',
      is_falling_back: false,
      'm.in_reply_to': { event_id: '$e' },
    });
  });

  test('to nothing have no relation', () => {
    expect(withRelation(make('x'), { replyTo: undefined, thread: undefined, ownUserId })).not.toHaveProperty('m.relates_to');
  });
});
