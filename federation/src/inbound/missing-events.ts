/**
 * Fetches what an event refers to and is not here (Server-Server API, "Backfilling and retrieving missing events"): first
 * the events between it and what is known, then the state before the oldest of them. All of it within bounds, so that
 * endless predecessors cost as much as a few; and a room that fails again and again is left alone for a while.
 */
import { RemoteError } from '../client/errors.ts';
import { droppedForNow, notStored } from './dropped.ts';
import type {
  CheckedEvent,
  Clock,
  EventChecking,
  EventId,
  EventSource,
  EventVerdict,
  InboundRoom,
  InboundRooms,
  JsonObject,
  Log,
  Received,
  ServerName,
  ToldState,
} from '../ports.ts';

export interface MissingEventsLimits {
  /** events asked for at once between an event and what is known, and how often */
  readonly events: number;
  readonly rounds: number;
  /** events fetched one by one; above that the whole state is asked for */
  readonly singleEvents: number;
  /** requests for single events at once */
  readonly parallel: number;
  /** failures of a room after which it is left alone, and for how long (ms) */
  readonly roomFailures: number;
  readonly roomPauseMs: number;
}

export interface MissingEventsDeps {
  readonly source: EventSource;
  readonly checker: EventChecking;
  readonly rooms: InboundRooms;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: MissingEventsLimits;
}

/** Events that an event follows and that are not here, for which the state is asked. */
const MAX_GAPS = 10;
/** Events before one event whose own predecessors can't be had, and for which the state is asked, at most. */
const MAX_EDGES = 5;
/** Other servers of the room that are asked if the sender does not answer. */
const OTHER_SERVERS = 2;
/** Rooms whose failures are remembered. */
const MAX_FAILING_ROOMS = 10_000;

export class MissingEvents {
  readonly #deps: MissingEventsDeps;
  /** what is fetched for a room follows what was fetched before: the end of each room's line */
  readonly #lines = new Map<string, Promise<unknown>>();
  readonly #failures = new Map<string, { count: number; until: number }>();

  constructor(deps: MissingEventsDeps) {
    this.#deps = deps;
  }

  /** Takes in an event whose predecessors are here; auth events that are not are fetched. */
  async receiveWithAuthEvents(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<Received> {
    const { rooms, source } = this.#deps;
    const { event } = checked;
    const unknown = await rooms.unknown(room.roomId, event.authEvents);
    if (unknown.length > 0) {
      const fetched = await this.#guard(room, () => source.getEventAuth(origin, { roomId: room.roomId, eventId: event.eventId }));
      if (fetched) await this.#addOutliers(room, fetched);
      const still = await rooms.unknown(room.roomId, event.authEvents);
      await this.#addOutliers(room, (await this.#fetchSingly(origin, still)) ?? []);
    }
    return rooms.receive(room.roomId, checked);
  }

  /** Takes in an event after those that it follows, as far as they can be had. */
  async receiveWithAncestors(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<Received> {
    return this.#inLine(room.roomId, async () => {
      const { rooms } = this.#deps;
      const { event } = checked;
      // Those before in the line may have brought it.
      const needed = await rooms.missing(room.roomId, [...event.prevEvents, event.eventId]);
      if (!needed.includes(event.eventId)) return notStored({ kind: 'known' });
      if (needed.length === 1) return this.receiveWithAuthEvents(origin, room, checked);
      if (this.#isPaused(room.roomId)) {
        return notStored(droppedForNow('Events before it are missing, and could not be had lately.'));
      }
      const between = await this.#fetchBetween(origin, room, checked);
      // Without an answer nobody knows what lies between: with the next event it is asked for again.
      if (!between) return this.#giveUp(room, 'Events before it are missing, and no server gave them.');
      let edges = 0;
      for (const earlier of between) {
        if ((await rooms.missing(room.roomId, [earlier.event.eventId])).length === 0) continue;
        const isEdge = (await rooms.missing(room.roomId, earlier.event.prevEvents)).length > 0;
        if (isEdge && ++edges > MAX_EDGES) continue;
        await (
          await this.receiveAlone(origin, room, earlier)
        ).durable;
      }
      if ((await rooms.missing(room.roomId, event.prevEvents)).length === 0) this.#failures.delete(room.roomId);
      return this.receiveAlone(origin, room, checked);
    });
  }

  /** Takes in an event without those that it follows: if any of them is not here, the state before it is asked for. */
  async receiveAlone(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<Received> {
    const gaps = await this.#deps.rooms.missing(room.roomId, checked.event.prevEvents);
    return gaps.length === 0 ? this.receiveWithAuthEvents(origin, room, checked) : this.#receiveAfterGap(origin, room, checked);
  }

  /** Events between what is known and the event, oldest first, as far as the limits reach; undefined if no server answers. */
  async #fetchBetween(origin: ServerName, room: InboundRoom, { event }: CheckedEvent): Promise<CheckedEvent[] | undefined> {
    const { rooms, checker, limits } = this.#deps;
    const { eventIds, minDepth } = await rooms.extremities(room.roomId);
    const found = new Map<string, CheckedEvent>();
    let latest: readonly EventId[] = [event.eventId];
    for (let round = 0; round < limits.rounds && latest.length > 0; round++) {
      const fetched = await this.#askForMissing(origin, {
        roomId: room.roomId,
        earliestEvents: eventIds,
        latestEvents: latest,
        limit: limits.events,
        minDepth,
      });
      if (!fetched) return undefined;
      const fresh = checkedEvents(await checker.check(fetched.slice(0, limits.events), room.version)).filter(
        // Below the depth at which this server came to the room is history: as new events they would fork it far back.
        (one) =>
          one.event.roomId === room.roomId && one.event.eventId !== event.eventId && one.event.depth >= minDepth && !found.has(one.event.eventId),
      );
      for (const one of fresh) found.set(one.event.eventId, one);
      const prev = fresh.flatMap((one) => one.event.prevEvents).filter((id) => !found.has(id));
      const open = new Set(await rooms.missing(room.roomId, [...new Set(prev)]));
      latest = fresh.filter((one) => one.event.prevEvents.some((id) => open.has(id))).map((one) => one.event.eventId);
    }
    return [...found.values()].sort((x, y) => x.event.depth - y.event.depth);
  }

  /** The origin is asked, and if it does not answer, others in the room; undefined if none does. A refusal is an answer. */
  async #askForMissing(origin: ServerName, request: Parameters<EventSource['getMissingEvents']>[1]): Promise<readonly JsonObject[] | undefined> {
    const { source, rooms, log } = this.#deps;
    const others = (await rooms.servers(request.roomId)).filter((server) => server !== origin).slice(0, OTHER_SERVERS);
    // A server that need not know the event has nothing to say of what is before it; where all has failed before, the state has to do.
    const isAnswer = (server: ServerName): boolean => server === origin || this.#failures.has(request.roomId);
    for (const server of [origin, ...others]) {
      try {
        const events = await source.getMissingEvents(server, request);
        if (events.length > 0 || isAnswer(server)) return events;
      } catch (error) {
        log.info(
          { room: request.roomId, server, reason: error instanceof Error ? error.message : String(error) },
          'missing events could not be fetched',
        );
        if (error instanceof RemoteError && isAnswer(server)) return [];
      }
    }
    return undefined;
  }

  /** The state after what an event follows is asked for, since that can't be had itself. */
  async #receiveAfterGap(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<Received> {
    const { rooms, log } = this.#deps;
    const gaps = (await rooms.missing(room.roomId, checked.event.prevEvents)).slice(0, MAX_GAPS);
    const others = (await rooms.servers(room.roomId)).filter((server) => server !== origin).slice(0, OTHER_SERVERS);
    for (const server of [origin, ...others]) {
      const told = await this.#fetchStates(server, room, gaps);
      if (!told) continue;
      await this.#addOutliers(room, (await this.#fetchSingly(server, await rooms.unknown(room.roomId, checked.event.authEvents))) ?? []);
      this.#failures.delete(room.roomId);
      log.debug({ origin, room: room.roomId, event: checked.event.eventId, gaps: gaps.length }, 'took in an event after a gap');
      return rooms.receiveAfterGap(room.roomId, checked, told);
    }
    return this.#giveUp(room, 'Events before it are missing, and no server gave the state before it.');
  }

  #giveUp(room: InboundRoom, reason: string): Received {
    this.#noteFailure(room.roomId);
    return notStored(droppedForNow(reason));
  }

  /** The states before events that are not here; what belongs to them is stored. undefined: the server does not give them. */
  async #fetchStates(server: ServerName, room: InboundRoom, eventIds: readonly EventId[]): Promise<ToldState[] | undefined> {
    const { rooms, source, limits } = this.#deps;
    const told: ToldState[] = [];
    for (const eventId of eventIds) {
      const ids = await this.#guard(room, () => source.getStateIds(server, { roomId: room.roomId, eventId }));
      if (!ids) return undefined;
      const wanted = await rooms.unknown(room.roomId, [...new Set([...ids.stateIds, ...ids.authChainIds, eventId])]);
      if (wanted.length > limits.singleEvents) {
        const whole = await this.#guard(room, () => source.getState(server, { roomId: room.roomId, eventId }));
        if (!whole) return undefined;
        await this.#addOutliers(room, [...whole.authChain, ...whole.state]);
      }
      // A state with holes would be another state: all of it is needed, and the event after which it is another.
      const rest = wanted.length > limits.singleEvents ? wanted.filter((id) => id === eventId) : wanted;
      const single = await this.#fetchSingly(server, rest);
      if (!single) return undefined;
      await this.#addOutliers(room, single);
      told.push({ before: eventId, stateIds: ids.stateIds });
    }
    return told;
  }

  /** The events as far as the server has them; undefined if it did not answer for some, so that nobody knows what is missing. */
  async #fetchSingly(server: ServerName, eventIds: readonly EventId[]): Promise<JsonObject[] | undefined> {
    const { source, limits } = this.#deps;
    const found: JsonObject[] = [];
    const open = eventIds.slice(0, limits.singleEvents);
    let unanswered = false;
    const work = async (): Promise<void> => {
      for (let id = open.pop(); id !== undefined && !unanswered; id = open.pop()) {
        try {
          const event = await source.getEvent(server, id);
          if (event) found.push(event);
        } catch (error) {
          if (!(error instanceof RemoteError)) unanswered = true;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(limits.parallel, open.length) }, work));
    return unanswered ? undefined : found;
  }

  async #addOutliers(room: InboundRoom, events: readonly JsonObject[]): Promise<void> {
    if (events.length === 0) return;
    await this.#deps.rooms.addOutliers(room.roomId, checkedEvents(await this.#deps.checker.check(events, room.version)));
  }

  /** What a server answers, or undefined if it does not. */
  async #guard<T>(room: InboundRoom, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.#deps.log.info(
        { room: room.roomId, reason: error instanceof Error ? error.message : String(error) },
        'missing events could not be fetched',
      );
      return undefined;
    }
  }

  #isPaused(roomId: string): boolean {
    const failures = this.#failures.get(roomId);
    return failures !== undefined && failures.until > this.#deps.clock.now();
  }

  #noteFailure(roomId: string): void {
    const { limits, clock } = this.#deps;
    const count = (this.#failures.get(roomId)?.count ?? 0) + 1;
    if (this.#failures.size > MAX_FAILING_ROOMS) this.#failures.clear();
    this.#failures.set(roomId, { count, until: count >= limits.roomFailures ? clock.now() + limits.roomPauseMs : 0 });
  }

  async #inLine<T>(roomId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(roomId) ?? Promise.resolve();
    const own = before.then(work, work);
    this.#lines.set(roomId, own);
    try {
      return await own;
    } finally {
      if (this.#lines.get(roomId) === own) this.#lines.delete(roomId);
    }
  }
}

const checkedEvents = (verdicts: readonly EventVerdict[]): CheckedEvent[] =>
  verdicts.flatMap((verdict) => (verdict.kind === 'checked' ? [verdict.checked] : []));
