/** The rooms of this server, as the protocol's inbound side needs them (federation/src/ports.ts). */
import type { CheckedEvent, InboundRoom, InboundRooms, Received, ToldState } from '@nexuscomm/federation/ports.ts';
import { dropped, notStored } from '@nexuscomm/federation/inbound/dropped.ts';
import type { EventId, RoomId, ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { findPlaces, type Outliers } from '../rooms/outliers.ts';
import type { Arrival, RemoteEvents, ToldEntry } from '../rooms/remote-events.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { ServerAcls } from '../rooms/server-acls.ts';
import { EVENT_OUTLIER, EVENT_REJECTED } from '../rooms/stored-event.ts';
import { sql, type Queryable } from '../storage/database.ts';

const selectFirstDepth = sql('first_live_depth', 'select depth from event where room_nid = $1 and pos > 0 order by depth limit 1');

export class FederatedRooms implements InboundRooms {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #remote: RemoteEvents;
  readonly #outliers: Outliers;
  readonly #acls: ServerAcls;
  readonly #serverNid: number;
  readonly #arrival: Arrival;

  /** `historical`: what is received is of the past. */
  constructor(options: {
    db: Queryable;
    engine: RoomEngine;
    remote: RemoteEvents;
    outliers: Outliers;
    acls: ServerAcls;
    serverNid: number;
    historical?: boolean;
  }) {
    this.#arrival = options.historical === true ? { historical: true } : {};
    this.#db = options.db;
    this.#engine = options.engine;
    this.#remote = options.remote;
    this.#outliers = options.outliers;
    this.#acls = options.acls;
    this.#serverNid = options.serverNid;
  }

  async find(roomId: string): Promise<InboundRoom | undefined> {
    const room = await this.#engine.find(roomId);
    return room && room.servers.has(this.#serverNid) ? { roomId: room.roomId, version: room.version } : undefined;
  }

  async isBanned(roomId: RoomId, server: ServerName): Promise<boolean> {
    return !(await this.#acls.allows(await this.#engine.get(roomId), server));
  }

  async servers(roomId: RoomId): Promise<ServerName[]> {
    const room = await this.#engine.get(roomId);
    return (await this.#engine.strings.texts([...room.servers.keys()].filter((nid) => nid !== this.#serverNid))) as ServerName[];
  }

  async missing(roomId: RoomId, eventIds: readonly EventId[]): Promise<EventId[]> {
    const rest = await this.#notPending(roomId, eventIds);
    if (rest.length === 0) return [];
    const places = await findPlaces(this.#db, rest);
    return rest.filter((id) => ((places.get(id)?.flags ?? EVENT_OUTLIER) & EVENT_OUTLIER) !== 0);
  }

  async unknown(roomId: RoomId, eventIds: readonly EventId[]): Promise<EventId[]> {
    const rest = await this.#notPending(roomId, eventIds);
    if (rest.length === 0) return [];
    const places = await findPlaces(this.#db, rest);
    return rest.filter((id) => !places.has(id));
  }

  async receive(roomId: RoomId, { event }: CheckedEvent): Promise<Received> {
    // Nothing comes before the first event.
    const arrival =
      this.#arrival.historical === true && event.prevEvents.length === 0 ? { ...this.#arrival, told: [new Map<number, ToldEntry>()] } : this.#arrival;
    return this.#remote.receive(await this.#engine.get(roomId), event, arrival);
  }

  async receiveAfterGap(roomId: RoomId, { event }: CheckedEvent, states: readonly ToldState[]): Promise<Received> {
    const room = await this.#engine.get(roomId);
    const told: Map<number, ToldEntry>[] = [];
    for (const state of states) {
      const entries = await this.#stateAfter(room, state);
      if (entries) told.push(entries);
    }
    if (told.length === 0) return notStored(dropped('The state before it, as it was told, has no create event.'));
    return this.#remote.receive(room, event, { ...this.#arrival, told });
  }

  async addOutliers(roomId: RoomId, events: readonly CheckedEvent[]): Promise<void> {
    await this.#outliers.add(
      await this.#engine.get(roomId),
      events.map(({ event }) => event),
    );
  }

  async extremities(roomId: RoomId): Promise<{ eventIds: readonly EventId[]; minDepth: number }> {
    const { nid, head } = await this.#engine.get(roomId);
    const [first] = await this.#db.query<{ depth: number }>(selectFirstDepth, [nid]);
    return { eventIds: head.tips.map((tip) => tip.eventId as EventId), minDepth: first?.depth ?? 0 };
  }

  /** The state after an event: the one before it, and the event if it is a state event. undefined: it has no create event. */
  async #stateAfter(room: Room, { before, stateIds }: ToldState): Promise<Map<number, ToldEntry> | undefined> {
    const told = new Map<number, ToldEntry>();
    const places = await findPlaces(this.#db, [...stateIds, before]);
    for (const id of [...stateIds, before]) {
      const place = places.get(id);
      if (place === undefined || place.key === null || place.room_nid !== room.nid || (place.flags & EVENT_REJECTED) !== 0) continue;
      told.set(place.key, { nid: place.nid, type: place.type });
    }
    const createType = await this.#engine.strings.id('m.room.create');
    return [...told.values()].some((entry) => entry.type === createType) ? told : undefined;
  }

  /** Those of the ids that are neither in memory as complete events nor on their way to the database. */
  async #notPending(roomId: RoomId, eventIds: readonly EventId[]): Promise<EventId[]> {
    const room = await this.#engine.get(roomId);
    const tips = new Set(room.head.tips.map((tip) => tip.eventId));
    return eventIds.filter((id) => {
      if (tips.has(id) || room.headChangeOf(id)) return false;
      const cached = this.#engine.events.cachedById(id);
      return cached === undefined || cached.isOutlier || cached.roomNid !== room.nid;
    });
  }
}
