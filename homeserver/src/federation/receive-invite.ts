/** Invites from other servers (Server-Server API, "Inviting to a room"), and that they are taken back. */
import type { EventChecking } from '@nexuscomm/federation/ports.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import { MatrixError, badJson, forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { signEvent } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { findRoomVersion, type RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { INVITE, KNOCK, LEAVE } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { ServerAcls } from '../rooms/server-acls.ts';
import { checkedEvent, requireCanonical } from './checked-event.ts';
import type { OutsideMemberships } from './outside-memberships.ts';

export interface InviteReceiverDeps {
  readonly engine: RoomEngine;
  readonly outside: OutsideMemberships;
  readonly checker: EventChecking;
  readonly acls: ServerAcls;
  readonly signingKey: SigningKey;
  readonly serverName: ServerName;
  readonly serverNid: number;
  /** the user exists here and may be invited */
  readonly isUser: (userId: string) => Promise<boolean>;
  /** the invite is to a room that this server is not in; `shown` is stripped state */
  readonly onInvited: (invite: RoomEvent, shown: readonly JsonObject[]) => void;
}

/** Events of stripped state that are kept, and bytes of one. */
const MAX_SHOWN = 50;
const MAX_SHOWN_BYTES = 65_536;

export class InviteReceiver {
  readonly #deps: InviteReceiverDeps;

  constructor(deps: InviteReceiverDeps) {
    this.#deps = deps;
  }

  /** The invite with this server's signature. */
  async receive(request: {
    origin: ServerName;
    roomId: string;
    eventId: string;
    roomVersion: string;
    json: JsonObject;
    shown: readonly unknown[];
  }): Promise<JsonObject> {
    const { outside, acls, checker, signingKey, serverName, isUser } = this.#deps;
    const { origin, roomId, eventId, json, shown } = request;
    const room = await this.#joined(roomId);
    if (room && !(await acls.allows(room, origin))) throw forbidden('Your server may not take part in this room.');
    const version = findRoomVersion(request.roomVersion);
    if (!version) {
      throw new MatrixError('M_INCOMPATIBLE_ROOM_VERSION', 400, `This server does not know rooms of version ${request.roomVersion.slice(0, 40)}.`, {
        room_version: request.roomVersion,
      });
    }
    requireCanonical(json, version);
    const event = await checkedEvent(checker, json, version);
    if (event.eventId !== eventId || event.roomId !== roomId) throw invalidParam('The event is another than the path names.');
    const target = event.stateKey;
    if (event.type !== 'm.room.member' || event.content['membership'] !== 'invite' || target === undefined)
      throw badJson('The event is not an invite.');
    if (serverNameOf(event.sender) !== origin) throw forbidden('The invite is not of a user of your server.');
    if (serverNameOf(target) !== serverName) throw forbidden('The invited user is not of this server.');
    if (!(await isUser(target))) throw notFound(`There is no user ${target} here.`);
    if (version.hashedRoomId) await this.#checkShown(version, event.roomId, shown);
    const signed = signEvent(json, version, serverName, signingKey);
    // A server that is in the room gets the invite as all events.
    if (!(await this.#joined(roomId))) {
      await outside.set({
        roomId: event.roomId,
        version,
        userId: target as UserId,
        membership: INVITE,
        sender: event.sender,
        shown: [...shown.flatMap(stripped), strippedOf(event)],
      });
      this.#deps.onInvited(event, shown.flatMap(stripped));
    }
    return signed;
  }

  /**
   * Events of rooms that this server is not in: an invite that is taken back, a knock that is refused. True if it was one.
   */
  async receiveOutside(origin: ServerName, json: JsonObject): Promise<boolean> {
    const { engine, outside, checker, serverName } = this.#deps;
    const { room_id: roomId, state_key: target, type, content } = json;
    const membership = isJsonObject(content) ? content['membership'] : undefined;
    if (type !== 'm.room.member' || typeof roomId !== 'string' || typeof target !== 'string' || serverNameOf(target) !== serverName) return false;
    if (membership !== 'leave' && membership !== 'ban') return false;
    const userNid = await engine.strings.find(target);
    const current = userNid === undefined ? undefined : await outside.find(userNid, roomId);
    if (!current || (current.membership !== INVITE && current.membership !== KNOCK)) return false;
    const event = await checkedEvent(checker, json, current.version);
    // Nothing is known of the room's state: only whoever invited is known to be able to take it back.
    const mayEnd = current.membership === KNOCK || current.sender === event.sender;
    if (!mayEnd || serverNameOf(event.sender) !== origin) return false;
    await outside.set({
      roomId: event.roomId,
      version: current.version,
      userId: target as UserId,
      membership: LEAVE,
      sender: event.sender,
      shown: [clientFormat(event)],
    });
    return true;
  }

  /** The room, if this server is in it. */
  async #joined(roomId: string): Promise<Room | undefined> {
    const room = await this.#deps.engine.find(roomId);
    return room?.servers.has(this.#deps.serverNid) === true ? room : undefined;
  }

  /**
   * What is shown of the room must be of it, as far as it comes as whole events. The specification would have all of it come
   * so since v1.16, and the create event among it; servers that are older than that still invite people.
   */
  async #checkShown(version: RoomVersion, roomId: string, shown: readonly unknown[]): Promise<void> {
    const whole = shown.filter(isJsonObject).filter((entry) => entry['signatures'] !== undefined);
    for (const verdict of await this.#deps.checker.check(whole, version)) {
      if (verdict.kind === 'dropped') throw invalidParam(`invite_room_state has an event that is not well made: ${verdict.reason}.`);
      if (verdict.checked.event.roomId !== roomId) throw invalidParam('invite_room_state has an event of another room.');
    }
  }
}

/** What another server shows of a room, reduced to stripped events. Some servers send whole events. */
function stripped(shown: unknown, i: number): JsonObject[] {
  if (i >= MAX_SHOWN || !isJsonObject(shown)) return [];
  const { type, state_key: stateKey, sender, content } = shown;
  if (typeof type !== 'string' || typeof stateKey !== 'string' || typeof sender !== 'string' || !isJsonObject(content)) return [];
  const event = { type, state_key: stateKey, sender, content };
  return JSON.stringify(event).length > MAX_SHOWN_BYTES ? [] : [event];
}

export const strippedStateOf = (shown: readonly unknown[]): JsonObject[] => shown.flatMap(stripped);

export const strippedOf = ({ type, stateKey, sender, content }: RoomEvent): JsonObject => ({ type, state_key: stateKey!, sender, content });

/** An event that only this user is told of. */
export function clientFormat(event: RoomEvent): JsonObject {
  return { ...strippedOf(event), event_id: event.eventId, origin_server_ts: event.originServerTs };
}
