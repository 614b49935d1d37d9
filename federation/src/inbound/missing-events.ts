/**
 * Fetches what an event refers to and is not here (Server-Server API, "Backfilling and retrieving missing events"): first
 * the events between it and what is known, then the state before the oldest of them. All of it within bounds, so that
 * endless predecessors cost as much as a few; and a room that fails again and again is left alone for a while.
 */
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
} from '../ports.ts';

export interface MissingEventsLimits {
  /** events asked for between an event and what is known */
  readonly events: number;
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
      await this.#addOutliers(room, await this.#fetchSingly(origin, still));
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
      if (!needed.includes(event.eventId)) return { outcome: { kind: 'known' }, durable: Promise.resolve() };
      if (needed.length === 1) return this.receiveWithAuthEvents(origin, room, checked);
      if (this.#isPaused(room.roomId)) {
        return { outcome: { kind: 'dropped', reason: 'Events before it are missing, and could not be had lately.' }, durable: Promise.resolve() };
      }
      for (const between of await this.#fetchBetween(origin, room, checked)) {
        if ((await rooms.missing(room.roomId, [between.event.eventId])).length === 0) continue;
        await (
          await this.receiveAlone(origin, room, between)
        ).durable;
      }
      return this.receiveAlone(origin, room, checked);
    });
  }

  /** Takes in an event without those that it follows: if any of them is not here, the state before it is asked for. */
  async receiveAlone(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<Received> {
    const gaps = await this.#deps.rooms.missing(room.roomId, checked.event.prevEvents);
    return gaps.length === 0 ? this.receiveWithAuthEvents(origin, room, checked) : this.#receiveAfterGap(origin, room, checked);
  }

  /** Events between what is known and the event, oldest first. */
  async #fetchBetween(origin: ServerName, room: InboundRoom, { event }: CheckedEvent): Promise<CheckedEvent[]> {
    const { rooms, source, checker, limits } = this.#deps;
    const { eventIds, minDepth } = await rooms.extremities(room.roomId);
    const request = { roomId: room.roomId, earliestEvents: eventIds, latestEvents: [event.eventId], limit: limits.events, minDepth };
    const fetched = await this.#guard(room, () => source.getMissingEvents(origin, request));
    if (!fetched) return [];
    const verdicts = await checker.check(fetched.slice(0, limits.events), room.version);
    return (
      checkedEvents(verdicts)
        // Below the depth at which this server came to the room is history: as new events they would fork it far back.
        .filter((one) => one.event.roomId === room.roomId && one.event.eventId !== event.eventId && one.event.depth >= minDepth)
        .sort((a, b) => a.event.depth - b.event.depth)
    );
  }

  /** The state before an event is asked for, since what it follows can't be had. */
  async #receiveAfterGap(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<Received> {
    const { rooms, source, limits, log } = this.#deps;
    const { eventId } = checked.event;
    const others = (await rooms.servers(room.roomId)).filter((server) => server !== origin).slice(0, OTHER_SERVERS);
    for (const server of [origin, ...others]) {
      const ids = await this.#guard(room, () => source.getStateIds(server, { roomId: room.roomId, eventId }));
      if (!ids) continue;
      const wanted = await rooms.unknown(room.roomId, [...new Set([...ids.stateIds, ...ids.authChainIds, ...checked.event.authEvents])]);
      if (wanted.length > limits.singleEvents) {
        const whole = await this.#guard(room, () => source.getState(server, { roomId: room.roomId, eventId }));
        if (!whole) continue;
        await this.#addOutliers(room, [...whole.authChain, ...whole.state]);
      } else {
        await this.#addOutliers(room, await this.#fetchSingly(server, wanted));
      }
      this.#failures.delete(room.roomId);
      log.debug({ origin, room: room.roomId, event: eventId, state: ids.stateIds.length }, 'took in an event after a gap');
      return rooms.receiveAfterGap(room.roomId, checked, ids.stateIds);
    }
    this.#noteFailure(room.roomId);
    return {
      outcome: { kind: 'dropped', reason: 'Events before it are missing, and no server gave the state before it.' },
      durable: Promise.resolve(),
    };
  }

  async #fetchSingly(server: ServerName, eventIds: readonly EventId[]): Promise<JsonObject[]> {
    const { source, limits } = this.#deps;
    const found: JsonObject[] = [];
    const open = eventIds.slice(0, limits.singleEvents);
    const work = async (): Promise<void> => {
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        const event = await source.getEvent(server, id).catch(() => undefined);
        if (event) found.push(event);
      }
    };
    await Promise.all(Array.from({ length: Math.min(limits.parallel, open.length) }, work));
    return found;
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
