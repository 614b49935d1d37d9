/** Coming into rooms and bringing others in: create, look at, join, ask to join, invite, remove, ban. */
import { JoinRule, KnownMembership, Preset, Visibility, type ICreateRoomOpts, type MatrixClient } from 'matrix-js-sdk';
import type { HistoryVisibility, RoomPreview } from '../rooms/room-details.ts';
import { safeName } from '../messages/safe-text.ts';
import { accessOf } from './read-room-details.ts';
import { invitationArrived, roomArrived } from './room-arrival.ts';

const ENCRYPTION = { algorithm: 'm.megolm.v1.aes-sha2' } as const;

export interface NewRoom {
  readonly name: string;
  readonly topic: string;
  readonly picture: Blob | undefined;
  readonly access: 'invite' | 'knock' | 'space' | 'public';
  /** With `space`: its members may join. */
  readonly spaceId: string | undefined;
  /** Without `#` and server. */
  readonly aliasLocalpart: string | undefined;
  /** In the server's directory. */
  readonly listed: boolean;
  readonly encrypted: boolean;
  readonly history: HistoryVisibility;
  readonly invite: readonly string[];
  /** false: only people of this server can ever join. It can't be changed later. */
  readonly federated: boolean;
}

export interface InviteProblem {
  readonly userId: string;
  readonly error: unknown;
}

export class RoomOperations {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  get serverName(): string {
    return this.#client.getDomain() ?? '';
  }

  /** The room's id, once it can be opened. */
  async create(room: NewRoom): Promise<string> {
    const picture = room.picture && (await this.uploadPicture(room.picture));
    const { room_id: roomId } = await this.#client.createRoom(this.#optionsOf(room, picture));
    await roomArrived(this.#client, roomId);
    return roomId;
  }

  #optionsOf(room: NewRoom, picture: string | undefined): ICreateRoomOpts {
    const rule = { invite: JoinRule.Invite, knock: JoinRule.Knock, space: JoinRule.Restricted, public: JoinRule.Public }[room.access];
    const allow = room.access === 'space' && room.spaceId !== undefined ? { allow: [{ type: 'm.room_membership', room_id: room.spaceId }] } : {};
    const state = (type: string, content: object): { type: string; state_key: string; content: object } => ({ type, state_key: '', content });
    return {
      preset: room.access === 'public' ? Preset.PublicChat : Preset.PrivateChat,
      visibility: room.listed ? Visibility.Public : Visibility.Private,
      name: room.name,
      ...(room.topic === '' ? {} : { topic: room.topic }),
      ...(room.aliasLocalpart === undefined ? {} : { room_alias_name: room.aliasLocalpart }),
      ...(room.invite.length === 0 ? {} : { invite: [...room.invite] }),
      ...(room.federated ? {} : { creation_content: { 'm.federate': false } }),
      initial_state: [
        state('m.room.join_rules', { join_rule: rule, ...allow }),
        state('m.room.history_visibility', { history_visibility: room.history }),
        ...(room.encrypted ? [state('m.room.encryption', ENCRYPTION)] : []),
        ...(picture === undefined ? [] : [state('m.room.avatar', { url: picture })]),
      ],
    };
  }

  async uploadPicture(picture: Blob): Promise<string> {
    const { content_uri: mxc } = await this.#client.uploadContent(picture, { type: picture.type, includeFilename: false });
    return mxc;
  }

  /** Whether an address is free. */
  async isAliasFree(alias: string): Promise<boolean> {
    try {
      await this.#client.getRoomIdForAlias(alias);
      return false;
    } catch (error) {
      if ((error as { errcode?: string }).errcode === 'M_NOT_FOUND') return true;
      throw error;
    }
  }

  /** What can be known of a room from outside. Servers that tell nothing are asked at least whether the address leads anywhere. */
  async preview(target: string, via: readonly string[]): Promise<RoomPreview> {
    const known = this.#previewOfKnown(target, via);
    if (known?.membership === 'join') return known;
    try {
      const summary = await this.#client.getRoomSummary(target, [...via]);
      const membership = this.#client.getRoom(summary.room_id)?.getMyMembership() ?? summary.membership;
      return {
        roomId: summary.room_id,
        alias: summary.canonical_alias ?? (target.startsWith('#') ? target : undefined),
        name: safeName(summary.name, summary.canonical_alias ?? target),
        topic: summary.topic,
        avatarMxc: summary.avatar_url,
        members: summary.num_joined_members,
        access: summary.join_rule === undefined ? 'public' : accessOf(summary.join_rule),
        encrypted: summary.encryption !== undefined,
        isSpace: summary.room_type === 'm.space',
        membership: membershipOf(membership),
        via,
      };
    } catch (error) {
      if (known) return known;
      return this.#previewOfAddress(target, via, error);
    }
  }

  async #previewOfAddress(target: string, via: readonly string[], error: unknown): Promise<RoomPreview> {
    const bare = { topic: undefined, avatarMxc: undefined, members: undefined, access: 'unknown', encrypted: undefined, isSpace: false } as const;
    if (!target.startsWith('#')) {
      if ((error as { errcode?: string }).errcode === 'M_NOT_FOUND' && via.length === 0) throw error;
      return { ...bare, roomId: target, alias: undefined, name: target, membership: undefined, via };
    }
    const { room_id: roomId, servers } = await this.#client.getRoomIdForAlias(target);
    const membership = membershipOf(this.#client.getRoom(roomId)?.getMyMembership());
    return { ...bare, roomId, alias: target, name: target, membership, via: via.length > 0 ? via : servers.slice(0, 3) };
  }

  /** Of a room that sync told of, by invitation or as a former member. */
  #previewOfKnown(target: string, via: readonly string[]): RoomPreview | undefined {
    const room = this.#client.getRooms().find((one) => one.roomId === target || one.getCanonicalAlias() === target);
    const membership = membershipOf(room?.getMyMembership());
    if (!room || membership === undefined) return undefined;
    return {
      roomId: room.roomId,
      alias: room.getCanonicalAlias() ?? undefined,
      name: safeName(room.name, target),
      topic: room.currentState.getStateEvents('m.room.topic', '')?.getContent()['topic'] as string | undefined,
      avatarMxc: room.getMxcAvatarUrl() ?? undefined,
      members: membership === 'join' ? room.getJoinedMemberCount() : undefined,
      access: accessOf(room.getJoinRule()),
      encrypted: room.hasEncryptionStateEvent(),
      isSpace: room.isSpaceRoom(),
      membership,
      via,
    };
  }

  /** The room's id, once it can be opened. */
  async join(target: string, via: readonly string[]): Promise<string> {
    const { roomId } = await this.#client.joinRoom(target, { viaServers: [...via] });
    await roomArrived(this.#client, roomId);
    return roomId;
  }

  async knock(target: string, via: readonly string[], reason: string): Promise<void> {
    await this.#client.knockRoom(target, { viaServers: [...via], ...(reason === '' ? {} : { reason }) });
  }

  /** The room that took the place of an upgraded one; its servers are those of the old room. */
  async joinSuccessor(roomId: string): Promise<string> {
    const room = this.#client.getRoom(roomId);
    const tombstone = room?.currentState.getStateEvents('m.room.tombstone', '');
    const successor = tombstone?.getContent()['replacement_room'] as string | undefined;
    if (room === null || room === undefined || tombstone === null || tombstone === undefined || successor === undefined)
      throw new Error('not upgraded');
    const sender = tombstone.getSender()!;
    const servers = [sender, ...room.getJoinedMembers().map((member) => member.userId)].map((userId) => userId.slice(userId.indexOf(':') + 1));
    const via = [...new Set(servers)].slice(0, 3);
    try {
      return await this.join(successor, via);
    } catch (error) {
      // Whoever upgrades a closed room invites its members one after the other, and this one was faster.
      if ((error as { errcode?: string }).errcode !== 'M_FORBIDDEN' || !(await invitationArrived(this.#client, successor))) throw error;
      return this.join(successor, via);
    }
  }

  /** One after the other; gives back those it failed for. */
  async invite(roomId: string, userIds: readonly string[]): Promise<InviteProblem[]> {
    const problems: InviteProblem[] = [];
    for (const userId of userIds) {
      await this.#client.invite(roomId, userId).catch((error: unknown) => problems.push({ userId, error }));
    }
    return problems;
  }

  /** Takes back an invitation, turns somebody who asks away, or removes a member. */
  async remove(roomId: string, userId: string, reason: string): Promise<void> {
    await this.#client.kick(roomId, userId, reason === '' ? undefined : reason);
  }

  async ban(roomId: string, userId: string, reason: string): Promise<void> {
    await this.#client.ban(roomId, userId, reason === '' ? undefined : reason);
  }

  async unban(roomId: string, userId: string): Promise<void> {
    await this.#client.unban(roomId, userId);
  }
}

function membershipOf(membership: string | undefined): RoomPreview['membership'] {
  switch (membership) {
    case KnownMembership.Join:
    case KnownMembership.Invite:
    case KnownMembership.Knock:
    case KnownMembership.Ban:
      return membership;
    default:
      return undefined;
  }
}
