/**
 * This server as the one that others join, leave and knock through (Server-Server API, "Joining Rooms", "Knocking upon a
 * room", "Leaving Rooms"): templates on request, and the signed events that come back.
 */
import type { EventChecking } from '@nexuscomm/federation/ports.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import { MatrixError, badJson, forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { signEvent } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { eventFromStored } from '@nexuscomm/spec/events/parse-event.ts';
import { parseUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RemoteEvents } from '../rooms/remote-events.ts';
import type { Room } from '../rooms/room.ts';
import type { EventDraft } from '../rooms/compose-event.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { ServerAcls } from '../rooms/server-acls.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import { vouchingUser } from '../rooms/vouching.ts';
import { checkedEvent, requireCanonical } from './checked-event.ts';

export type RemoteMembership = 'join' | 'leave' | 'knock';

export interface ResidentRoomsDeps {
  readonly engine: RoomEngine;
  readonly remote: RemoteEvents;
  readonly checker: EventChecking;
  readonly acls: ServerAcls;
  readonly signingKey: SigningKey;
  readonly serverName: ServerName;
  readonly serverNid: number;
  /** hands an event that came in here to the other servers of the room */
  readonly distribute: (room: Room, stored: StoredEvent, except: readonly ServerName[]) => void;
}

export class ResidentRooms {
  readonly #deps: ResidentRoomsDeps;

  constructor(deps: ResidentRoomsDeps) {
    this.#deps = deps;
  }

  /** The room, for a server that may take part in it. M_NOT_FOUND if nobody here is in it, M_FORBIDDEN by its ACL. */
  async room(roomId: string, origin: ServerName): Promise<Room> {
    const { engine, acls, serverNid } = this.#deps;
    const room = await engine.find(roomId);
    if (!room?.servers.has(serverNid)) throw notFound('This server is not in that room.');
    if (!(await acls.allows(room, origin))) throw forbidden('Your server may not take part in this room.');
    return room;
  }

  /** As `room`, for what only servers in the room may ask. */
  async sharedRoom(roomId: string, origin: ServerName): Promise<Room> {
    const room = await this.room(roomId, origin);
    if (!room.servers.has(await this.#deps.engine.strings.id(origin))) throw forbidden('Your server is not in this room.');
    return room;
  }

  /** An unsigned event for a user of the asking server. `versions`: those that it knows; absent: any. */
  async template(
    kind: RemoteMembership,
    request: { roomId: string; userId: string; origin: ServerName; versions?: readonly string[] | undefined },
  ): Promise<{ room_version: string; event: JsonObject }> {
    const { engine, serverNid } = this.#deps;
    const { roomId, origin, versions } = request;
    const userId = parseUserId(request.userId);
    if (serverNameOf(userId) !== origin) throw forbidden('That user is not of your server.');
    const room = await this.room(roomId, origin);
    if (versions !== undefined && !versions.includes(room.version.id)) {
      throw new MatrixError('M_INCOMPATIBLE_ROOM_VERSION', 400, `Your server does not know rooms of version ${room.version.id}.`, {
        room_version: room.version.id,
      });
    }
    if (kind === 'knock' && !room.version.knock) throw forbidden('Rooms of this version take no knocks.');
    const userNid = await engine.strings.id(userId);
    const vouching = kind === 'join' ? await vouchingUser(engine, serverNid, room, userNid) : undefined;
    const content = { membership: kind, ...(vouching === undefined ? {} : { join_authorised_via_users_server: vouching }) };
    const draft: EventDraft = { sender: userId, type: 'm.room.member', stateKey: userId, content };
    const { hashes: _hashes, signatures: _signatures, ...event } = (await engine.propose(room, draft)).json;
    return { room_version: room.version.id, event };
  }

  /** Takes in the signed event; returns it as it is kept, with this server's signature where it vouches. */
  async accept(
    kind: RemoteMembership,
    request: { roomId: string; eventId: string; origin: ServerName; json: JsonObject },
  ): Promise<{ room: Room; stored: StoredEvent }> {
    const { engine, remote, serverName, signingKey } = this.#deps;
    const { roomId, eventId, origin, json } = request;
    const room = await this.room(roomId, origin);
    requireCanonical(json, room.version);
    if (json['room_id'] !== room.roomId) throw badJson('The event is of another room.');
    const vouching = kind === 'join' ? vouchingServer(json) : undefined;
    if (vouching === serverName) await this.#checkVouching(room, json);
    // The voucher's signature is this server's to give: the event is checked with it.
    const signed = vouching === serverName ? signEvent(json, room.version, serverName, signingKey) : json;
    const checked = await checkedEvent(this.#deps.checker, signed, room.version);
    const event = vouching === serverName ? withJson(checked, signed, room) : checked;
    if (event.eventId !== eventId) throw invalidParam('The event has another id.');
    checkMembership(kind, event, origin);
    const { outcome, durable } = await remote.receive(room, event, { relayed: true });
    await durable;
    if (outcome.kind === 'rejected' || outcome.kind === 'dropped') throw forbidden(outcome.reason);
    if (outcome.kind === 'soft-failed') throw forbidden('The room does not let this happen any more.');
    const stored = (await engine.events.byId(event.eventId))!;
    if (outcome.kind === 'accepted') this.#deps.distribute(room, stored, [origin]);
    return { room, stored };
  }

  /** The user may still join because of another room, and whoever is named here may still let them in. */
  async #checkVouching(room: Room, json: JsonObject): Promise<void> {
    const { engine, serverNid } = this.#deps;
    const { state_key: userId } = json;
    if (typeof userId !== 'string') throw badJson('The event has no state_key.');
    await vouchingUser(engine, serverNid, room, await engine.strings.id(userId));
  }
}

function vouchingServer(json: JsonObject): string | undefined {
  const voucher = (json['content'] as JsonObject | undefined)?.['join_authorised_via_users_server'];
  return typeof voucher === 'string' ? serverNameOf(voucher) : undefined;
}

/** Signatures are not part of an event's id: only the wire form differs. */
function withJson(event: RoomEvent, json: JsonObject, room: Room): RoomEvent {
  return eventFromStored({ eventId: event.eventId, roomId: event.roomId, json, version: room.version });
}

function checkMembership(kind: RemoteMembership, event: RoomEvent, origin: ServerName): void {
  if (event.type !== 'm.room.member' || event.content['membership'] !== kind) throw badJson(`The event is not a ${kind}.`);
  if (event.stateKey !== event.sender) throw badJson('The event is not of its sender.');
  if (serverNameOf(event.sender) !== origin) throw forbidden('The event is not of a user of your server.');
}
