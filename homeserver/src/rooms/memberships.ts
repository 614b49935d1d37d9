/** Joining, leaving, inviting, removing, banning, knocking (Client-Server API, "Room membership"). */
import { MatrixError, badJson, forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import { parseRoomAlias, parseRoomId, parseUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Profiles } from '../accounts/profiles.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { RoomAliases } from './aliases.ts';
import { outgoingPdu } from '../federation/missed-events.ts';
import type { OutsideMemberships } from '../federation/outside-memberships.ts';
import type { RemoteRooms } from '../federation/remote-rooms.ts';
import { takesGuests } from './guest-access.ts';
import { BAN, INVITE, JOIN, KNOCK, LEAVE } from './membership.ts';
import type { RemoteEvents } from './remote-events.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { strippedState } from './stripped-state.ts';
import { vouchingUser } from './vouching.ts';

const setForgotten = sql('member_forget', 'update member set forgotten = true where user_nid = $1 and room_nid = $2');
const selectRooms = sql(
  'member_rooms',
  'select m.room_nid, r.room_id from member m join room r on r.nid = m.room_nid where m.user_nid = $1 and m.membership = any($2::int2[])',
);

/** What it takes to deal with rooms of other servers. */
export interface RemoteMembershipDeps {
  readonly rooms: RemoteRooms;
  readonly outside: OutsideMemberships;
  readonly events: RemoteEvents;
}

interface LocatedRoom {
  readonly roomId: RoomId;
  /** undefined: this server is not in it */
  readonly room: Room | undefined;
  /** servers that somebody named for it, and others that may be in it */
  readonly via: readonly string[];
  readonly fallback: readonly string[];
}

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
  #remote: RemoteMembershipDeps | undefined;

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

  /** Rooms and users of other servers can be reached from now on. */
  connect(remote: RemoteMembershipDeps): void {
    this.#remote = remote;
  }

  /** Name and picture as they belong in the user's membership events; nothing of users elsewhere. */
  async profileContent(userId: string): Promise<JsonObject> {
    const { displayname, avatar_url: avatarUrl } = (await this.#profiles.find(userId)) ?? {};
    return { ...(displayname === undefined ? {} : { displayname }), ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }) };
  }

  isLocal(userId: string): boolean {
    return serverNameOf(userId) === this.#serverName;
  }

  /** The profile part of an invite. Whether there is a user of another server, that server knows. */
  async inviteContent(userId: string): Promise<JsonObject> {
    if (!this.isLocal(userId)) return {};
    if (!(await this.#profiles.find(userId))) throw notFound(`There is no user ${userId}.`);
    return this.profileContent(userId);
  }

  /** The room that an id or alias names, if this server is in it, and where else to ask for it. */
  async #locate(roomIdOrAlias: string, via: readonly string[]): Promise<LocatedRoom> {
    let roomId: RoomId;
    let servers = via;
    if (roomIdOrAlias.startsWith('#')) {
      const found = await this.resolveAlias(roomIdOrAlias);
      roomId = found.roomId;
      servers = [...found.servers, ...via];
    } else {
      roomId = parseRoomId(roomIdOrAlias);
    }
    const room = await this.#engine.find(roomId);
    // A room that nobody is in any more is still here for who was invited, or comes back.
    const isInside = room !== undefined && (room.servers.size === 0 || room.servers.has(await this.#engine.strings.id(this.#serverName)));
    const elsewhere = room && !isInside ? await this.#engine.strings.texts([...room.servers.keys()]) : [];
    // What a room id ends in says little of where the room is: it is a last resort.
    return { roomId, room: isInside ? room : undefined, via: servers, fallback: [...elsewhere, serverNameOf(roomId)] };
  }

  /** The room of an alias of any server, and servers that are in it. M_NOT_FOUND if there is none. */
  async resolveAlias(text: string): Promise<{ roomId: RoomId; servers: readonly string[] }> {
    const alias = parseRoomAlias(text);
    if (!this.isLocal(alias)) return this.#outside().rooms.resolveAlias(alias);
    const roomId = (await this.#aliases.find(alias)) as RoomId | undefined;
    if (roomId === undefined) throw notFound('There is no room with that alias.');
    const room = await this.#engine.find(roomId);
    const others = room ? await this.#engine.strings.texts([...room.servers.keys()]) : [];
    return { roomId, servers: [...new Set([this.#serverName, ...others])] };
  }

  /** Joins a room, through another server if this one is not in it or can't let the user in. `via`: servers to ask. */
  async join(
    actor: Actor,
    roomIdOrAlias: string,
    via: readonly string[],
    extra: { reason?: string | undefined; content?: JsonObject },
  ): Promise<RoomId> {
    const located = await this.#locate(roomIdOrAlias, via);
    const { room, roomId } = located;
    const profile = { ...(await this.profileContent(actor.userId)), ...extra.content, ...reasonOf(extra.reason) };
    if (room?.isJoined(actor.userNid) === true) return roomId;
    if (!room) {
      if (actor.isGuest === true) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 403, 'Guests join rooms of this server only.');
      await this.#outside().rooms.join({ roomId, userId: actor.userId, ...(await this.#servers(actor, located)), content: profile });
      return roomId;
    }
    if (actor.isGuest === true && !(await takesGuests(this.#engine, room))) throw noGuests();
    const serverNid = await this.#engine.strings.id(this.#serverName);
    try {
      const vouching = await vouchingUser(this.#engine, serverNid, room, actor.userNid);
      await this.#change(room, actor.userId, actor.userId, {
        ...profile,
        membership: 'join',
        ...(vouching === undefined ? {} : { join_authorised_via_users_server: vouching }),
      });
    } catch (error) {
      const others = [...room.servers.keys()].filter((nid) => nid !== serverNid);
      const othersMayHelp = error instanceof MatrixError && ['M_UNABLE_TO_AUTHORISE_JOIN', 'M_UNABLE_TO_GRANT_JOIN'].includes(error.errcode);
      if (!othersMayHelp || others.length === 0 || !this.#remote) throw error;
      await this.#remote.rooms.join({ roomId, userId: actor.userId, via: await this.#engine.strings.texts(others), content: profile });
    }
    if (actor.isGuest === true && !(await takesGuests(this.#engine, room))) {
      // It ceased to take guests on the way, and they were not in it yet to be put out.
      await this.leave(actor, roomId, undefined);
      throw noGuests();
    }
    return roomId;
  }

  async knock(actor: Actor, roomIdOrAlias: string, via: readonly string[], reason: string | undefined): Promise<RoomId> {
    const located = await this.#locate(roomIdOrAlias, via);
    const { room, roomId } = located;
    const content = { ...(await this.profileContent(actor.userId)), ...reasonOf(reason) };
    if (room) await this.#change(room, actor.userId, actor.userId, { ...content, membership: 'knock' });
    else await this.#outside().rooms.knock({ roomId, userId: actor.userId, ...(await this.#servers(actor, located)), content });
    return roomId;
  }

  async leave(actor: Actor, roomIdText: string, reason: string | undefined): Promise<void> {
    const { room, roomId, via, fallback } = await this.#locate(roomIdText, []);
    if (room) {
      if (room.members.get(actor.userNid)?.membership === LEAVE) return;
      await this.#change(room, actor.userId, actor.userId, { membership: 'leave', ...reasonOf(reason) });
      return;
    }
    const outside = await this.#remote?.outside.find(actor.userNid, roomId);
    if (outside && outside.membership !== LEAVE) {
      await this.#remote!.rooms.leave(outside, { roomId, userId: actor.userId, via, fallback, content: reasonOf(reason) });
      return;
    }
    if (!outside && !(await this.#engine.find(roomId))?.members.has(actor.userNid)) throw notFound('This server does not know that room.');
  }

  async invite(actor: Actor, room: Room, userId: string, reason: string | undefined, further: JsonObject = {}): Promise<void> {
    const target = parseUserId(userId);
    const content = { ...(await this.inviteContent(target)), ...further, membership: 'invite', ...reasonOf(reason) };
    if (this.isLocal(target)) await this.#change(room, actor.userId, target, content);
    else await this.#inviteElsewhere(room, actor.userId, target, content);
  }

  /** The invited user's server signs the invite before anybody else is told of it. */
  async #inviteElsewhere(room: Room, sender: UserId, target: UserId, content: JsonObject): Promise<void> {
    const { rooms, events } = this.#outside();
    const proposed = await this.#engine.propose(room, { sender, type: 'm.room.member', stateKey: target, content });
    const own = await this.#engine.stateEvent(room, 'm.room.member', sender);
    const shown = [...(await strippedState(this.#engine, room)), ...(own ? [own] : [])].map((stored) => outgoingPdu(stored).json);
    const signed = await rooms.invite(room, proposed, shown);
    const { outcome, durable } = await events.receive(room, signed);
    await durable;
    if (outcome.kind === 'rejected' || outcome.kind === 'dropped') throw forbidden(outcome.reason);
    if (outcome.kind === 'soft-failed') throw forbidden('You may not invite to this room any more.');
  }

  /** Servers to ask for a room: whoever invited the user knows it. */
  async #servers(actor: Actor, located: LocatedRoom): Promise<{ via: readonly string[]; fallback: readonly string[] }> {
    const outside = await this.#remote?.outside.find(actor.userNid, located.roomId);
    return { via: [...(outside?.servers ?? []), ...located.via], fallback: located.fallback };
  }

  #outside(): RemoteMembershipDeps {
    if (!this.#remote) throw new MatrixError('M_UNKNOWN', 404, 'This server does not talk to others: federation is off.');
    return this.#remote;
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
    const rows = await this.#db.query<{ room_id: string }>(selectRooms, [user.userNid, [JOIN, INVITE, KNOCK]]);
    for (const { room_id: roomId } of rows) {
      await this.leave(user, roomId, undefined).catch((error: unknown) => {
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

const noGuests = (): MatrixError => new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 403, 'This room takes no guests.');

function reasonOf(reason: unknown): { reason?: string } {
  if (reason === undefined) return {};
  if (typeof reason !== 'string') throw badJson('reason must be text.');
  return { reason };
}
