import { describe, expect, jest, test } from '@jest/globals';
import { SendFailed } from '../outbox/outbox.ts';
import { MemoryDatabase } from '../storage/database.ts';
import type { ConversationId } from './conversation.ts';
import type { ConversationChange } from './conversation-change.ts';
import { Inbox } from './inbox.ts';
import { PendingChanges, type ChangeWriter } from './pending-changes.ts';
import { fakeConversation, fakeMessage, fakeThread } from './testing/fake-conversation.ts';

const room = fakeConversation({ unread: 2, mentions: 1, last: fakeMessage({ ts: 1_000 }) });
const other = fakeConversation({ roomId: '!other:a.example' });
const thread = fakeConversation({ thread: fakeThread() });
const DONE: ConversationChange = { kind: 'triage', triage: { state: 'done', eventId: '$last', ts: 1_000 } };
const read = (ts: number): ConversationChange => ({ kind: 'read', eventId: '$last', ts });

/** A browser: its database outlives the windows. */
class FakeBrowser {
  readonly db = new MemoryDatabase();

  async open(): Promise<{ changes: PendingChanges; inbox: Inbox; refused: unknown[] }> {
    const changes = new PendingChanges(this.db);
    const inbox = new Inbox(this.db, (row) => changes.applyTo(row));
    const refused: unknown[] = [];
    changes.onChange = (id) => inbox.showChanges(id);
    changes.onRefused = (error) => refused.push(error);
    await changes.load();
    await inbox.load(['home']);
    return { changes, inbox, refused };
  }

  async openWithRows(): ReturnType<FakeBrowser['open']> {
    const window = await this.open();
    window.inbox.replaceAll('home', 'live', [room, other, thread]);
    await window.inbox.save();
    return window;
  }
}

class FakeServer implements ChangeWriter {
  readonly written: [ConversationId, ConversationChange][] = [];
  readonly refreshed: string[] = [];
  answer: () => Promise<void> = async () => {};

  async write(id: ConversationId, change: ConversationChange): Promise<void> {
    await this.answer();
    this.written.push([id, change]);
  }

  refresh(roomId: string): void {
    this.refreshed.push(roomId);
  }
}

const settled = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const later = async (): Promise<never> => Promise.reject(new SendFailed('later', 'offline'));
const keptIn = async (browser: FakeBrowser): Promise<[string, boolean][]> =>
  (await browser.db.all('changes')).map(({ key, written }): [string, boolean] => [key, written]);

describe('a change', () => {
  test('is seen at once and whatever the server still says, and written in order', async () => {
    const browser = new FakeBrowser();
    const { changes, inbox } = await browser.openWithRows();
    const server = new FakeServer();
    changes.connect('home', server);
    let release = (): void => {};
    server.answer = async () => new Promise((resolve) => (release = resolve));
    const first = changes.add(room.id, DONE);
    const second = changes.add(room.id, { kind: 'favourite', on: true });
    await settled();
    expect(inbox.get(room.id)).toMatchObject({ triage: { state: 'done' }, favourite: true });
    inbox.merge('home', 'live', [{ ...room, name: 'Renamed' }]);
    expect(inbox.get(room.id)).toMatchObject({ name: 'Renamed', triage: { state: 'done' }, favourite: true });
    release();
    await first;
    await settled();
    release();
    await second;
    expect(server.written).toEqual([
      [room.id, DONE],
      [room.id, { kind: 'favourite', on: true }],
    ]);
  });

  test('waits without a session, and is written once there is one', async () => {
    const browser = new FakeBrowser();
    const { changes } = await browser.openWithRows();
    await changes.add(room.id, DONE);
    await changes.add(other.id, { kind: 'markedUnread', on: true });
    const server = new FakeServer();
    changes.connect('home', server);
    await settled();
    expect(server.written.map(([id]) => id)).toEqual([room.id, other.id]);
  });

  test('waits without a network, and is tried again when told', async () => {
    const browser = new FakeBrowser();
    const { changes, inbox } = await browser.openWithRows();
    const server = new FakeServer();
    changes.connect('home', server);
    server.answer = later;
    await changes.add(room.id, DONE);
    // While it waits, others are kept with it.
    await changes.add(other.id, DONE);
    expect(server.written).toEqual([]);
    expect(inbox.get(other.id)?.triage.state).toBe('done');
    server.answer = async () => {};
    changes.retryNow('home');
    await settled();
    expect(server.written.map(([id]) => id)).toEqual([room.id, other.id]);
  });

  test('is tried again by itself, later each time', async () => {
    jest.useFakeTimers();
    try {
      const { changes } = await new FakeBrowser().openWithRows();
      const server = new FakeServer();
      let tries = 0;
      server.answer = async () => {
        tries++;
        return later();
      };
      changes.connect('home', server);
      await changes.add(room.id, DONE);
      expect(tries).toBe(1);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(tries).toBe(2);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(tries).toBe(2);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(tries).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });

  test('outlives the window, with the line as it looked', async () => {
    const browser = new FakeBrowser();
    const before = await browser.openWithRows();
    await before.changes.add(room.id, DONE);
    const after = await browser.open();
    expect(after.inbox.get(room.id)?.triage.state).toBe('done');
    const server = new FakeServer();
    after.changes.connect('home', server);
    await settled();
    expect(server.written).toEqual([[room.id, DONE]]);
    expect(await keptIn(browser)).toEqual([[`${room.id}#triage`, true]]);
  });

  test('that the server refuses is taken back, and whoever did it hears why', async () => {
    const browser = new FakeBrowser();
    const { changes, refused } = await browser.openWithRows();
    const server = new FakeServer();
    changes.connect('home', server);
    const refusal = new Error('M_FORBIDDEN');
    server.answer = async () => Promise.reject(refusal);
    await expect(changes.add(room.id, DONE)).rejects.toBe(refusal);
    expect(server.refreshed).toEqual([room.roomId]);
    expect(changes.applyTo(room)).toBe(room);
    expect(await keptIn(browser)).toEqual([]);
    expect(refused).toEqual([]);
  });

  test('of an earlier start that is refused is told as well, and holds nothing up', async () => {
    const browser = new FakeBrowser();
    const before = await browser.openWithRows();
    await before.changes.add(room.id, DONE);
    await before.changes.add(other.id, DONE);
    const { changes, refused } = await browser.open();
    const server = new FakeServer();
    const refusal = new Error('M_FORBIDDEN');
    server.answer = async () => {
      server.answer = async () => {};
      return Promise.reject(refusal);
    };
    changes.connect('home', server);
    await settled();
    expect(refused).toEqual([refusal]);
    expect(server.written.map(([id]) => id)).toEqual([other.id]);
  });
});

describe('several changes of one conversation', () => {
  test('of the same kind: only the last is written', async () => {
    const { changes } = await new FakeBrowser().openWithRows();
    await changes.add(room.id, DONE);
    await changes.add(room.id, { kind: 'triage', triage: { state: 'active' } });
    await changes.add(room.id, read(1_000));
    await changes.add(room.id, { kind: 'markedUnread', on: true });
    const server = new FakeServer();
    changes.connect('home', server);
    await settled();
    expect(server.written.map(([, change]) => change)).toEqual([
      { kind: 'triage', triage: { state: 'active' } },
      { kind: 'markedUnread', on: true },
    ]);
  });

  test('one that comes while the other is written is written after it', async () => {
    const browser = new FakeBrowser();
    const { changes, inbox } = await browser.openWithRows();
    const server = new FakeServer();
    changes.connect('home', server);
    let release = (): void => {};
    server.answer = async () => new Promise((resolve) => (release = resolve));
    const first = changes.add(room.id, DONE);
    await settled();
    const undone = changes.add(room.id, { kind: 'triage', triage: undefined });
    expect(inbox.get(room.id)?.triage.state).toBe('active');
    server.answer = async () => {};
    release();
    await Promise.all([first, undone]);
    expect(server.written.map(([, change]) => change)).toEqual([DONE, { kind: 'triage', triage: undefined }]);
    expect(await keptIn(browser)).toEqual([[`${room.id}#triage`, true]]);
  });
});

test('a refusal of what was done otherwise since is told nobody', async () => {
  const browser = new FakeBrowser();
  const { changes, inbox, refused } = await browser.openWithRows();
  const server = new FakeServer();
  changes.connect('home', server);
  let refuse = (_error: Error): void => {};
  server.answer = async () => new Promise((_resolve, reject) => (refuse = reject));
  const first = changes.add(room.id, DONE);
  await settled();
  const undone = changes.add(room.id, { kind: 'triage', triage: { state: 'active' } });
  server.answer = async () => {};
  refuse(new Error('M_FORBIDDEN'));
  await Promise.all([first, undone]);
  expect(refused).toEqual([]);
  expect(inbox.get(room.id)?.triage.state).toBe('active');
  expect(server.written.map(([, change]) => change)).toEqual([{ kind: 'triage', triage: { state: 'active' } }]);
});

describe('what is read', () => {
  test('is read up to there: what came later stays unread', async () => {
    const { changes, inbox } = await new FakeBrowser().openWithRows();
    await changes.add(room.id, read(1_000));
    expect(inbox.get(room.id)).toMatchObject({ unread: 0, mentions: 0, markedUnread: false });
    inbox.merge('home', 'live', [{ ...room, unread: 3, activityTs: 2_000 }]);
    expect(inbox.get(room.id)).toMatchObject({ unread: 3, mentions: 1 });
  });
});

describe('a thread', () => {
  test('that is unfollowed is no line any more, though the live source still knows it', async () => {
    const { changes, inbox } = await new FakeBrowser().openWithRows();
    await changes.add(thread.id, { kind: 'followed', on: false, ts: undefined });
    expect(inbox.get(thread.id)).toBeUndefined();
    inbox.merge('home', 'live', [thread]);
    expect(inbox.get(thread.id)).toBeUndefined();
    await changes.add(thread.id, { kind: 'followed', on: true, ts: 1_000 });
    inbox.merge('home', 'live', [thread]);
    expect(inbox.get(thread.id)).toEqual(thread);
  });
});

describe('what was written', () => {
  test('stands at the next start until the server was heard: the cache is older', async () => {
    const browser = new FakeBrowser();
    const before = await browser.openWithRows();
    before.changes.connect('home', new FakeServer());
    await before.changes.add(room.id, DONE);
    const { changes, inbox } = await browser.open();
    inbox.replaceAll('home', 'live', [room]);
    expect(inbox.get(room.id)?.triage.state).toBe('done');
    const server = new FakeServer();
    changes.connect('home', server);
    expect(server.refreshed).toEqual([room.roomId]);
    // Another device has changed it meanwhile.
    inbox.merge('home', 'live', [room]);
    expect(inbox.get(room.id)?.triage.state).toBe('active');
    await settled();
    expect(server.written).toEqual([]);
    expect(await keptIn(browser)).toEqual([]);
  });

  test('gives way at once to what comes in this run', async () => {
    const { changes, inbox } = await new FakeBrowser().openWithRows();
    changes.connect('home', new FakeServer());
    await changes.add(room.id, DONE);
    inbox.merge('home', 'live', [room]);
    expect(inbox.get(room.id)?.triage.state).toBe('active');
  });
});

test('an account that leaves takes its changes along, and nobody waits for them', async () => {
  const browser = new FakeBrowser();
  const { changes } = await browser.openWithRows();
  const server = new FakeServer();
  changes.connect('home', server);
  server.answer = async () => new Promise(() => {});
  const waiting = changes.add(room.id, DONE);
  await settled();
  await changes.forgetAccount('home');
  await waiting;
  expect(await keptIn(browser)).toEqual([]);
  expect(changes.applyTo(room)).toBe(room);
});
