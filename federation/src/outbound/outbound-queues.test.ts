/** The outgoing side against a network and a clock that the test moves. */
import { afterEach, expect, test } from '@jest/globals';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryOutbox } from '../testing/memory-outbox.ts';
import type { EventId, ServerName } from '../ports.ts';
import type { Transaction } from './destination-queue.ts';
import { OutboundQueues } from './outbound-queues.ts';
import type { OutboundSettings } from './settings.ts';

const A = 'a.example' as ServerName;
const B = 'b.example' as ServerName;
const noLog = { debug: () => {}, info: () => {}, warn: () => {} };
const edu = (type: string, content = {}) => ({ edu_type: type, content });

/** One run of the server: what it has sent, and to whom it can't. */
class Run {
  readonly sent: (Transaction & { server: ServerName; at: number })[] = [];
  readonly tries: { server: ServerName; at: number }[] = [];
  readonly down = new Set<ServerName>();
  /** transactions to these wait until they are released */
  readonly stuck = new Map<ServerName, (() => void)[]>();
  floor = 0;
  readonly outbox: MemoryOutbox;
  readonly clock: ManualClock;
  readonly queues: OutboundQueues;
  readonly upListeners: ((server: ServerName) => void)[] = [];
  readonly refused = new Map<EventId, string>();

  constructor(outbox = new MemoryOutbox(), clock = new ManualClock(), settings: Partial<OutboundSettings> = {}) {
    this.outbox = outbox;
    this.clock = clock;
    this.queues = new OutboundQueues({
      ownName: 'own.example' as ServerName,
      settings,
      store: outbox,
      clock,
      random: () => 0.5,
      log: noLog,
      allowed: (server) => server !== 'denied.example',
      floor: () => this.floor,
      health: { retryAt: () => undefined, markUp: () => {}, onUp: (listener) => (this.upListeners.push(listener), () => {}) },
      send: async (server, transaction, signal) => {
        this.tries.push({ server, at: clock.now() });
        const waiting = this.stuck.get(server);
        if (waiting) {
          await new Promise<void>((go, fail) => {
            waiting.push(go);
            signal.addEventListener('abort', () => fail(new Error('stopped')));
          });
        }
        if (this.down.has(server)) throw new Error('connection refused');
        this.sent.push({ ...transaction, server, at: clock.now() });
        return this.refused;
      },
    });
  }

  /** Sends events of ours that are committed. */
  commit(servers: readonly ServerName[], positions: readonly number[], room = 'room'): void {
    for (const pos of positions) {
      const event = this.outbox.event(room, pos);
      this.floor = Math.max(this.floor, pos);
      this.queues.sendPdu(servers, event);
    }
  }

  positionsTo(server: ServerName): number[] {
    return this.sent.filter((one) => one.server === server).flatMap((one) => one.pdus.map((pdu) => pdu['pos'] as number));
  }
}

const runs: Run[] = [];
async function started(...args: ConstructorParameters<typeof Run>): Promise<Run> {
  const run = new Run(...args);
  runs.push(run);
  await run.queues.start();
  return run;
}
afterEach(async () => {
  for (const run of runs.splice(0)) {
    const closed = run.queues[Symbol.asyncDispose]();
    await run.clock.advance(5_000);
    await closed;
  }
});
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('events go in order, at most 50 and 100 EDUs in a transaction, one transaction at a time', async () => {
  const run = await started();
  run.stuck.set(A, []);
  run.commit([A], range(1, 120));
  for (let i = 0; i < 130; i++) run.queues.sendEphemeral([A], `user ${i}`, edu('m.presence', { i }));
  await run.clock.settle();
  for (let n = 1; n <= 3; n++) {
    expect(run.tries.length).toBe(n);
    run.stuck.get(A)!.pop()!();
    await run.clock.settle();
  }
  expect(run.sent.map((one) => [one.pdus.length, one.edus.length])).toEqual([
    [50, 100],
    [50, 30],
    [20, 0],
  ]);
  expect(run.positionsTo(A)).toEqual(range(1, 120));
  expect(new Set(run.sent.map((one) => one.txnId)).size).toBe(3);
  expect(run.queues.status()).toEqual([]);
});

test('of the same subject the newest counts', async () => {
  const run = await started();
  for (let i = 0; i < 5; i++) run.queues.sendEphemeral([A], 'typing', edu('m.typing', { i }));
  await run.clock.settle();
  expect(run.sent.map((one) => one.edus)).toEqual([[edu('m.typing', { i: 4 })]]);
});

test('to-device messages and device changes go with the next transaction, whatever waits', async () => {
  const run = await started();
  run.stuck.set(A, []);
  run.commit([A], range(1, 400));
  await run.clock.settle();
  run.outbox.message(A, 'room key');
  run.outbox.deviceChanges.push({ pos: 401, edu: edu('m.device_list_update') });
  run.queues.toDeviceWaits([A]);
  run.queues.devicesChanged([A], 401);
  run.stuck.get(A)!.pop()!();
  await run.clock.settle();
  run.stuck.get(A)!.pop()!();
  await run.clock.settle();
  expect(run.sent[1]!.edus.map((one) => one.edu_type)).toEqual(['m.device_list_update', 'm.direct_to_device']);
  expect(run.sent[1]!.pdus.length).toBe(50);
  expect(run.outbox.toDevice.get(A)).toEqual([]);
});

test('a server that fails is tried ever later, gets everything in order, and what was ephemeral is gone', async () => {
  const run = await started();
  run.down.add(A);
  run.commit([A], [1, 2]);
  run.queues.sendEphemeral([A], 'typing', edu('m.typing'));
  run.outbox.message(A, 'kept');
  run.queues.toDeviceWaits([A]);
  await run.clock.advance(8_000);
  const waits = run.tries.slice(1).map((one, i) => one.at - run.tries[i]!.at);
  expect(waits).toEqual([900, 1800, 3600]);
  run.commit([A], [3]);
  expect(run.queues.status()).toMatchObject([{ server: A, pendingPdus: 3, failingSince: 1_000_000, durableWaits: true }]);
  run.down.clear();
  await run.clock.advance(8_000);
  expect(run.positionsTo(A)).toEqual([1, 2, 3]);
  expect(run.sent.flatMap((one) => one.edus.map((sent) => sent.edu_type))).toEqual(['m.direct_to_device']);
  expect(run.queues.status()).toEqual([]);
});

test('a dead server does not slow another', async () => {
  const run = await started();
  run.stuck.set(A, []);
  run.commit([A, B], range(1, 60));
  await run.clock.settle();
  expect(run.positionsTo(B)).toEqual(range(1, 60));
  expect(run.positionsTo(A)).toEqual([]);
});

test('a server that makes itself heard is tried at once', async () => {
  const run = await started();
  run.down.add(A);
  run.commit([A], [1]);
  await run.clock.advance(100_000);
  run.down.clear();
  const before = run.clock.now();
  run.queues.heardFrom(A);
  await run.clock.settle();
  expect(run.sent.map((one) => one.at)).toEqual([before]);
});

test('a server that is heard but can not be reached is not tried at every request', async () => {
  const run = await started();
  run.down.add(A);
  run.commit([A], [1]);
  await run.clock.advance(100_000);
  const before = run.tries.length;
  for (let i = 0; i < 100; i++) {
    run.queues.heardFrom(A);
    await run.clock.advance(30);
  }
  expect(run.tries.length - before).toBeLessThanOrEqual(4);
});

test('what does not fit in memory is forgotten, read from storage later, and then live events follow', async () => {
  const run = await started(new MemoryOutbox(), new ManualClock(), { queuedPdus: 100 });
  run.down.add(A);
  for (const room of ['r1', 'r2', 'r3']) run.commit([A], room === 'r1' ? range(1, 40) : room === 'r2' ? range(41, 80) : range(81, 300), room);
  await run.clock.settle();
  const [status] = run.queues.status();
  expect(status).toMatchObject({ behind: true });
  expect(status!.pendingPdus).toBeLessThanOrEqual(100);
  run.down.clear();
  await run.clock.advance(2_000);
  // Of the room with many, the newest; the receiver asks for what is between.
  expect(run.positionsTo(A)).toEqual([...range(1, 80), ...range(251, 300)]);
  run.commit([A], [301, 302]);
  await run.clock.settle();
  expect(run.positionsTo(A).slice(-2)).toEqual([301, 302]);
  expect(run.queues.status()).toEqual([]);
});

test('an overflow while a transaction is on its way loses nothing', async () => {
  const run = await started(new MemoryOutbox(), new ManualClock(), { queuedPdus: 10 });
  run.stuck.set(A, []);
  run.commit([A], [1, 2, 3], 'r1');
  await run.clock.settle();
  run.commit([A], range(4, 30), 'r2');
  const release = run.stuck.get(A)!;
  run.stuck.delete(A);
  release.pop()!();
  await run.clock.settle();
  expect([...new Set(run.positionsTo(A))].sort((a, b) => a - b)).toEqual(range(1, 30));
});

test('positions that are not committed yet hold back what counts as sent', async () => {
  const run = await started();
  run.commit([A], [1]);
  await run.clock.settle();
  // 3 commits before 2, and 2 is still on its way to the database.
  run.queues.sendPdu([A], run.outbox.event('other', 3));
  await run.clock.advance(4_000);
  expect(run.outbox.okPos).toBe(1);
  run.queues.sendPdu([A], run.outbox.event('room', 2));
  run.floor = 3;
  await run.clock.advance(4_000);
  expect(run.outbox.okPos).toBe(3);
  expect(run.positionsTo(A)).toEqual([1, 3, 2]);
});

test('after a crash between commit and send, the next run sends it', async () => {
  const outbox = new MemoryOutbox();
  const first = await started(outbox);
  first.commit([A], [1]);
  await first.clock.advance(4_000);
  expect(outbox.okPos).toBe(1);
  // Committed, but the process died before anything was sent or written down.
  outbox.event('room', 2);
  const second = new Run(outbox, new ManualClock());
  second.floor = 2;
  runs.push(second);
  await second.queues.start();
  await second.clock.settle();
  expect(second.positionsTo(A)).toEqual([2]);
  second.commit([A], [3]);
  await second.clock.settle();
  expect(second.positionsTo(A)).toEqual([2, 3]);
});

test('a server that was down over a restart gets all it missed, and holds up nobody else', async () => {
  const outbox = new MemoryOutbox();
  const first = await started(outbox);
  first.commit([A, B], [1]);
  await first.clock.settle();
  first.down.add(A);
  first.commit([A, B], range(2, 9));
  outbox.message(A, 'kept');
  await first.clock.advance(4_000);
  expect(outbox.okPos).toBe(9);
  expect(outbox.records.get(A)).toMatchObject({ lastOkPos: 1, failingSince: 1_000_000 });
  expect(outbox.records.get(B)).toMatchObject({ failingSince: undefined });
  const second = new Run(outbox, new ManualClock(first.clock.now()));
  second.floor = 9;
  runs.push(second);
  await second.queues.start();
  expect(second.queues.status()).toMatchObject([{ server: A, behind: true, failingSince: 1_000_000 }]);
  await second.clock.advance(60_000);
  expect(second.positionsTo(A)).toEqual(range(2, 9));
  expect(second.positionsTo(B)).toEqual([]);
  expect(second.sent.flatMap((one) => one.edus.map((sent) => sent.content['name']))).toEqual(['kept']);
  expect(outbox.records.get(A)).toMatchObject({ failingSince: undefined });
});

test('a clean stop lets a transaction arrive and writes down how far everybody is', async () => {
  const run = new Run();
  await run.queues.start();
  run.stuck.set(A, []);
  run.commit([A], [1]);
  await run.clock.settle();
  run.commit([A], [2]);
  const closed = run.queues[Symbol.asyncDispose]();
  await run.clock.settle();
  run.stuck.get(A)!.pop()!();
  await run.clock.settle();
  await closed;
  expect(run.positionsTo(A)).toEqual([1]);
  expect(run.outbox.okPos).toBe(1);
});

test('a stop before the start writes nothing: what the last run left is still to be sent', async () => {
  const outbox = new MemoryOutbox();
  outbox.okPos = 1;
  const run = new Run(outbox);
  run.floor = 7;
  await run.queues[Symbol.asyncDispose]();
  expect(outbox.okPos).toBe(1);
  expect(outbox.records.size).toBe(0);
});

test('servers that the configuration excludes, and this one, get nothing', async () => {
  const run = await started();
  run.commit(['denied.example' as ServerName, 'own.example' as ServerName], [1]);
  await run.clock.settle();
  expect(run.tries).toEqual([]);
  expect(run.queues.status()).toEqual([]);
});

test('events that the receiver refuses are counted and not sent again', async () => {
  const run = await started();
  run.refused.set('$1' as EventId, 'You are banned.');
  run.commit([A], [1]);
  await run.clock.advance(10_000);
  expect(run.tries.length).toBe(1);
  expect(run.queues.counts).toMatchObject({ pdusRefused: 1, pdusSent: 1, transactionsSent: 1 });
});

test('a failing destination needs bounded memory', async () => {
  const run = await started(new MemoryOutbox(), new ManualClock(), { queuedPdus: 20, queuedPdusInAll: 30, ephemeralEdus: 3 });
  run.down.add(A).add(B);
  run.commit([A, B], range(1, 1_000));
  expect(run.queues.gauges().queuedPdus).toBeLessThanOrEqual(30);
  run.stuck.set('c.example' as ServerName, []);
  for (let i = 0; i < 10; i++) run.queues.sendEphemeral(['c.example' as ServerName], `${i}`, edu('m.typing', { i }));
  expect(run.queues.status().find((one) => one.server === 'c.example')!.pendingEphemeral).toBe(3);
});
