import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Conversation } from './conversation.ts';
import { effectiveTriage } from './effective-triage.ts';
import { freeze, orderConversations } from './order-conversations.ts';
import { countSplits, isInSplit, SPLITS, type OwnSplit, type Split } from './splits.ts';
import { fakeConversation, fakeMessage, fakeThread, someConversations } from './testing/fake-conversation.ts';

let rooms = 0;
const room = (name: string, over: Partial<Conversation> = {}) => fakeConversation({ name, roomId: `!${(rooms += 1)}`, ...over });
const namesIn = (split: Split | OwnSplit, conversations: readonly Conversation[], { text = '', now = 10_000 } = {}) =>
  orderConversations(conversations, { split, text, now }).map(({ name }) => name);

describe('threads', () => {
  const thread = (name: string, over: Partial<Conversation> = {}, part: Parameters<typeof fakeThread>[0] = {}) =>
    room(name, { ...over, thread: fakeThread(part) });

  test('stand among rooms; important are those that mention the user or that they began', () => {
    const all = [
      thread('in a direct chat', { kind: 'direct' }),
      thread('mentions', { mentions: 1, unread: 1 }),
      thread('begun', {}, { rootMine: true }),
      thread('muted', { muted: true, unread: 2 }),
      thread('muted, mentions', { muted: true, mentions: 1 }),
    ];
    expect(namesIn('important', all).toSorted()).toEqual(['begun', 'mentions', 'muted, mentions']);
    expect(namesIn('everything', all).toSorted()).toEqual(['begun', 'in a direct chat', 'mentions', 'muted, mentions']);
  });

  test('all of them, newest first, in a view of their own; there alone if nobody has answered', () => {
    const all = [
      room('a room', { activityTs: 9 }),
      thread('unread', { unread: 1, activityTs: 1 }),
      thread('quiet', { activityTs: 3 }, { quiet: true }),
      thread('done', { activityTs: 2, triage: { state: 'done', eventId: '$x', ts: 2 } }),
    ];
    expect(namesIn('threads', all)).toEqual(['quiet', 'done', 'unread']);
    expect(namesIn('everything', all)).toEqual(['unread', 'a room']);
    expect(namesIn('done', all)).toEqual(['done']);
    expect(countSplits(all, 10).threads).toEqual({ conversations: 3, unread: 1, mentioning: 0 });
  });

  test('are found by their first message and by the room', () => {
    const all = [thread('Garden'), room('Garden')];
    expect(namesIn('everything', all, { text: 'grows' })).toEqual(['Garden']);
    expect(namesIn('everything', all, { text: 'garden' })).toHaveLength(2);
  });
});

describe('order', () => {
  test('pinned, then mentions, invites and unread direct chats, then unread, then the rest; by recency within', () => {
    const all = [
      room('quiet, old', { activityTs: 1 }),
      room('quiet, new', { activityTs: 90 }),
      room('unread, old', { unread: 3, activityTs: 2 }),
      room('marked unread, new', { markedUnread: true, activityTs: 80 }),
      room('direct, read', { kind: 'direct', activityTs: 70 }),
      room('direct, unread', { kind: 'direct', unread: 1, activityTs: 3 }),
      room('mention', { mentions: 1, unread: 1, activityTs: 4 }),
      room('invite', { membership: 'invite', activityTs: 5 }),
      room('pinned', { favourite: true, activityTs: 0 }),
    ];
    const order = ['pinned', 'invite', 'mention', 'direct, unread', 'marked unread, new', 'unread, old', 'quiet, new', 'direct, read', 'quiet, old'];
    expect(namesIn('everything', all)).toEqual(order);
  });

  test('what woke comes back on top of the unread, as recent as the end of its snooze', () => {
    const all = [
      room('unread', { unread: 1, activityTs: 400 }),
      room('woken', { activityTs: 1, triage: { state: 'snoozed', until: 500, wake: 'time', ts: 1 } }),
      room('quiet', { activityTs: 900 }),
    ];
    expect(namesIn('everything', all)).toEqual(['woken', 'unread', 'quiet']);
    expect(namesIn('everything', all, { now: 499 })).toEqual(['unread', 'quiet']);
  });

  test('snoozed by what wakes next, done by what was done last', () => {
    const all = [
      room('later', { triage: { state: 'snoozed', until: 900, wake: 'time', ts: 1 } }),
      room('soon', { triage: { state: 'snoozed', until: 800, wake: 'time', ts: 1 } }),
      room('done first', { triage: { state: 'done', eventId: '$1', ts: 10 } }),
      room('done last', { triage: { state: 'done', eventId: '$2', ts: 20 } }),
    ];
    expect(namesIn('snoozed', all, { now: 100 })).toEqual(['soon', 'later']);
    expect(namesIn('done', all, { now: 100 })).toEqual(['done last', 'done first']);
  });
});

describe('splits', () => {
  test('important: mentions, direct chats, favourites and invites', () => {
    const all = [
      room('direct', { kind: 'direct' }),
      room('mention', { mentions: 1 }),
      room('pinned', { favourite: true }),
      room('invite', { membership: 'invite' }),
      room('unread', { unread: 1 }),
    ];
    expect(namesIn('important', all).toSorted()).toEqual(['direct', 'invite', 'mention', 'pinned']);
  });

  test('muted and low-priority rooms stay out unless they mention the user', () => {
    const all = [
      room('muted', { muted: true, unread: 5 }),
      room('low', { lowPriority: true, unread: 5 }),
      room('muted, mention', { muted: true, mentions: 1 }),
    ];
    for (const split of ['everything', 'unread', 'mentions', 'important'] as const) expect(namesIn(split, all)).toEqual(['muted, mention']);
  });

  test('a muted room that was put away is found where it was put', () => {
    expect(namesIn('done', [room('muted', { muted: true, triage: { state: 'done', eventId: '$1', ts: 10 } })])).toEqual(['muted']);
  });

  test('spaces show up only as invites, left rooms never', () => {
    const all = [
      room('space', { kind: 'space' }),
      room('space invite', { kind: 'space', membership: 'invite' }),
      room('left', { membership: 'leave', unread: 1 }),
    ];
    expect(namesIn('everything', all)).toEqual(['space invite']);
  });

  test("the user's own", () => {
    const all = [
      room('work', { accountKey: 'work', unread: 1 }),
      room('whatsapp', { network: { id: 'whatsapp', name: 'WhatsApp' } }),
      room('matrix', {}),
    ];
    const own = { id: 'own', name: 'Own' };
    expect(namesIn({ ...own, accountKeys: ['work'] }, all)).toEqual(['work']);
    expect(namesIn({ ...own, networks: ['whatsapp'] }, all)).toEqual(['whatsapp']);
    expect(namesIn({ ...own, networks: ['matrix'], onlyUnread: true }, all)).toEqual(['work']);
  });

  test('the counts beside their names are those of the lists', () => {
    fc.assert(
      fc.property(someConversations, fc.integer({ min: 0, max: 20 }), (all, now) => {
        const counts = countSplits(all, now);
        for (const split of SPLITS) expect(counts[split].conversations).toBe(orderConversations(all, { split, text: '', now }).length);
      }),
    );
  });

  test('no conversation is active, snoozed and done at once, and all that is important is in everything', () => {
    fc.assert(
      fc.property(someConversations, fc.integer({ min: 0, max: 20 }), (all, now) => {
        for (const conversation of all) {
          const triage = effectiveTriage(conversation, now);
          const [important, everything, unread, mentions, snoozed, done] = SPLITS.map((split) => isInSplit(conversation, triage, split));
          expect([everything, snoozed, done].filter(Boolean).length).toBeLessThanOrEqual(1);
          if (important || unread || mentions) expect(everything).toBe(true);
        }
      }),
    );
  });
});

describe('filter', () => {
  const all = [
    room('Café Zoë'),
    room('Straßenfest', { topic: 'Planning for June' }),
    room('Bob', { kind: 'direct', otherUserId: '@bob:b.example', network: { id: 'whatsapp', name: 'WhatsApp' } }),
  ];
  test('ignores case and accents, and finds every word anywhere', () => {
    expect(namesIn('everything', all, { text: 'zoe CAFE' })).toEqual(['Café Zoë']);
    expect(namesIn('everything', all, { text: 'strasse june' })).toEqual(['Straßenfest']);
    expect(namesIn('everything', all, { text: 'whatsapp b.example' })).toEqual(['Bob']);
    expect(namesIn('everything', all, { text: 'zoe june' })).toEqual([]);
    expect(namesIn('everything', all, { text: '  ' })).toHaveLength(3);
  });
});

describe('as an order', () => {
  const views = fc.record({ split: fc.constantFrom(...SPLITS), text: fc.constantFrom('', 'zoe', 'e'), now: fc.integer({ min: 0, max: 20 }) });

  test('it does not depend on what order the conversations came in', () => {
    fc.assert(
      fc.property(
        someConversations.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        views,
        ([all, shuffled], view) => {
          expect(orderConversations(shuffled, view)).toEqual(orderConversations(all, view));
        },
      ),
    );
  });

  test('ordering twice is ordering once', () => {
    fc.assert(
      fc.property(someConversations, views, (all, view) => {
        const once = orderConversations(all, view);
        expect(orderConversations(once, view)).toEqual(once);
      }),
    );
  });

  test('a conversation does not move because another one goes', () => {
    fc.assert(
      fc.property(someConversations, views, (all, view) => {
        const ordered = orderConversations(all, view);
        const without = orderConversations(all.slice(1), view);
        expect(without).toEqual(ordered.filter((conversation) => conversation !== all[0]));
      }),
    );
  });
});

describe('freeze', () => {
  const a = room('a');
  const b = room('b');
  const c = room('c');

  test('keeps the order with new contents, counts what came, lets go of what went', () => {
    const changed = { ...a, unread: 1, last: fakeMessage({ text: 'new' }) };
    const fresh = room('fresh');
    const frozen = freeze([c.id, a.id, b.id], [fresh, changed, c]);
    expect(frozen.conversations).toEqual([c, changed]);
    expect(frozen.arrived).toEqual([fresh]);
  });

  test('keeps what is still known by itself', () => {
    const read = { ...b, unread: 0 };
    expect(freeze([a.id, b.id], [a], (id) => (id === b.id ? read : undefined)).conversations).toEqual([a, read]);
  });

  test('loses and doubles nothing', () => {
    fc.assert(
      fc.property(someConversations, someConversations, (before, next) => {
        const { conversations, arrived } = freeze(
          [...before, ...before].map(({ id }) => id),
          next,
        );
        expect([...conversations, ...arrived].map(({ id }) => id).toSorted()).toEqual(next.map(({ id }) => id).toSorted());
        const again = freeze(
          conversations.map(({ id }) => id),
          conversations,
        );
        expect(again).toEqual({ conversations, arrived: [] });
      }),
    );
  });
});
