/** The circuit breaker: a room whose missing events can't be had again and again is left alone for a while. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { roomVersions } from '@nexuscomm/spec/room-versions.ts';
import { Unreachable } from '../client/errors.ts';
import type {
  CheckedEvent,
  EventId,
  EventSource,
  InboundRoom,
  InboundRooms,
  JsonObject,
  Received,
  RoomEvent,
  RoomId,
  ServerName,
  UserId,
} from '../ports.ts';
import { FakeClock, silentLog } from '../testing/fakes.ts';
import { MissingEvents } from './missing-events.ts';

const A = 'a.example' as ServerName;
const LIMITS = { events: 10, rounds: 2, singleEvents: 10, parallel: 2, roomFailures: 3, roomPauseMs: 600_000 };

const room = (name: string): InboundRoom => ({ roomId: `!${name}:a.example` as RoomId, version: roomVersions[11] });
const [ONE, OTHER] = [room('one'), room('other')];

/** What servers hold, by event id. */
let elsewhere: Map<EventId, RoomEvent>;
/** What is here, with the state around it. */
let here: Set<EventId>;
/** false: servers can't be reached */
let reachable: boolean;
/** another server of the room, which answers but need not know the event */
let ignorant: ServerName | undefined;
let asked: RoomId[];
let clock: FakeClock;
let missing: MissingEvents;

function make({ roomId }: InboundRoom, id: string, ...prev: EventId[]): CheckedEvent {
  const event: RoomEvent = {
    eventId: `$${id}` as EventId,
    roomId,
    type: 'm.room.message',
    stateKey: undefined,
    sender: '@u:a.example' as UserId,
    content: {},
    originServerTs: 1,
    depth: elsewhere.size + 2,
    prevEvents: prev,
    authEvents: [],
    redacts: undefined,
    json: { id },
  };
  elsewhere.set(event.eventId, event);
  return { event };
}

const accepted: Received = { outcome: { kind: 'accepted' }, durable: Promise.resolve() };

function take(_roomId: RoomId, { event }: CheckedEvent): Promise<Received> {
  here.add(event.eventId);
  return Promise.resolve(accepted);
}

const rooms: InboundRooms = {
  find: () => Promise.resolve(ONE),
  isBanned: () => Promise.resolve(false),
  servers: () => Promise.resolve(ignorant === undefined ? [A] : [A, ignorant]),
  missing: (_roomId, ids) => Promise.resolve(ids.filter((id) => !here.has(id))),
  unknown: (_roomId, ids) => Promise.resolve(ids.filter((id) => !here.has(id))),
  receive: take,
  receiveAfterGap: take,
  addOutliers: () => Promise.resolve(),
  extremities: () => Promise.resolve({ eventIds: ['$start' as EventId], minDepth: 1 }),
};

function answer<T>(roomId: RoomId, value: T): Promise<T> {
  asked.push(roomId);
  return reachable ? Promise.resolve(value) : Promise.reject(new Unreachable(A, 'refused', 'nobody listens'));
}

const source: EventSource = {
  getEvent: (_server, id) => Promise.resolve(elsewhere.get(id)?.json),
  getState: (_server, { roomId }) => answer(roomId, { state: [], authChain: [] }),
  getStateIds: (server, { roomId }) => {
    const ids = { stateIds: [], authChainIds: [] };
    return server === ignorant ? Promise.resolve(ids) : answer(roomId, ids);
  },
  getEventAuth: () => Promise.resolve([]),
  getMissingEvents: (server, { roomId, latestEvents }) => {
    if (server === ignorant) return Promise.resolve([]);
    const wanted = new Set<string>(latestEvents.flatMap((id) => elsewhere.get(id)?.prevEvents ?? []));
    const known = [...elsewhere.values()].filter((event) => wanted.has(event.eventId)).map((event) => event.json);
    return answer<readonly JsonObject[]>(roomId, known);
  },
};

const checker = {
  check: (events: readonly JsonObject[]) =>
    Promise.resolve(
      events.map((json) => ({
        kind: 'checked' as const,
        checked: { event: elsewhere.get(`$${json['id'] as string}` as EventId)! },
        redacted: false,
      })),
    ),
};

/** An event arrives whose predecessor is not here; what became of it. */
let arrivals = 0;
async function arrive(target: InboundRoom): Promise<string> {
  const n = ++arrivals;
  const before = make(target, `before${n}`, '$start' as EventId);
  const { outcome } = await missing.receiveWithAncestors(A, target, make(target, `event${n}`, before.event.eventId));
  return outcome.kind;
}

const fail = async (target: InboundRoom, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) expect(await arrive(target)).toBe('dropped');
};

beforeEach(() => {
  elsewhere = new Map();
  here = new Set(['$start' as EventId]);
  reachable = false;
  ignorant = undefined;
  asked = [];
  clock = new FakeClock();
  missing = new MissingEvents({ source, checker, rooms, clock, log: silentLog, limits: LIMITS });
});

describe('that a server which need not know an event has nothing before it', () => {
  let before: CheckedEvent;
  let event: CheckedEvent;
  beforeEach(async () => {
    ignorant = 'b.example' as ServerName;
    before = make(ONE, 'before', '$start' as EventId);
    event = make(ONE, 'event', before.event.eventId);
    expect((await missing.receiveWithAncestors(A, ONE, event)).outcome).toMatchObject({ kind: 'dropped', again: true });
  });

  test('is no answer: the sender is asked again', async () => {
    reachable = true;
    expect((await missing.receiveWithAncestors(A, ONE, event)).outcome).toEqual({ kind: 'accepted' });
    expect(here).toContain(before.event.eventId);
  });

  test('has to do if the sender stays away: the event comes after a gap', async () => {
    expect((await missing.receiveWithAncestors(A, ONE, event)).outcome).toEqual({ kind: 'accepted' });
    expect(here).not.toContain(before.event.eventId);
  });
});

describe('a room that fails again and again', () => {
  test('is left alone: nobody is asked any more, even if that would help now', async () => {
    await fail(ONE, LIMITS.roomFailures);
    expect(asked.length).toBeGreaterThan(0);
    reachable = true;
    asked = [];
    expect(await arrive(ONE)).toBe('dropped');
    expect(asked).toEqual([]);
  });

  test('is asked for until then', async () => {
    await fail(ONE, LIMITS.roomFailures - 1);
    reachable = true;
    expect(await arrive(ONE)).toBe('accepted');
  });

  test('does not concern other rooms', async () => {
    await fail(ONE, LIMITS.roomFailures);
    reachable = true;
    expect(await arrive(OTHER)).toBe('accepted');
    expect(asked).toContain(OTHER.roomId);
  });

  test('still gets events that follow what is here', async () => {
    await fail(ONE, LIMITS.roomFailures);
    const { outcome } = await missing.receiveWithAncestors(A, ONE, make(ONE, 'next', '$start' as EventId));
    expect(outcome.kind).toBe('accepted');
  });

  test('is asked for again after the pause, and paused anew at the first failure', async () => {
    await fail(ONE, LIMITS.roomFailures);
    clock.advance(LIMITS.roomPauseMs - 1);
    asked = [];
    await fail(ONE, 1);
    expect(asked).toEqual([]);
    clock.advance(1);
    await fail(ONE, 1);
    expect(asked).not.toEqual([]);
    asked = [];
    await fail(ONE, 1);
    expect(asked).toEqual([]);
  });

  test.each([
    ['events between came', false],
    ['the state before it came', true],
  ])('counts from the beginning once %s', async (_what, gap) => {
    await fail(ONE, LIMITS.roomFailures - 1);
    reachable = true;
    if (gap) {
      // Nobody has what is before it: the state is asked for.
      const { outcome } = await missing.receiveWithAncestors(A, ONE, make(ONE, 'gapped', '$lost' as EventId));
      expect(outcome.kind).toBe('accepted');
    } else expect(await arrive(ONE)).toBe('accepted');
    reachable = false;
    await fail(ONE, LIMITS.roomFailures - 1);
    reachable = true;
    expect(await arrive(ONE)).toBe('accepted');
  });
});
