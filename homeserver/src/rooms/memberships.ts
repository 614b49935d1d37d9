/** Joining, leaving, inviting, removing, banning, knocking (Client-Server API, "Room membership"). */
import { MatrixError, badJson, forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import { parseRoomAlias, parseRoomId, parseUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Profiles } from '../accounts/profiles.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { RoomAliases } from './aliases.ts';
import { BAN, INVITE, JOIN, KNOCK, LEAVE } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { vouchingUser } from './vouching.ts';

const setForgotten = sql('member_forget', 'update member set forgotten = true where user_nid = $1 and room_nid = $2');
const selectRooms = sql('member_rooms', 'select room_nid from member where user_nid = $1 and membership = any($2::int2[])');

export interface Actor {
  readonly userId: UserId;
  readonly userNid: number;
  readonly isGuest?: boolean;
}

export class Memberships {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #aliases: RoomAliases;
  readonly #profiles: Profiles;
  readonly #serverName: ServerName;
  readonly #onForgotten: (userNid: number, roomNid: number) => void;

  constructor(options: {
    db: Queryable;
    engine: RoomEngine;
    aliases: RoomAliases;
    profiles: Profiles;
    serverName: ServerName;
    onForgotten: (userNid: number, roomNid: number) => void;
  }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#aliases = options.aliases;
    this.#profiles = options.profiles;
    this.#serverName = options.serverName;
    this.#onForgotten = options.onForgotten;
  }

  /** Name and picture as they belong in the user's membership events; nothing of users elsewhere. */
  async profileContent(userId: string): Promise<JsonObject> {
    const { displayname, avatar_url: avatarUrl } = (await this.#profiles.find(userId)) ?? {};
    return { ...(displayname === undefined ? {} : { displayname }), ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }) };
  }

  /** The profile part of an invite; refuses users whom this server can't reach. */
  async inviteContent(userId: string): Promise<JsonObject> {
    if (serverNameOf(userId) !== this.#serverName) {
      throw new MatrixError('M_UNKNOWN', 404, `${userId} is on another server, and this server does not talk to others yet.`);
    }
    if (!(await this.#profiles.find(userId))) throw notFound(`There is no user ${userId}.`);
    return this.profileContent(userId);
  }

  /** The room that an id or alias names; M_NOT_FOUND if it is not known here. */
  async resolve(roomIdOrAlias: string): Promise<Room> {
    if (!roomIdOrAlias.startsWith('#')) return this.#engine.get(parseRoomId(roomIdOrAlias));
    const roomId = await this.#aliases.find(parseRoomAlias(roomIdOrAlias));
    if (roomId === undefined) throw notFound('There is no room with that alias.');
    return this.#engine.get(roomId);
  }

  async join(actor: Actor, room: Room, extra: { reason?: string; third_party_signed?: unknown }): Promise<void> {
    if (room.isJoined(actor.userNid)) return;
    const guestAccess =
      actor.isGuest === true ? (await this.#engine.stateEvent(room, 'm.room.guest_access', ''))?.content['guest_access'] : 'can_join';
    if (guestAccess !== 'can_join') throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 403, 'This room takes no guests.');
    const vouching = await vouchingUser(this.#engine, await this.#engine.strings.id(this.#serverName), room, actor.userNid);
    await this.#change(room, actor.userId, actor.userId, {
      ...(await this.profileContent(actor.userId)),
      membership: 'join',
      ...reasonOf(extra.reason),
      ...(vouching === undefined ? {} : { join_authorised_via_users_server: vouching }),
    });
  }

  async knock(actor: Actor, room: Room, reason: string | undefined): Promise<void> {
    const content = { ...(await this.profileContent(actor.userId)), membership: 'knock', ...reasonOf(reason) };
    await this.#change(room, actor.userId, actor.userId, content);
  }

  async leave(actor: Actor, room: Room, reason: string | undefined): Promise<void> {
    const current = room.members.get(actor.userNid)?.membership;
    if (current === LEAVE) return;
    await this.#change(room, actor.userId, actor.userId, { membership: 'leave', ...reasonOf(reason) });
  }

  async invite(actor: Actor, room: Room, userId: string, reason: string | undefined): Promise<void> {
    const target = parseUserId(userId);
    await this.#change(room, actor.userId, target, { ...(await this.inviteContent(target)), membership: 'invite', ...reasonOf(reason) });
  }

  async kick(actor: Actor, room: Room, userId: string, reason: string | undefined): Promise<void> {
    const current = await this.#membershipOf(room, parseUserId(userId));
    if (current !== JOIN && current !== INVITE && current !== KNOCK) throw forbidden('That user is not in the room.');
    await this.#change(room, actor.userId, userId, { membership: 'leave', ...reasonOf(reason) });
  }

  async ban(actor: Actor, room: Room, userId: string, reason: string | undefined): Promise<void> {
    const target = parseUserId(userId);
    await this.#change(room, actor.userId, target, { ...(await this.profileContent(target)), membership: 'ban', ...reasonOf(reason) });
  }

  async unban(actor: Actor, room: Room, userId: string, reason: string | undefined): Promise<void> {
    if ((await this.#membershipOf(room, parseUserId(userId))) !== BAN) throw forbidden('That user is not banned from the room.');
    await this.#change(room, actor.userId, userId, { membership: 'leave', ...reasonOf(reason) });
  }

  async forget(actor: Actor, room: Room): Promise<void> {
    const member = room.members.get(actor.userNid);
    if (member && member.membership !== LEAVE && member.membership !== BAN) {
      throw new MatrixError('M_UNKNOWN', 400, 'Leave the room before you forget it.');
    }
    if (!member) throw notFound('You were never in that room.');
    await this.#db.query(setForgotten, [actor.userNid, room.nid]);
    this.#onForgotten(actor.userNid, room.nid);
  }

  /** The user's new name and picture go into the membership events of their rooms. */
  async propagateProfile(user: Actor): Promise<void> {
    const profile = await this.profileContent(user.userId);
    for (const room of await this.#roomsOf(user.userNid, [JOIN])) {
      const own = await this.#engine.stateEvent(room, 'm.room.member', user.userId);
      const { displayname: _name, avatar_url: _avatar, ...kept } = own?.content ?? {};
      const { join_authorised_via_users_server: _vouching, reason: _reason, ...content } = kept;
      await this.#change(room, user.userId, user.userId, { ...content, ...profile, membership: 'join' }).catch((error: unknown) => {
        if (!(error instanceof MatrixError)) throw error;
      });
    }
  }

  /** The user leaves every room and refuses every invite. */
  async leaveAll(user: Actor): Promise<void> {
    for (const room of await this.#roomsOf(user.userNid, [JOIN, INVITE, KNOCK])) {
      await this.leave(user, room, undefined).catch((error: unknown) => {
        if (!(error instanceof MatrixError)) throw error;
      });
    }
  }

  async #roomsOf(userNid: number, memberships: readonly number[]): Promise<Room[]> {
    const rows = await this.#db.query<{ room_nid: number }>(selectRooms, [userNid, memberships]);
    return [...(await this.#engine.byNids(rows.map((row) => row.room_nid))).values()];
  }

  async #membershipOf(room: Room, userId: string): Promise<number | undefined> {
    const nid = await this.#engine.strings.find(userId);
    return nid === undefined ? undefined : room.members.get(nid)?.membership;
  }

  async #change(room: Room, sender: UserId, target: string, content: JsonObject): Promise<void> {
    await this.#engine.send(room, { sender, type: 'm.room.member', stateKey: target, content });
  }
}

function reasonOf(reason: unknown): { reason?: string } {
  if (reason === undefined) return {};
  if (typeof reason !== 'string') throw badJson('reason must be text.');
  return { reason };
}
