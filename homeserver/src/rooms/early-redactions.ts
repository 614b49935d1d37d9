/** Redactions (room versions 3 and later): which count, and those that came before the event that they redact. */
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

  /** Notes a redaction whose target is not here. */
  async remember(room: Room, redaction: RoomEvent, nid: number): Promise<void> {
    const target = redaction.redacts!;
    if (await this.#engine.events.byId(target)) return; // it is here, and the redaction does not count
    this.#waiting.set(target, [...(this.#waiting.get(target) ?? []), nid]);
    await this.#db.query(insert, [target, nid, room.nid]);
  }

  /** The redaction that waits for the event, if it counts. */
  async appliedTo(room: Room, event: RoomEvent): Promise<number | undefined> {
    const waiting = this.#waiting.get(event.eventId);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(event.eventId);
    await this.#db.query(remove, [event.eventId]);
    for (const redaction of (await this.#engine.events.ofHead(room, waiting)).values()) {
      if (redaction.roomNid !== room.nid) continue;
      const keys = decidingKeys(room.version, redaction.event);
      const ids = await this.#engine.strings.ids(keys.map(([type, stateKey]) => stateKeyText(type, stateKey)));
      const state = (await this.#engine.statesAt([redaction.snapBefore])).get(redaction.snapBefore);
      const found = await this.#engine.events.byNids(ids.flatMap((id) => state?.get(id) ?? []));
      const lookup: AuthState = (type, stateKey) =>
        [...found.values()].find((stored) => stored.event.type === type && stored.event.stateKey === stateKey)?.event;
      if (this.counts(room.version, redaction.event, event, lookup)) return redaction.nid;
    }
    return undefined;
  }
}
