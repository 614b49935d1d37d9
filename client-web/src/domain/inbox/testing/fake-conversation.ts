/** Conversations for tests: a quiet, joined, active room unless told otherwise. */
import fc from 'fast-check';
import { conversationId, type Conversation, type LastMessage, type ThreadPart, type Triage } from '../conversation.ts';

export function fakeMessage(over: Partial<LastMessage> = {}): LastMessage {
  return { eventId: '$last', sender: '@bob:b.example', senderName: 'Bob', ts: 1_000, text: 'Hello', kind: 'text', mine: false, ...over };
}

/** A thread that somebody else began and the person answered in. */
export const fakeThread = (over: Partial<ThreadPart> = {}): ThreadPart => ({
  rootId: '$root',
  rootText: 'What grows here?',
  rootKind: 'text',
  rootSender: '@bob:b.example',
  rootMine: false,
  wroteTs: 0,
  mentioned: false,
  quiet: false,
  ...over,
});

export function fakeConversation(over: Partial<Conversation> = {}): Conversation {
  const accountKey = over.accountKey ?? 'home';
  const roomId = over.roomId ?? '!room:a.example';
  return {
    id: conversationId(accountKey, roomId, over.thread?.rootId),
    accountKey,
    roomId,
    kind: 'room',
    membership: 'join',
    name: 'Room',
    avatarMxc: undefined,
    otherUserId: undefined,
    topic: undefined,
    encrypted: false,
    memberCount: 3,
    last: undefined,
    activityTs: over.last?.ts ?? 1_000,
    unread: 0,
    mentions: 0,
    markedUnread: false,
    muted: false,
    favourite: false,
    lowPriority: false,
    triage: { state: 'active' },
    inviter: undefined,
    network: undefined,
    ...over,
  };
}

const ts = fc.integer({ min: 0, max: 20 });
const count = fc.constantFrom(0, 0, 0, 1, 2);
const triage: fc.Arbitrary<Triage> = fc.oneof(
  fc.constant<Triage>({ state: 'active' }),
  ts.map((at): Triage => ({ state: 'done', eventId: `$${at}`, ts: at })),
  fc.record({ state: fc.constant('snoozed' as const), until: ts, wake: fc.constantFrom('time' as const, 'reply', 'mention'), ts }),
);
const last = fc.option(
  fc
    .record({ ts, mine: fc.boolean(), kind: fc.constantFrom('text' as const, 'state', 'encrypted', 'redacted') })
    .map((some) => fakeMessage({ ...some, eventId: `$${some.ts}` })),
  { nil: undefined },
);

/** Up to 40 conversations of distinct rooms, with times so close that ties are common. */
export const someConversations: fc.Arbitrary<Conversation[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('direct' as const, 'room', 'room', 'space'),
      membership: fc.constantFrom('join' as const, 'join', 'join', 'invite', 'knock', 'leave'),
      name: fc.constantFrom('Garden', 'Zoë', 'Straße', 'Team'),
      last,
      activityTs: ts,
      unread: count,
      mentions: count,
      markedUnread: fc.boolean(),
      muted: fc.boolean(),
      favourite: fc.boolean(),
      lowPriority: fc.boolean(),
      triage,
    }),
    { maxLength: 40 },
  )
  .map((all) => all.map((each, index) => fakeConversation({ ...each, roomId: `!${index}` })));
