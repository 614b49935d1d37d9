/**
 * Who may be told of a room before they are in it (Client-Server API, "Spaces", "Room Summaries"): those who may join it, ask
 * to join it, or read it.
 */
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { BAN, INVITE, JOIN } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { historyVisibilityOf } from './visibility.ts';

/** What of the rules decides on it, whoever asks. */
interface Openness {
  readonly worldReadable: boolean;
  /** anybody may join, or ask to */
  readonly open: boolean;
  /** rooms whose members may join */
  readonly allowed: readonly string[];
}

export class RoomAccess {
  readonly #engine: RoomEngine;
  constructor(engine: RoomEngine) {
    this.#engine = engine;
  }

  /** `userNid` undefined: somebody without an account. */
  async allowsUser(room: Room, userNid: number | undefined): Promise<boolean> {
    const membership = userNid === undefined ? undefined : room.members.get(userNid)?.membership;
    if (membership === JOIN || membership === INVITE) return true;
    const { worldReadable, open, allowed } = await this.#openness(room);
    if (worldReadable) return true;
    if (membership === BAN) return false;
    return open || (userNid !== undefined && (await this.isInOneOf(allowed, userNid)));
  }

  /** Some user of the server may be told. */
  async allowsServer(room: Room, serverNid: number): Promise<boolean> {
    if (room.servers.has(serverNid)) return true;
    const { worldReadable, open, allowed } = await this.#openness(room);
    if (worldReadable || open) return true;
    for (const roomId of allowed) if ((await this.#engine.find(roomId))?.servers.has(serverNid) === true) return true;
    for (const member of room.members.values()) if (member.serverNid === serverNid && member.membership === INVITE) return true;
    return false;
  }

  async isInOneOf(roomIds: readonly string[], userNid: number): Promise<boolean> {
    for (const roomId of roomIds) if ((await this.#engine.find(roomId))?.isJoined(userNid) === true) return true;
    return false;
  }

  /** `allowed_room_ids` of a room's summary. */
  async allowedRooms(room: Room): Promise<readonly string[]> {
    return (await this.#openness(room)).allowed;
  }

  async #openness(room: Room): Promise<Openness> {
    const [rules, visibility] = await Promise.all([
      this.#engine.stateEvent(room, 'm.room.join_rules', ''),
      this.#engine.stateEvent(room, 'm.room.history_visibility', ''),
    ]);
    const { version } = room;
    const rule = rules?.content['join_rule'];
    const open = rule === 'public' || (rule === 'knock' && version.knock) || (rule === 'knock_restricted' && version.knockRestrictedJoin);
    return { worldReadable: historyVisibilityOf(visibility) === 'world_readable', open, allowed: allowedRoomIds(rules?.content, version) };
  }
}

/** The rooms whose members may join a restricted room (room versions 8 and 10). */
export function allowedRoomIds(joinRules: JsonObject | undefined, version: RoomVersion): string[] {
  const rule = joinRules?.['join_rule'];
  const restricted = (rule === 'restricted' && version.restrictedJoin) || (rule === 'knock_restricted' && version.knockRestrictedJoin);
  const allow = joinRules?.['allow'];
  if (!restricted || !Array.isArray(allow)) return [];
  return allow.flatMap((entry) =>
    isJsonObject(entry) && entry['type'] === 'm.room_membership' && typeof entry['room_id'] === 'string' ? [entry['room_id']] : [],
  );
}
