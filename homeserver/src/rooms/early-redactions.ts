/** Redactions (room version 3, "Handling redactions"): which count, and those that came before the event that they redact. */
import { readPowerLevels } from '@nexuscomm/spec/auth-rules/power-levels.ts';
import type { AuthState } from '@nexuscomm/spec/auth-rules/verdict.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { sql, type Queryable } from '../storage/database.ts';
import { decidingKeys } from './check-event.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';
import type { StoredEvent } from './stored-event.ts';

const insert = sql('early_redaction_add', 'insert into early_redaction (target, nid, room_nid) values ($1, $2, $3) on conflict do nothing');
const selectAll = sql('early_redaction_all', 'select target, nid from early_redaction');
const remove = sql('early_redaction_remove', 'delete from early_redaction where target = $1');

export class EarlyRedactions {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  /** event id -> redactions of it, in the order in which they came */
  readonly #waiting: Map<string, number[]>;

  private constructor(db: Queryable, engine: RoomEngine, waiting: Map<string, number[]>) {
    this.#db = db;
    this.#engine = engine;
    this.#waiting = waiting;
  }

  static async open(db: Queryable, engine: RoomEngine): Promise<EarlyRedactions> {
    const rows = Map.groupBy(await db.query<{ target: string; nid: number }>(selectAll), (row) => row.target);
    return new EarlyRedactions(db, engine, new Map([...rows].map(([target, found]) => [target, found.map((row) => row.nid)])));
  }

  /** A redaction counts if its sender has the level for it, or is of the server that sent what it redacts. */
  counts(version: RoomVersion, redaction: RoomEvent, target: RoomEvent, state: AuthState): boolean {
    if (version.redactionAuthRule) return true; // decided on when it was authorised
    if (serverNameOf(redaction.sender) === serverNameOf(target.sender)) return true;
    const create = state('m.room.create', '');
    const levels = readPowerLevels({ version, create, powerLevels: state('m.room.power_levels', '') });
    return levels.userLevel(redaction.sender) >= levels.redact;
  }

  /** Notes a redaction, if its target is not here. */
  async remember(room: Room, redaction: RoomEvent, nid: number): Promise<void> {
    const target = redaction.redacts!;
    if (await this.#engine.events.byId(target)) return;
    this.#waiting.set(target, [...(this.#waiting.get(target) ?? []), nid]);
    await this.#db.query(insert, [target, nid, room.nid]);
  }

  /** The redactions that waited for the event and count. They wait no more. */
  async take(room: Room, event: RoomEvent): Promise<StoredEvent[]> {
    const waiting = this.#waiting.get(event.eventId);
    if (waiting === undefined) return [];
    this.#waiting.delete(event.eventId);
    await this.#db.query(remove, [event.eventId]);
    return this.counting(room, (await this.#engine.events.ofHead(room, waiting)).values(), event);
  }

  /** Those of the redactions that count, by the state before each. */
  async counting(room: Room, redactions: Iterable<StoredEvent>, target: RoomEvent): Promise<StoredEvent[]> {
    const found: StoredEvent[] = [];
    for (const redaction of redactions) {
      if (redaction.roomNid !== room.nid) continue;
      const keys = decidingKeys(room.version, redaction.event);
      const ids = await this.#engine.strings.ids(keys.map(([type, stateKey]) => stateKeyText(type, stateKey)));
      const state = (await this.#engine.statesAt([redaction.snapBefore])).get(redaction.snapBefore);
      const deciding = await this.#engine.events.byNids(ids.flatMap((id) => state?.get(id) ?? []));
      const lookup: AuthState = (type, stateKey) =>
        [...deciding.values()].find((stored) => stored.event.type === type && stored.event.stateKey === stateKey)?.event;
      if (this.counts(room.version, redaction.event, target, lookup)) found.push(redaction);
    }
    return found;
  }
}
