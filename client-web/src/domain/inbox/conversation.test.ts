import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { conversationId, parseConversationId } from './conversation.ts';

const opaque = fc.stringMatching(/^[A-Za-z0-9+/_-]{1,43}$/);
const accountKey = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
const roomId = fc.oneof(
  opaque.map((id) => `!${id}:a.example`),
  opaque.map((id) => `!${id}`),
);
const rootId = fc.option(
  fc.oneof(
    opaque.map((id) => `$${id}`),
    opaque.map((id) => `$${id}:a.example`),
  ),
  { nil: undefined },
);

test('what an id is made of is read from it again, slashes and all', () => {
  fc.assert(
    fc.property(accountKey, roomId, rootId, (account, room, root) =>
      expect(parseConversationId(conversationId(account, room, root))).toEqual({ accountKey: account, roomId: room, rootId: root }),
    ),
  );
});

test('a room and its threads have ids of their own', () => {
  expect(conversationId('home', '!r:a')).toBe('home/!r:a');
  expect(conversationId('home', '!r:a', '$x/y')).toBe('home/!r:a/$x/y');
});
