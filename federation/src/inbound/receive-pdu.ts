/**
 * Takes in PDUs of one room: checks them, fetches what they refer to, hands them to the room (Server-Server API, "Checks
 * performed on receipt of a PDU"). Events are handed over in their order, without waiting for each to be written.
 */
import type { CheckedEvent, EventChecking, InboundRoom, InboundRooms, JsonObject, Log, PduStaging, Received, ServerName } from '../ports.ts';
import { dropped, droppedForNow, notStored } from './dropped.ts';
import type { MissingEvents } from './missing-events.ts';

export interface PduReceiverDeps {
  readonly checker: EventChecking;
  readonly rooms: InboundRooms;
  readonly missing: MissingEvents;
  readonly staging: PduStaging;
  readonly log: Log;
}

/** Events that other servers sent, by what became of them; `malformed` fail the checks of form, signatures or hash. */
export type PduCounts = Record<'accepted' | 'known' | 'soft-failed' | 'rejected' | 'staged' | 'dropped' | 'malformed', number>;

export interface PduResult {
  readonly eventId: string;
  readonly error: string | undefined;
}

export class PduReceiver {
  readonly counts: PduCounts = { accepted: 0, known: 0, 'soft-failed': 0, rejected: 0, staged: 0, dropped: 0, malformed: 0 };
  readonly #deps: PduReceiverDeps;

  constructor(deps: PduReceiverDeps) {
    this.#deps = deps;
  }

  /** One result for each PDU that has an event id; all are durable then. */
  async receive(origin: ServerName, room: InboundRoom, pdus: readonly JsonObject[]): Promise<PduResult[]> {
    const { checker, rooms, staging, log } = this.#deps;
    if (await rooms.isBanned(room.roomId, origin)) {
      const refused = await checker.check(pdus, room.version);
      return refused.flatMap((verdict) =>
        verdict.kind === 'checked' ? [{ eventId: verdict.checked.event.eventId, error: 'This server may not take part in the room.' }] : [],
      );
    }
    const results: PduResult[] = [];
    const writes: Promise<void>[] = [];
    // 1.-3. form, signatures, hash
    for (const verdict of await checker.check(pdus, room.version)) {
      if (verdict.kind === 'dropped') {
        this.counts.malformed++;
        log.info({ origin, room: room.roomId, reason: verdict.reason }, 'dropped an event that is not well made');
        if (verdict.eventId !== undefined) results.push({ eventId: verdict.eventId, error: verdict.reason });
        continue;
      }
      const { checked } = verdict;
      // 4.-7. what the room says
      const { outcome, durable } = await this.#receiveOne(origin, room, checked);
      writes.push(durable);
      durable.catch(() => {}); // reported below
      const staged = outcome.kind === 'dropped' && outcome.again && (await staging.stage(origin, room, checked));
      const became = staged ? 'staged' : outcome.kind;
      this.counts[became]++;
      const failed = outcome.kind === 'rejected' || outcome.kind === 'dropped' ? outcome.reason : undefined;
      if (failed !== undefined)
        log.info({ origin, room: room.roomId, event: checked.event.eventId, outcome: became, reason: failed }, 'refused an event');
      // A rejected event is no error of the transaction (Server-Server API, "Rejection").
      results.push({ eventId: checked.event.eventId, error: outcome.kind === 'dropped' ? failed : undefined });
    }
    await Promise.all(writes);
    return results;
  }

  async #receiveOne(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<Received> {
    const { rooms, missing, log } = this.#deps;
    const { event } = checked;
    try {
      if (event.type === 'm.room.create') return notStored(dropped('A room is not created by a transaction.'));
      if (event.prevEvents.length === 0) return notStored(dropped('It has no prev_events.'));
      const needed = await rooms.missing(room.roomId, [...event.prevEvents, event.eventId]);
      if (!needed.includes(event.eventId)) return notStored({ kind: 'known' });
      if (needed.length > 1) return await missing.receiveWithAncestors(origin, room, checked);
      return await missing.receiveWithAuthEvents(origin, room, checked);
    } catch (error) {
      log.warn({ err: error, origin, room: room.roomId, event: event.eventId }, 'an event could not be taken in');
      return notStored(droppedForNow('The server failed to take it in.'));
    }
  }
}
