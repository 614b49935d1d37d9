/**
 * Events that other servers sent and that could not be taken in yet, since what they follow could not be had: kept in the
 * database and received again, later each time, until they have their place or are too old. Senders regard them as delivered.
 */
import type { CheckedEvent, Clock, InboundRoom, InboundRooms, Log, PduStaging, ServerName } from '@nexuscomm/federation/ports.ts';
import type { PduReceiver } from '@nexuscomm/federation/inbound/receive-pdu.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import { numbersOf } from '@nexuscomm/spec/events/event-hashes.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Queryable } from '../storage/database.ts';

// Beyond the $8 of one server in a room that are kept already, and once it is older than $9, an event is not kept (any more).
const stage = sql(
  'staged_pdu_stage',
  `insert into staged_pdu (event_id, room_id, origin, depth, json, since, retry_at)
   select $1::text, $2::text, $3::text, $4::int8, $5::text, $6::int8, $6::int8 + $7::int8
   where (select count(*) from staged_pdu where room_id = $2 and origin = $3) < $8::int8 or exists (select from staged_pdu where event_id = $1)
   on conflict (event_id) do update
     set attempts = staged_pdu.attempts + 1,
       retry_at = $6::int8 + least($10::int8, $7::int8 * (1::int8 << least(staged_pdu.attempts + 1, 30)))
     where staged_pdu.since > $6::int8 - $9::int8
   returning event_id`,
);
const selectDue = sql(
  'staged_pdu_due',
  `select event_id, room_id, origin, json, attempts from staged_pdu where room_id = (
     select room_id from staged_pdu where retry_at <= $1 order by retry_at limit 1) and retry_at <= $1 order by depth limit $2`,
);
const selectNext = sql('staged_pdu_next', 'select min(retry_at)::float8 as at from staged_pdu');
const countAll = sql('staged_pdu_count', 'select count(*)::int4 as n from staged_pdu');
const removeTried = sql(
  'staged_pdu_remove',
  `delete from staged_pdu s using unnest($1::text[], $2::int4[]) t(event_id, attempts) where s.event_id = t.event_id and s.attempts = t.attempts`,
);

interface StagedRow {
  readonly event_id: string;
  readonly room_id: string;
  readonly origin: string;
  readonly json: string;
  readonly attempts: number;
}

export interface StagedPdusSettings {
  /** of one server in one room at most */
  readonly perRoom: number;
  /** ms until the first try, doubled with each, up to the second */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** ms; what is older is given up */
  readonly lifetimeMs: number;
}

export interface StagedPdusDeps {
  readonly db: Queryable;
  readonly rooms: Pick<InboundRooms, 'find'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: StagedPdusSettings;
  readonly onError: (error: unknown) => void;
}

/** Events of a room that are received at once. */
const BATCH = 50;
/** ms that a stop waits for what is under way */
const STOP_GRACE_MS = 1_000;
/** ms until the database is asked again after it failed */
const FAILURE_PAUSE_MS = 5_000;

export class StagedPdus implements PduStaging, AsyncDisposable {
  readonly #deps: StagedPdusDeps;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: StagedPdusDeps) {
    this.#deps = deps;
  }

  /** False: it is too old, or the server has too many in this room already. */
  async stage(origin: ServerName, { roomId, version }: InboundRoom, { event }: CheckedEvent): Promise<boolean> {
    const { db, clock, settings } = this.#deps;
    const rows = await db.query(stage, [
      event.eventId,
      roomId,
      origin,
      event.depth,
      encodeCanonicalJson(event.json, numbersOf(version)),
      clock.now(),
      settings.retryMinMs,
      settings.perRoom,
      settings.lifetimeMs,
      settings.retryMaxMs,
    ]);
    this.#wake.abort();
    return rows.length > 0;
  }

  async count(): Promise<number> {
    return (await this.#deps.db.query<{ n: number }>(countAll))[0]!.n;
  }

  /** Goes on with what was staged when the server stopped. */
  start(receiver: PduReceiver): void {
    this.#running = this.#run(receiver);
  }

  /** Requests to a server that does not answer are not waited for: what they were for is still staged. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const done = new AbortController();
    const ended = this.#running.finally(() => done.abort());
    await Promise.race([ended, wait(this.#deps.clock, STOP_GRACE_MS, done.signal)]);
  }

  async #run(receiver: PduReceiver): Promise<void> {
    const { db, clock, onError } = this.#deps;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      let pause = FAILURE_PAUSE_MS;
      try {
        while (!this.#stop.signal.aborted && (await this.#retry(receiver)));
        const next = (await db.query<{ at: number | null }>(selectNext))[0]!.at;
        pause = next === null ? Infinity : next - clock.now();
      } catch (error) {
        if (!this.#stop.signal.aborted) onError(error);
      }
      const signal = AbortSignal.any([this.#stop.signal, this.#wake.signal]);
      if (pause > 0) await wait(clock, pause, signal);
    }
  }

  /** The events of one room that are due; false if there are none. */
  async #retry(receiver: PduReceiver): Promise<boolean> {
    const { db, rooms, clock, log } = this.#deps;
    const due = await db.query<StagedRow>(selectDue, [clock.now(), BATCH]);
    if (due.length === 0) return false;
    const roomId = due[0]!.room_id;
    const room = await rooms.find(roomId);
    if (room) {
      for (const [origin, staged] of Map.groupBy(due, (row) => row.origin)) {
        const pdus = staged.map(({ json }) => JSON.parse(json) as JsonObject);
        await receiver.receive(origin as ServerName, room, pdus);
      }
    }
    // Those that are staged again have been tried once more; the others have their place, or will never have one.
    await db.query(removeTried, [due.map((row) => row.event_id), due.map((row) => row.attempts)]);
    log.debug({ room: roomId, tried: due.length }, 'received staged events again');
    return true;
  }
}

/** `ms` may be endless. */
async function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  if (ms === Infinity) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  else await clock.wait(ms, signal).catch(() => {}); // woken, or stopped
}
