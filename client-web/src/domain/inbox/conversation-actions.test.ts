import { afterEach, expect, test } from '@jest/globals';
import type { RoomActions } from '../matrix/room-actions.ts';
import { MemoryDatabase } from '../storage/database.ts';
import { ConversationActions, NotConnected, type SessionsForActions } from './conversation-actions.ts';
import { Inbox } from './inbox.ts';
import { PendingChanges } from './pending-changes.ts';
import { fakeConversation, fakeMessage, fakeThread } from './testing/fake-conversation.ts';

const room = fakeConversation({ unread: 2, last: fakeMessage({ ts: 1_000 }), triage: { state: 'snoozed', until: 9_000, wake: 'time', ts: 500 } });
const thread = fakeConversation({ thread: fakeThread(), last: fakeMessage({ ts: 1_000 }) });

let opened: Inbox | undefined;
afterEach(async () => opened?.save());

function setUp(sessions: Partial<SessionsForActions> = {}): { actions: ConversationActions; inbox: Inbox } {
  const db = new MemoryDatabase();
  const changes = new PendingChanges(db);
  const inbox = new Inbox(db, (row) => changes.applyTo(row));
  changes.onChange = (id) => inbox.showChanges(id);
  inbox.replaceAll('home', 'live', [room, thread]);
  opened = inbox;
  const none: SessionsForActions = { roomActions: () => undefined, isElsewhere: () => false };
  return { actions: new ConversationActions(inbox, changes, { ...none, ...sessions }), inbox };
}

test('triage goes without a session, and its undo gives back what was', async () => {
  const { actions, inbox } = setUp();
  const undo = await actions.markDone(room.id);
  expect(inbox.get(room.id)?.triage).toEqual({ state: 'done', eventId: '$last', ts: 1_000 });
  await undo();
  expect(inbox.get(room.id)?.triage).toEqual(room.triage);
});

test('the undo of a thread’s first triage leaves no trace of it', async () => {
  const { actions, inbox } = setUp({ roomActions: () => ({ threadTriage: () => undefined }) as unknown as RoomActions });
  const undo = await actions.markDone(thread.id);
  await undo();
  expect(inbox.get(thread.id)?.triage).toEqual({ state: 'active' });
});

test('a room is read up to the newest event that is known, be it a message or not', async () => {
  const { actions, inbox } = setUp({ roomActions: () => ({ newestEvent: () => '$state' }) as unknown as RoomActions });
  await actions.markRead(room.id);
  expect(inbox.get(room.id)).toMatchObject({ unread: 0, markedUnread: false });
});

test('in a window whose account is open in another one nothing is changed', async () => {
  const { actions, inbox } = setUp({ isElsewhere: () => true });
  await expect(actions.markDone(room.id)).rejects.toBeInstanceOf(NotConnected);
  await expect(actions.setFavourite(room.id, true)).rejects.toBeInstanceOf(NotConnected);
  expect(inbox.get(room.id)).toEqual(room);
});

test('joining and leaving need a session', async () => {
  const { actions } = setUp();
  await expect(actions.accept(room.id)).rejects.toBeInstanceOf(NotConnected);
  await expect(actions.leave(room.id)).rejects.toBeInstanceOf(NotConnected);
});

test('who leaves a room loses the lines of its threads too', async () => {
  const left: string[] = [];
  const { actions, inbox } = setUp({ roomActions: () => ({ leave: async (id: string) => void left.push(id) }) as unknown as RoomActions });
  await actions.leave(room.id);
  expect(left).toEqual([room.roomId]);
  expect([...inbox.state.getState().conversations.keys()]).toEqual([]);
});
