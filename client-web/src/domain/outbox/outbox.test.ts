import { expect, test } from '@jest/globals';
import { MemoryDatabase } from '../storage/database.ts';
import { Outbox, SendFailed, type OutboxSender } from './outbox.ts';

const ROOM = { accountKey: 'a', roomId: '!r:x', eventType: 'm.room.message' } as const;
const text = (body: string) => ({ ...ROOM, content: { msgtype: 'm.text', body } });
const bodies = (outbox: Outbox) => outbox.state.getState().items.map(({ entry, state }) => [entry.content['body'], state]);

/** Answers sends by hand. */
class Server implements OutboxSender {
  readonly asked: { id: string; body: unknown; answer: (eventId: string) => void; fail: (error: unknown) => void }[] = [];
  readonly #waiting: (() => void)[] = [];
  async send(entry: Parameters<OutboxSender['send']>[0]): Promise<string> {
    return new Promise((resolve, reject) => {
      this.asked.push({ id: entry.id, body: entry.content['body'], answer: resolve, fail: reject });
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }
  async until(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

const until = async (outbox: Outbox, condition: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const check = (): void => {
      if (condition()) resolve();
    };
    outbox.state.subscribe(check);
    check();
  });

test('sends in order, one at a time for each conversation', async () => {
  const outbox = new Outbox(new MemoryDatabase());
  const server = new Server();
  outbox.connect('a', server);
  await outbox.add(text('one'));
  await outbox.add(text('two'));
  await outbox.add({ ...text('elsewhere'), roomId: '!other:x' });
  await server.until(2);
  expect(server.asked.map((one) => one.body)).toEqual(['one', 'elsewhere']);
  server.asked[0]!.answer('$1');
  await server.until(3);
  expect(server.asked[2]!.body).toBe('two');
});

test('what waits is kept, and sent with the same transaction id after a restart', async () => {
  const db = new MemoryDatabase();
  const before = new Outbox(db);
  const ids = [];
  for (let i = 0; i < 10; i++) ids.push((await before.add(text(`message ${i}`))).id);
  // The tab is killed: nothing was sent.
  const after = new Outbox(db);
  await after.load();
  const server = new Server();
  after.connect('a', server);
  for (let i = 0; i < 10; i++) {
    await server.until(i + 1);
    server.asked[i]!.answer(`$${i}`);
  }
  await until(after, () => after.state.getState().items.every((one) => one.state === 'sent'));
  expect(server.asked.map((one) => one.id)).toEqual(ids);
  expect(server.asked.map((one) => one.body)).toEqual(Array.from({ length: 10 }, (_, i) => `message ${i}`));
  expect(await db.all('outbox')).toEqual([]);
});

test('an answer that got lost: the entry is still there and goes again under its id', async () => {
  const db = new MemoryDatabase();
  const first = new Outbox(db);
  const lost = new Server();
  first.connect('a', lost);
  const entry = await first.add(text('hello'));
  await lost.until(1); // the server has it, the answer never arrives
  const again = new Outbox(db);
  await again.load();
  const server = new Server();
  again.connect('a', server);
  await server.until(1);
  expect(server.asked[0]!.id).toBe(entry.id);
});

test('what the server refuses stands aside, what follows goes on; trying again sends it', async () => {
  const db = new MemoryDatabase();
  const outbox = new Outbox(db);
  const server = new Server();
  outbox.connect('a', server);
  const bad = await outbox.add(text('bad'));
  await outbox.add(text('good'));
  await server.until(1);
  server.asked[0]!.fail(new SendFailed('refused', 'forbidden'));
  await server.until(2);
  server.asked[1]!.answer('$good');
  await until(outbox, () => outbox.state.getState().items.some((one) => one.state === 'sent'));
  expect(bodies(outbox)).toEqual([
    ['bad', 'failed'],
    ['good', 'sent'],
  ]);
  expect((await db.get('outbox', bad.id))?.failed).toBe('forbidden');
  await outbox.retry(bad.id);
  await server.until(3);
  expect(server.asked[2]!.id).toBe(bad.id);
});

test('without network everything waits, in order, until it is back', async () => {
  const outbox = new Outbox(new MemoryDatabase());
  const server = new Server();
  outbox.connect('a', server);
  await outbox.add(text('one'));
  await outbox.add(text('two'));
  await server.until(1);
  server.asked[0]!.fail(new SendFailed('later', 'offline'));
  await until(outbox, () => outbox.state.getState().items.every((one) => one.state === 'waiting'));
  outbox.retryNow();
  await server.until(2);
  expect(server.asked[1]!.body).toBe('one');
  server.asked[1]!.answer('$1');
  await server.until(3);
  expect(server.asked[2]!.body).toBe('two');
});

test('what was not sent can be taken back, what was sent can not', async () => {
  const db = new MemoryDatabase();
  const outbox = new Outbox(db);
  const entry = await outbox.add(text('regret'));
  expect(await outbox.discard(entry.id)).toBe(true);
  expect(await db.all('outbox')).toEqual([]);
  const server = new Server();
  outbox.connect('a', server);
  const sent = await outbox.add(text('final'));
  await server.until(1);
  server.asked[0]!.answer('$1');
  await until(outbox, () => outbox.state.getState().items[0]?.state === 'sent');
  expect(await outbox.discard(sent.id)).toBe(false);
  outbox.arrived(new Set([sent.id]));
  expect(outbox.state.getState().items).toEqual([]);
});

test('a full disk does not keep a message from being sent', async () => {
  const db = new MemoryDatabase();
  db.put = async () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  const outbox = new Outbox(db);
  const server = new Server();
  outbox.connect('a', server);
  await outbox.add(text('anyway'));
  await server.until(1);
  expect(server.asked[0]!.body).toBe('anyway');
});
