import { expect, test } from '@jest/globals';
import type { OutboxItem } from '../outbox/outbox.ts';
import { outboxItems, withPendingChanges, type PendingContext } from './pending-items.ts';
import type { MessageItem, Person } from './timeline-item.ts';

const ME: Person = { userId: '@me:x', name: 'Me', avatarMxc: undefined };
const context: PendingContext = { me: ME, arrived: new Set(), encrypted: false, find: () => undefined };

const pending = (
  content: Record<string, unknown>,
  more: Partial<OutboxItem> & { id?: string; eventType?: string; failed?: string } = {},
): OutboxItem => ({
  entry: {
    id: more.id ?? 'txn',
    accountKey: 'a',
    roomId: '!r:x',
    threadRootId: undefined,
    eventType: more.eventType ?? 'm.room.message',
    content,
    file: undefined,
    ts: 5,
    order: 0,
    failed: more.failed,
  },
  state: more.state ?? 'waiting',
  progress: undefined,
  eventId: undefined,
});

const message = (over: Partial<MessageItem> = {}): MessageItem => ({
  type: 'message',
  key: '$e',
  eventId: '$e',
  sender: ME,
  ts: 1,
  mine: true,
  content: { type: 'text', text: { body: 'before', html: undefined } },
  edited: undefined,
  replyTo: undefined,
  threadRootId: undefined,
  thread: undefined,
  reactions: [],
  readBy: [],
  mentionsMe: false,
  encrypted: false,
  shield: undefined,
  sendState: 'sent',
  sendError: undefined,
  uploadProgress: undefined,
  can: { edit: true, redact: true, react: true, reply: true, pin: true },
  pinned: false,
  ...over,
});

test('messages come after what is there; edits and reactions are no messages of their own', () => {
  const items = outboxItems(
    [
      pending({ msgtype: 'm.text', body: 'new' }, { id: '1' }),
      pending({ 'm.relates_to': { rel_type: 'm.replace', event_id: '$e' }, body: '* edited' }, { id: '2' }),
      pending({ 'm.relates_to': { rel_type: 'm.annotation', event_id: '$e', key: '👍' } }, { id: '3', eventType: 'm.reaction' }),
    ],
    context,
  );
  expect(items).toMatchObject([{ type: 'message', key: '1', eventId: undefined, sendState: 'waiting' }]);
});

test('what has arrived is not shown twice', () => {
  expect(outboxItems([pending({ body: 'x' })], { ...context, arrived: new Set(['txn']) })).toEqual([]);
});

test('a reply is shown with what it replies to, a thread message without', () => {
  const relates = { 'm.in_reply_to': { event_id: '$e' } };
  const find = () => message();
  expect(outboxItems([pending({ body: 'x', 'm.relates_to': relates })], { ...context, find })).toMatchObject([
    { replyTo: { eventId: '$e', sender: ME } },
  ]);
  const thread = { rel_type: 'm.thread', event_id: '$root', is_falling_back: true, ...relates };
  expect(outboxItems([pending({ body: 'x', 'm.relates_to': thread })], { ...context, find })).toMatchObject([{ replyTo: undefined }]);
});

test('an edit under way is seen at once, and a failed one says so', () => {
  const edit = { 'm.relates_to': { rel_type: 'm.replace', event_id: '$e' }, 'm.new_content': { msgtype: 'm.text', body: 'after' }, body: '* after' };
  expect(withPendingChanges(message(), [pending(edit, { state: 'sending' })], '@me:x')).toMatchObject({
    content: { text: { body: 'after' } },
    sendState: 'sending',
    edited: { ts: 5 },
  });
  expect(withPendingChanges(message(), [pending(edit, { state: 'failed', failed: 'refused' })], '@me:x')).toMatchObject({ sendError: 'refused' });
});

test('a reaction under way counts once', () => {
  const react = pending({ 'm.relates_to': { rel_type: 'm.annotation', event_id: '$e', key: '👍' } }, { eventType: 'm.reaction' });
  const other: Person = { userId: '@o:x', name: 'O', avatarMxc: undefined };
  const there = message({ reactions: [{ key: '👍', count: 1, mine: false, people: [other] }] });
  expect(withPendingChanges(there, [react, react], '@me:x').reactions).toMatchObject([{ key: '👍', count: 2, mine: true }]);
  expect(withPendingChanges(message(), [react], '@me:x').reactions).toMatchObject([{ key: '👍', count: 1, mine: true }]);
  expect(withPendingChanges(message(), [], '@me:x').reactions).toEqual([]);
});
