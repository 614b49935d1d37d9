import { expect, test } from '@jest/globals';
import { MemoryDatabase } from '../storage/database.ts';
import { Inbox } from './inbox.ts';
import { fakeConversation, fakeThread } from './testing/fake-conversation.ts';

const room = fakeConversation({ unread: 1 });
const thread = fakeConversation({ unread: 2, mentions: 1, thread: fakeThread() });

async function kept(): Promise<Inbox> {
  const db = new MemoryDatabase();
  await db.putAll(
    'conversations',
    [room, thread].map((row) => [row.id, row]),
  );
  const inbox = new Inbox(db);
  await inbox.load([room.accountKey]);
  return inbox;
}

test('lines of threads outlive a summary, which knows of none, and its counts of the room are without theirs', async () => {
  const inbox = await kept();
  inbox.mergeSummary(room.accountKey, [{ ...room, unread: 5, mentions: 1 }]);
  expect(inbox.get(thread.id)).toEqual(thread);
  expect(inbox.get(room.id)).toMatchObject({ unread: 3, mentions: 0 });
  inbox.replaceAll(room.accountKey, 'summary', [room]);
  expect(inbox.get(thread.id)).toEqual(thread);
  await inbox.save();
});

test('the live source has the last word on them', async () => {
  const inbox = await kept();
  inbox.replaceAll(room.accountKey, 'live', [room]);
  expect(inbox.get(thread.id)).toBeUndefined();
  await inbox.save();
});
