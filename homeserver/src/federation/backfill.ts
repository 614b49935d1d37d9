/**
 * Older events of a room, from other servers in it (Server-Server API, "Backfilling and retrieving missing events"): where
 * reading comes to a gap. They take their places behind what is known, and nobody is woken by them. One fetch at a time for
 * each room; a room whose servers gave nothing is left alone for a while.
 */
import { LRUCache } from 'lru-cache';
import { RemoteError, Unreachable } from '@nexuscomm/federation/client/errors.ts';
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { MissingEvents } from '@nexuscomm/federation/inbound/missing-events.ts';
import type { CheckedEvent, Clock, EventChecking, EventId, InboundRooms, Log, ServerName } from '@nexuscomm/federation/ports.ts';
import type { GapFiller } from '../rooms/gaps.ts';
import type { Room } from '../rooms/room.ts';
import type { StringTable } from '../storage/string-table.ts';

export interface BackfillLimits {
  /** asked for at once */
  readonly events: number;
  readonly servers: number;
  /** how long whoever reads waits; what comes later is there for the next */
  readonly timeoutMs: number;
  readonly pauseMs: number;
}

export interface BackfillerOptions {
  readonly source: Pick<FederationClient, 'backfill' | 'timestampToEvent'>;
  readonly checker: EventChecking;
  /** takes events in as those of the past */
  readonly rooms: InboundRooms;
  readonly receiver: Pick<MissingEvents, 'receiveAlone'>;
  readonly strings: StringTable;
  readonly serverNid: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: BackfillLimits;
}

/** Ends of gaps that are named in one request. */
const MAX_GAPS = 20;
/** Events of one answer whose state is asked for: those whose predecessors are not here. */
const MAX_EDGES = 10;
const MAX_PAUSED = 10_000;

export class Backfiller implements GapFiller {
  readonly #options: BackfillerOptions;
  readonly #running = new Map<number, Promise<number>>();
  /** rooms that are left alone, with the time until then */
  readonly #paused = new LRUCache<number, number>({ max: MAX_PAUSED });

  constructor(options: BackfillerOptions) {
    this.#options = options;
  }

  async fill(room: Room, from: readonly string[]): Promise<number> {
    if (!this.#mayAsk(room)) return 0;
    let running = this.#running.get(room.nid);
    if (!running) {
      running = this.#fill(room, from.slice(0, MAX_GAPS) as EventId[])
        .catch((err: unknown) => {
          this.#options.log.warn({ err, room: room.roomId }, 'fetching older events failed');
          return 0;
        })
        .finally(() => this.#running.delete(room.nid));
      this.#running.set(room.nid, running);
    }
    return this.#withinTime(running, 0);
  }

  async nearest(room: Room, ts: number, direction: 'f' | 'b'): Promise<{ eventId: string; ts: number } | undefined> {
    const { source, limits, log } = this.#options;
    if (!this.#mayAsk(room)) return undefined;
    const { roomId } = room;
    for (const server of await this.#servers(room)) {
      try {
        const found = await source.timestampToEvent(server, { roomId, ts, dir: direction }, { timeoutMs: limits.timeoutMs });
        const fits = direction === 'f' ? found.originServerTs >= ts : found.originServerTs <= ts;
        if (fits) return { eventId: found.eventId, ts: found.originServerTs };
      } catch (error) {
        if (!(error instanceof RemoteError) && !(error instanceof Unreachable)) throw error;
        log.debug({ server, room: roomId, reason: error.message }, 'a server has no event of that time');
      }
    }
    return undefined;
  }

  #mayAsk(room: Room): boolean {
    const { serverNid, clock } = this.#options;
    return room.servers.has(serverNid) && room.servers.size > 1 && (this.#paused.get(room.nid) ?? 0) <= clock.now();
  }

  async #withinTime<T>(work: Promise<T>, otherwise: T): Promise<T> {
    const { clock, limits } = this.#options;
    const done = new AbortController();
    const late = clock.wait(limits.timeoutMs, done.signal).then(
      () => otherwise,
      () => otherwise,
    );
    try {
      return await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }

  async #fill(room: Room, from: readonly EventId[]): Promise<number> {
    const { clock, limits, log } = this.#options;
    for (const server of await this.#servers(room)) {
      try {
        const received = await this.#fillFrom(server, room, from);
        log.debug({ server, room: room.roomId, received }, 'fetched older events');
        if (received > 0) return received;
      } catch (error) {
        if (!(error instanceof RemoteError) && !(error instanceof Unreachable)) throw error;
        log.info({ server, room: room.roomId, reason: error.message }, 'a server gave no older events');
      }
    }
    this.#paused.set(room.nid, clock.now() + limits.pauseMs);
    return 0;
  }

  /** Those with the most members first: they are the likeliest to know all of it. */
  async #servers(room: Room): Promise<ServerName[]> {
    const { strings, serverNid, limits } = this.#options;
    const others = [...room.servers].filter(([nid]) => nid !== serverNid).toSorted(([, a], [, b]) => b - a);
    return (await strings.texts(others.slice(0, limits.servers).map(([nid]) => nid))) as ServerName[];
  }

  async #fillFrom(server: ServerName, room: Room, from: readonly EventId[]): Promise<number> {
    const { source, checker, rooms, receiver, limits } = this.#options;
    const { roomId, version } = room;
    const answer = await source.backfill(server, { roomId, from, limit: limits.events }, { timeoutMs: limits.timeoutMs });
    const verdicts = await checker.check(answer.slice(0, limits.events), version);
    const events = verdicts.flatMap((verdict) => (verdict.kind === 'checked' && verdict.checked.event.roomId === roomId ? [verdict.checked] : []));
    const missing = new Set(
      await rooms.missing(
        roomId,
        events.map(({ event }) => event.eventId),
      ),
    );
    const wanted = events.filter(({ event }) => missing.has(event.eventId)).toSorted((a, b) => a.event.depth - b.event.depth);
    let edges = 0;
    let received = 0;
    for (const checked of wanted) {
      const isEdge = (await rooms.missing(roomId, checked.event.prevEvents)).length > 0;
      if (isEdge && ++edges > MAX_EDGES) continue;
      if (await this.#receive(receiver, server, room, checked)) received++;
    }
    return received;
  }

  async #receive(receiver: BackfillerOptions['receiver'], server: ServerName, { roomId, version }: Room, checked: CheckedEvent): Promise<boolean> {
    const { outcome, durable } = await receiver.receiveAlone(server, { roomId, version }, checked);
    await durable;
    if (outcome.kind === 'dropped')
      this.#options.log.debug({ room: roomId, event: checked.event.eventId, reason: outcome.reason }, 'dropped an older event');
    return outcome.kind !== 'dropped' && outcome.kind !== 'known';
  }
}
