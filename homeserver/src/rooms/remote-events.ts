/**
 * Takes in events that other servers made (Server-Server API, "Checks performed on receipt of a PDU", 4-7; form,
 * signatures and hash, 1-3, are checked before). All of it happens in the room's mailbox. An event that follows all that
 * is known goes the way of our own: no waiting, no resolution. Others fork the room, and need the state of the past.
 */
import { droppedForNow } from '@nexuscomm/federation/inbound/dropped.ts';
import type { PduOutcome } from '@nexuscomm/federation/ports.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { EventId } from '@nexuscomm/spec/identifiers/types.ts';
import type { Queryable } from '../storage/database.ts';
import { restAfter } from '../storage/turns.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import { checkByAuthEvents, checkByState, createIdOf, decidingKeys } from './check-event.ts';
import type { EarlyRedactions } from './early-redactions.ts';
import { backExtremities } from './gaps.ts';
import { membersInForce } from './members-in-force.ts';
import { assemble, numbersOf, withheldFlag, type EventNumbers, type StateChange } from './place-event.ts';
import { releaseRedaction } from './release-redaction.ts';
import type { ForkResolver } from './resolve-forks.ts';
import type { HeadPlace, Room, Tip } from './room.ts';
import type { RoomEngine, RoomWriter } from './room-engine.ts';
import { stateDifference, type RoomStates } from './room-states.ts';
import { stateKeyText } from './state-key.ts';
import type { Snapshot, SnapshotChain } from './state-snapshots.ts';
import { EVENT_AFTER_GAP, EVENT_MOVED_STATE, EVENT_REJECTED, EVENT_RELAYED, EVENT_SOFT_FAILED, type StoredEvent } from './stored-event.ts';

/** The room's policy server, if it has one, recommends the event (check 7). Throws nothing. */
export type PolicyCheck = (room: Room, event: RoomEvent) => Promise<boolean>;

export interface RemoteEventsOptions {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly positions: StreamPositions;
  readonly forks: ForkResolver;
  readonly states: RoomStates;
  readonly redactions: EarlyRedactions;
  readonly policy: PolicyCheck;
  readonly now: () => number;
}

/** An entry of a state that another server told. */
export interface ToldEntry {
  readonly nid: number;
  readonly type: number;
  /** of a membership event whose content is at hand: what it says, and who sent it */
  readonly membership?: number | undefined;
  readonly senderNid?: number;
}

/** How an event comes to its state and its place. */
export interface Arrival {
  /** the states after those of its predecessors that are not known, by key */
  readonly told?: readonly ReadonlyMap<number, ToldEntry>[];
  /** an event of the past: it goes behind what is known, and nobody is woken by it */
  readonly historical?: boolean;
  /** the event makes this server a member of the room: what was known of its head before counts no more */
  readonly replacesHead?: boolean;
  /** rows of the told state are written already, with memberships that began at this position */
  readonly stateWrittenAt?: number;
  /** this server is the one to send it to the others in the room, though a user of another server made it */
  readonly relayed?: boolean;
}

/** The state before an event. */
interface StateBefore {
  readonly chain: SnapshotChain;
  readonly entry: (key: number) => number | undefined;
  readonly fresh: readonly Snapshot[];
  /** it is the state at the room's head */
  readonly atHead: boolean;
  readonly prevNids: readonly number[];
  readonly gaps: readonly EventId[];
}

/** Positions and snapshot ids that one event takes at most. */
const POSITIONS_PER_EVENT = 8;
/** Events without a place in the room that are followed back to find what an event really follows, at most. */
const MAX_HIDDEN_ANCESTORS = 100;

export class RemoteEvents {
  readonly #options: RemoteEventsOptions;
  readonly #engine: RoomEngine;
  /** positions of events of the past fall, from where they fell to before the last restart */
  #historical = 0;

  constructor(options: RemoteEventsOptions) {
    this.#options = options;
    this.#engine = options.engine;
  }

  /** Checks an event and stores it. Its auth events must be stored, and its predecessors unless a state is told. */
  async receive(target: Room, event: RoomEvent, arrival: Arrival = {}): Promise<{ outcome: PduOutcome; durable: Promise<void> }> {
    const { result, durable } = await this.#engine.exclusivelyPlaced(target, (room, writer) => this.#receive(room, writer, event, arrival));
    return { outcome: result, durable };
  }

  async #receive(room: Room, writer: RoomWriter, event: RoomEvent, arrival: Arrival): Promise<PduOutcome> {
    const known = room.headChangeOf(event.eventId) ?? (await this.#engine.events.byId(event.eventId));
    if (known && !known.isOutlier && !arrival.replacesHead) return { kind: 'known' };
    if (known?.isRejected) return { kind: 'rejected', reason: 'The event was rejected before.' };
    const auth = await this.#authEvents(room, event);
    if (auth === undefined) return droppedForNow('Not all of its auth_events are known.');
    const before = await this.#stateBefore(room, writer, event, arrival);
    if (typeof before === 'string') return droppedForNow(before);
    const numbers = await numbersOf(event, this.#engine.strings);

    const { outcome, reason } = await this.#judge(room, event, auth.events, auth.create, before, arrival);
    await this.#store(room, writer, { event, numbers, authNids: auth.nids, before, outcome, known, arrival });
    return outcome === 'rejected' ? { kind: 'rejected', reason } : { kind: outcome };
  }

  /** Checks 4-7. */
  async #judge(
    room: Room,
    event: RoomEvent,
    authEvents: readonly StoredEvent[],
    create: RoomEvent | undefined,
    before: StateBefore,
    arrival: Arrival,
  ): Promise<{ outcome: 'accepted' | 'soft-failed' | 'rejected'; reason: string }> {
    const { version } = room;
    // 4. its auth events allow it
    const byAuth = checkByAuthEvents({ version, event, authEvents, create });
    if (!byAuth.allowed) return { outcome: 'rejected', reason: byAuth.reason };
    // 5. the state before it allows it
    const byState = checkByState(version, event, await this.#lookup(room, event, before.entry));
    if (!byState.allowed) return { outcome: 'rejected', reason: byState.reason };
    if (arrival.historical === true || arrival.replacesHead === true) return { outcome: 'accepted', reason: '' };
    // 6. the present state allows it
    if (!before.atHead) {
      const byHead = checkByState(version, event, await this.#lookup(room, event, (key) => room.headStateNid(key)));
      if (!byHead.allowed) return { outcome: 'soft-failed', reason: byHead.reason };
    }
    // 7. the policy server recommends it
    if (!(await this.#options.policy(room, event))) return { outcome: 'soft-failed', reason: 'The policy server does not recommend it.' };
    return { outcome: 'accepted', reason: '' };
  }

  /** The events that it names, and in version 12 the create event; undefined if one is not here. */
  async #authEvents(room: Room, event: RoomEvent): Promise<{ events: StoredEvent[]; nids: number[]; create: RoomEvent | undefined } | undefined> {
    const createId = room.version.hashedRoomId && event.type !== 'm.room.create' ? createIdOf(event) : undefined;
    const wanted = createId === undefined ? event.authEvents : [...event.authEvents, createId];
    const stored = new Map<string, StoredEvent>();
    const missing: EventId[] = [];
    for (const id of wanted) {
      const pending = room.headChangeOf(id);
      if (pending) stored.set(id, pending);
      else missing.push(id);
    }
    for (const [id, found] of await this.#engine.events.byIds(missing)) stored.set(id, found);
    if (wanted.some((id) => !stored.has(id))) return undefined;
    const events = event.authEvents.map((id) => stored.get(id)!);
    return { events, nids: events.map((auth) => auth.nid), create: createId && stored.get(createId)!.event };
  }

  /** What the state says to the auth rules, with the events that they may ask for loaded. */
  async #lookup(
    room: Room,
    event: RoomEvent,
    entry: (key: number) => number | undefined,
  ): Promise<(type: string, stateKey: string) => RoomEvent | undefined> {
    const wanted = decidingKeys(room.version, event);
    const keys = await this.#engine.strings.ids(wanted.map(([type, stateKey]) => stateKeyText(type, stateKey)));
    const nids = keys.map(entry);
    const loaded = await this.#engine.events.ofHead(
      room,
      nids.filter((nid) => nid !== undefined),
    );
    const found = new Map(wanted.map(([type, stateKey], i) => [stateKeyText(type, stateKey), loaded.get(nids[i] ?? 0)?.event]));
    return (type, stateKey) => found.get(stateKeyText(type, stateKey));
  }

  /** The state before the event, by its predecessors; a reason if it can't be known. */
  async #stateBefore(room: Room, writer: RoomWriter, event: RoomEvent, arrival: Arrival): Promise<StateBefore | string> {
    const { states } = this.#options;
    const { tips, chain } = room.head;
    const prev = new Set(event.prevEvents);
    if (arrival.told === undefined && tips.length === prev.size && tips.every((tip) => prev.has(tip.eventId as EventId))) {
      return { chain, entry: (key) => room.headStateNid(key), fresh: [], atHead: true, prevNids: tips.map((tip) => tip.nid), gaps: [] };
    }
    await writer.settle();
    const stored = await this.#engine.events.byIds(prev);
    const complete = [...stored.values()].filter((one) => !one.isOutlier && one.roomNid === room.nid);
    const gaps = [...prev].filter((id) => !complete.some((one) => one.event.eventId === id));
    const prevNids = complete.map((one) => one.nid);
    if (arrival.told !== undefined) {
      const told = arrival.told.map((entries) => new Map([...entries].map(([key, entry]) => [key, entry.nid])));
      await restAfter(Math.max(...told.map((entries) => entries.size)));
      const known = arrival.replacesHead === true ? [] : await this.#statesAfter(room, complete);
      const [first, ...others] = [...told, ...known.map((chain) => states.entries(chain))];
      const state = others.length === 0 ? first! : overlay(first!, await this.#options.forks.resolve(room, [first!, ...others]));
      return { ...(await this.#extend(room.head.chain, stateDifference(states.entries(room.head.chain), state))), atHead: false, prevNids, gaps };
    }
    if (gaps.length > 0 || complete.length === 0) return 'Not all of its prev_events are known.';
    const chains = await this.#statesAfter(room, complete);
    const base = chains[0]!;
    const changes =
      chains.length === 1
        ? new Map<number, number>()
        : await this.#options.forks.resolve(
            room,
            chains.map((one) => states.entries(one)),
          );
    return { ...(await this.#extend(base, changes)), atHead: base.id === chain.id && changes.size === 0, prevNids, gaps: [] };
  }

  /** The different states after events. */
  async #statesAfter(room: Room, events: readonly StoredEvent[]): Promise<SnapshotChain[]> {
    const snaps = [...new Set(events.map((stored) => stored.snapAfter))];
    return Promise.all(snaps.map((snap) => this.#options.states.chain(snap, room)));
  }

  /** A state on top of a chain; a new snapshot only if anything differs. */
  async #extend(base: SnapshotChain, changes: ReadonlyMap<number, number>): Promise<Pick<StateBefore, 'chain' | 'entry' | 'fresh'>> {
    const { states, positions } = this.#options;
    if (changes.size === 0) {
      const entries = states.entries(base);
      return { chain: base, entry: (key) => entries.get(key), fresh: [] };
    }
    await positions.ready(1);
    const chain = base.extend(positions.takeId(), changes);
    await restAfter(changes.size);
    const entries = states.entries(chain);
    await restAfter(entries.size);
    return { chain, entry: (key) => entries.get(key), fresh: [chain.links.at(-1)!] };
  }

  async #store(
    room: Room,
    writer: RoomWriter,
    given: {
      event: RoomEvent;
      numbers: EventNumbers;
      authNids: readonly number[];
      before: StateBefore;
      outcome: 'accepted' | 'soft-failed' | 'rejected';
      known: StoredEvent | undefined;
      arrival: Arrival;
    },
  ): Promise<void> {
    const { event, numbers, authNids, before, outcome, known, arrival } = given;
    const { positions, now, redactions } = this.#options;
    const { key, type } = numbers;
    await positions.ready(POSITIONS_PER_EVENT);
    const nid = known?.nid ?? positions.takeId();
    const snapshots = [...before.fresh];
    let after = before.chain;
    if (key !== undefined && outcome !== 'rejected') {
      after = before.chain.extend(positions.takeId(), new Map([[key, nid]]));
      snapshots.push(after.links.at(-1)!);
    }
    const joins = outcome === 'accepted' && arrival.historical !== true;
    const moved = joins
      ? await this.#moveHead(room, { event, nid, key, type, authNids, before, after, arrival })
      : { head: room.head, state: [], movedStrangely: false, snapshots: [] };
    const redacts = outcome === 'accepted' ? await this.#redactionOf(room, event, before) : undefined;
    const early = await redactions.take(room, event);

    // Positions hold the watermark, so nothing waits between taking one and handing the event to be written.
    const members = await membersInForce(this.#engine, room, { event, numbers, nid, state: moved.state, arrival });
    await positions.ready(1);
    const pos = !joins ? (arrival.historical === true && outcome === 'accepted' ? this.#historicalPosition() : null) : positions.take();
    const flags =
      (outcome === 'rejected' ? EVENT_REJECTED : outcome === 'soft-failed' ? EVENT_SOFT_FAILED : 0) |
      (outcome === 'accepted' ? withheldFlag(room.version, event, redacts?.nid) : 0) |
      (moved.movedStrangely ? EVENT_MOVED_STATE : 0) |
      (arrival.relayed === true ? EVENT_RELAYED : 0) |
      (joins && before.gaps.length > 0 ? EVENT_AFTER_GAP : 0);
    const placed = assemble({
      room,
      event,
      numbers,
      now,
      place: {
        nid,
        pos,
        flags,
        snapBefore: before.chain.id,
        snapAfter: after.id,
        headBefore: joins && arrival.replacesHead !== true ? room.head.chain.id : before.chain.id,
        prevNids: before.prevNids,
        authNids,
        head: moved.head,
        state: moved.state,
        members: members.map((member) => member(pos ?? 0)),
        replaces: arrival.replacesHead === true && key !== undefined ? before.entry(key) : undefined,
        quiet: arrival.replacesHead === true,
        written: arrival.stateWrittenAt !== undefined,
        snapshots: [...snapshots, ...moved.snapshots],
        redacts: redacts?.nid,
        redactedBy: early.at(-1)?.nid ?? known?.redactedBy,
        wasStored: known !== undefined,
        gaps: before.gaps,
      },
    });
    writer.place(placed);
    if (early.length > 0) await this.#release(room, writer, early, placed.stored);
    if (redacts === undefined && event.redacts !== undefined && outcome === 'accepted') await redactions.remember(room, event, nid);
  }

  /** A redaction of a user of this server whose target was not here when it was made: it waits, unless that has come meanwhile. */
  async awaitTarget(target: Room, redaction: StoredEvent): Promise<void> {
    const { redactions } = this.#options;
    await this.#engine.exclusively(target, async (room, writer) => {
      const redacted = await this.#engine.events.byId(redaction.event.redacts!);
      if (!redacted) return redactions.remember(room, redaction.event, redaction.nid);
      if (redacted.roomNid !== room.nid) return;
      await this.#release(room, writer, await redactions.counting(room, [redaction], redacted.event), redacted);
    });
  }

  /** Tells clients of redactions that count from now on, unless they are not shown what is redacted either. */
  async #release(room: Room, writer: RoomWriter, redactions: readonly StoredEvent[], target: StoredEvent): Promise<void> {
    if (target.isHidden || target.isOutlier) return;
    // What is placed anew must be written first.
    await writer.settle();
    for (const redaction of redactions) {
      if (redaction.isHidden) writer.place(await releaseRedaction({ ...this.#options, room, redaction, target }));
    }
  }

  /** The room's head with the event: it takes the place of what it follows; forks that remain are resolved. */
  async #moveHead(
    room: Room,
    given: {
      event: RoomEvent;
      nid: number;
      key: number | undefined;
      type: number;
      authNids: readonly number[];
      before: StateBefore;
      after: SnapshotChain;
      arrival: Arrival;
    },
  ): Promise<{ head: HeadPlace; state: StateChange[]; movedStrangely: boolean; snapshots: Snapshot[] }> {
    const { event, nid, key, type, before, after, arrival } = given;
    const { states, positions } = this.#options;
    const own: Tip = { nid, eventId: event.eventId };
    const ownChange = key === undefined ? [] : [{ key, type, nid }];
    const depth = Math.max(room.head.depth, event.depth);
    if (before.atHead && room.head.tips.every((tip) => event.prevEvents.includes(tip.eventId as EventId))) {
      return { head: { tips: [own], depth, chain: after }, state: ownChange, movedStrangely: false, snapshots: [] };
    }
    const others = arrival.replacesHead === true ? [] : await this.#remainingTips(room, event);
    const current = states.entries(room.head.chain);
    // An event that something here follows already adds nothing to the head.
    if (arrival.replacesHead !== true && (await backExtremities(this.#options.db, room.nid, [event.eventId])).length > 0) {
      return { head: room.head, state: [], movedStrangely: false, snapshots: [] };
    }
    if (others.length === 0) {
      const changes = stateDifference(current, states.entries(after));
      await restAfter(changes.size);
      return {
        head: { tips: [own], depth: arrival.replacesHead === true ? event.depth : depth, chain: after },
        state: await this.#stateChanges(changes, given),
        movedStrangely: isMore(changes, key, nid) && arrival.replacesHead !== true,
        snapshots: [],
      };
    }
    const tips = [...others, own];
    const otherEvents = await this.#engine.events.byNids(others.map((tip) => tip.nid));
    const chains = new Map([[after.id, after]]);
    for (const tip of otherEvents.values()) if (!chains.has(tip.snapAfter)) chains.set(tip.snapAfter, await states.chain(tip.snapAfter, room));
    const [base, ...rest] = [...chains.values()];
    const resolved =
      rest.length === 0
        ? states.entries(base!)
        : overlay(
            states.entries(base!),
            await this.#options.forks.resolve(
              room,
              [base!, ...rest].map((chain) => states.entries(chain)),
              key === undefined ? undefined : { nid, event, authNids: given.authNids },
            ),
          );
    const changes = stateDifference(current, resolved);
    if (changes.size === 0) return { head: { tips, depth, chain: room.head.chain }, state: [], movedStrangely: key !== undefined, snapshots: [] };
    const chain = room.head.chain.extend(positions.takeId(), changes);
    return {
      head: { tips, depth, chain },
      state: await this.#stateChanges(changes, given),
      movedStrangely: isMore(changes, key, nid),
      snapshots: [chain.links.at(-1)!],
    };
  }

  /** The tips that the event does not follow. What it follows through events that nobody is shown counts too. */
  async #remainingTips(room: Room, event: RoomEvent): Promise<Tip[]> {
    const followed = new Set<string>(event.prevEvents);
    let look: readonly string[] = event.prevEvents;
    while (look.length > 0 && followed.size < MAX_HIDDEN_ANCESTORS) {
      const hidden = [...(await this.#engine.events.byIds(look)).values()].filter((stored) => stored.isHidden);
      look = hidden.flatMap((stored) => stored.event.prevEvents).filter((id) => !followed.has(id));
      for (const id of look) followed.add(id);
    }
    return room.head.tips.filter((tip) => !followed.has(tip.eventId));
  }

  async #stateChanges(changes: ReadonlyMap<number, number>, own: { nid: number; type: number; arrival: Arrival }): Promise<StateChange[]> {
    const types = new Map([[own.nid, own.type]]);
    for (const entries of own.arrival.told ?? []) for (const entry of entries.values()) types.set(entry.nid, entry.type);
    const events = await this.#engine.events.byNids([...changes.values()].filter((nid) => nid !== 0 && !types.has(nid)));
    return [...changes].map(([key, nid]) => ({ key, nid, type: types.get(nid) ?? events.get(nid)?.typeNid ?? 0 }));
  }

  /** The event that it redacts, if it is here and the redaction counts (room version 3, "Redactions"). */
  async #redactionOf(room: Room, event: RoomEvent, before: StateBefore): Promise<StoredEvent | undefined> {
    if (event.redacts === undefined) return undefined;
    const target = room.headChangeOf(event.redacts) ?? (await this.#engine.events.byId(event.redacts));
    if (!target || target.roomNid !== room.nid) return undefined;
    const state = await this.#lookup(room, event, before.entry);
    return this.#options.redactions.counts(room.version, event, target.event, state) ? target : undefined;
  }

  #historicalPosition(): number {
    // Ids only grow, so their negatives fall, over restarts too.
    this.#historical = -this.#options.positions.takeId();
    return this.#historical;
  }
}

/** The changes are others than that the event itself comes into force. */
function isMore(changes: ReadonlyMap<number, number>, key: number | undefined, nid: number): boolean {
  if (key === undefined) return changes.size > 0;
  return changes.size !== 1 || changes.get(key) !== nid;
}

function overlay(state: ReadonlyMap<number, number>, changes: ReadonlyMap<number, number>): Map<number, number> {
  const result = new Map(state);
  for (const [key, nid] of changes) {
    if (nid === 0) result.delete(key);
    else result.set(key, nid);
  }
  return result;
}
