/** POST /_matrix/client/v3/createRoom: the events that a new room begins with. */
import { MatrixError, badJson, forbidden, invalidParam } from '@nexuscomm/spec/errors.ts';
import { isUserId, parseRoomAlias } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '@nexuscomm/spec/json.ts';
import { findRoomVersion, type RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { RoomAliases } from './aliases.ts';
import type { Memberships } from './memberships.ts';
import type { PublicDirectory } from './public-directory.ts';
import type { Room } from './room.ts';
import type { InviteByAddress, ThirdPartyInvites } from './third-party-invites.ts';
import type { EventDraft } from './compose-event.ts';
import type { RoomEngine } from './room-engine.ts';

export interface CreateRoomRequest {
  readonly visibility?: string;
  readonly room_alias_name?: string;
  readonly name?: string;
  readonly topic?: string;
  readonly room_version?: string;
  readonly preset?: string;
  readonly is_direct?: boolean;
  readonly invite?: readonly string[];
  readonly invite_3pid?: readonly InviteByAddress[];
  readonly creation_content?: Readonly<Record<string, unknown>>;
  readonly power_level_content_override?: Readonly<Record<string, unknown>>;
  readonly initial_state?: readonly { readonly type: string; readonly state_key?: string; readonly content: Readonly<Record<string, unknown>> }[];
}

export interface CreateRoomDeps {
  readonly engine: RoomEngine;
  readonly memberships: Memberships;
  readonly aliases: RoomAliases;
  readonly directory: PublicDirectory;
  readonly serverName: ServerName;
  readonly defaultVersion: string;
  readonly thirdPartyInvites: ThirdPartyInvites;
}

type Preset = 'private_chat' | 'trusted_private_chat' | 'public_chat';

const PRESETS: Readonly<Record<Preset, { joinRule: string; guestAccess: string }>> = {
  private_chat: { joinRule: 'invite', guestAccess: 'can_join' },
  trusted_private_chat: { joinRule: 'invite', guestAccess: 'can_join' },
  public_chat: { joinRule: 'public', guestAccess: 'forbidden' },
};
/** Users invited while a room is created, at most. */
const MAX_INVITES = 100;

export async function createRoom(deps: CreateRoomDeps, creator: { userId: UserId; userNid: number }, request: CreateRoomRequest): Promise<Room> {
  const version = versionOf(request.room_version ?? deps.defaultVersion);
  const preset = presetOf(request);
  const invited = request.invite ?? [];
  checkInvites(invited);
  const byAddress = request.invite_3pid ?? [];
  if (byAddress.length > MAX_INVITES) throw forbidden(`At most ${MAX_INVITES} people can be invited while a room is created.`);
  for (const one of byAddress) deps.thirdPartyInvites.check(one);
  const alias = request.room_alias_name === undefined ? undefined : parseRoomAlias(`#${request.room_alias_name}:${deps.serverName}`);
  if (alias !== undefined && (await deps.aliases.find(alias)) !== undefined) throw new MatrixError('M_ROOM_IN_USE', 400, 'That alias is taken.');

  const own = await deps.memberships.profileContent(creator.userId);
  const elsewhere = invited.filter((userId) => !deps.memberships.isLocal(userId));
  const invites = await Promise.all(
    invited
      .filter((userId) => deps.memberships.isLocal(userId))
      .map(async (userId) => ({
        userId,
        content: { ...(await deps.memberships.inviteContent(userId)), ...(request.is_direct === true ? { is_direct: true } : {}) },
      })),
  );
  const room = await deps.engine.create({
    version,
    create: { sender: creator.userId, type: 'm.room.create', stateKey: '', content: createContent(version, creator.userId, preset, request) },
    initial: () => [
      state(creator.userId, 'm.room.member', { ...own, membership: 'join' }, creator.userId),
      state(creator.userId, 'm.room.power_levels', powerLevels(version, creator.userId, preset, request)),
      ...(alias === undefined ? [] : [state(creator.userId, 'm.room.canonical_alias', { alias })]),
      ...presetState(creator.userId, preset, request),
      ...(request.initial_state ?? []).map((event) => state(creator.userId, event.type, event.content as JsonObject, event.state_key ?? '')),
      ...(request.name === undefined ? [] : [state(creator.userId, 'm.room.name', { name: request.name })]),
      ...(request.topic === undefined ? [] : [state(creator.userId, 'm.room.topic', topicContent(request.topic))]),
      ...invites.map(({ userId, content }) => state(creator.userId, 'm.room.member', { ...content, membership: 'invite' }, userId)),
    ],
  });
  if (alias !== undefined) await deps.aliases.create(alias, room.roomId, creator.userId);
  // The room is there: that a server can't be told of an invite is no reason to say that it is not.
  const tolerant = async (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      if (!(error instanceof MatrixError)) throw error;
    });
  const further = request.is_direct === true ? { is_direct: true } : {};
  for (const userId of elsewhere) await tolerant(deps.memberships.invite(creator, room, userId, undefined, further));
  for (const one of byAddress) await tolerant(deps.thirdPartyInvites.invite(creator, room, one, undefined, further));
  if (request.visibility === 'public') await deps.directory.publish(room.nid, true);
  return room;
}

function versionOf(id: string): RoomVersion {
  const version = findRoomVersion(id);
  if (!version) throw new MatrixError('M_UNSUPPORTED_ROOM_VERSION', 400, `This server does not know room version ${id.slice(0, 40)}.`);
  return version;
}

function presetOf(request: CreateRoomRequest): Preset {
  const { preset, visibility } = request;
  if (visibility !== undefined && visibility !== 'public' && visibility !== 'private') throw invalidParam('visibility must be public or private.');
  if (preset === undefined) return visibility === 'public' ? 'public_chat' : 'private_chat';
  if (!Object.hasOwn(PRESETS, preset)) throw invalidParam('preset must be private_chat, trusted_private_chat or public_chat.');
  return preset as Preset;
}

function checkInvites(invited: readonly string[]): void {
  if (invited.length > MAX_INVITES) throw forbidden(`At most ${MAX_INVITES} users can be invited while a room is created.`);
  for (const userId of invited) if (!isUserId(userId)) throw invalidParam(`"${userId.slice(0, 80)}" is not a user id.`);
}

function state(sender: UserId, type: string, content: JsonObject, stateKey = ''): EventDraft {
  return { sender, type, stateKey, content };
}

function createContent(version: RoomVersion, creator: UserId, preset: Preset, request: CreateRoomRequest): JsonObject {
  const { creator: _creator, room_version: _version, ...given } = (request.creation_content ?? {}) as JsonObject;
  const additional = given['additional_creators'];
  if (additional !== undefined && version.privilegedCreators) {
    const valid = Array.isArray(additional) && additional.every((user) => typeof user === 'string' && isUserId(user));
    if (!valid) throw invalidParam('additional_creators must be a list of user ids.');
  }
  const trusted = version.privilegedCreators && preset === 'trusted_private_chat' ? (request.invite ?? []) : [];
  const creators = [...new Set([...(Array.isArray(additional) ? (additional as string[]) : []), ...trusted])];
  return {
    ...given,
    ...(version.implicitRoomCreator ? {} : { creator }),
    ...(version.privilegedCreators && creators.length > 0 ? { additional_creators: creators } : {}),
    room_version: version.id,
  };
}

function powerLevels(version: RoomVersion, creator: UserId, preset: Preset, request: CreateRoomRequest): JsonObject {
  const trusted = preset === 'trusted_private_chat' ? (request.invite ?? []) : [];
  const users: Record<string, JsonValue> = version.privilegedCreators
    ? {}
    : { [creator]: 100, ...Object.fromEntries(trusted.map((userId) => [userId, 100])) };
  const defaults: JsonObject = {
    users,
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.power_levels': 100,
      'm.room.history_visibility': 100,
      'm.room.canonical_alias': 50,
      'm.room.avatar': 50,
      'm.room.tombstone': version.privilegedCreators ? 150 : 100,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: preset === 'public_chat' ? 50 : 0,
    historical: 100,
  };
  const override = (request.power_level_content_override ?? {}) as JsonObject;
  for (const name of ['users', 'events'] as const) {
    if (override[name] !== undefined && !isJsonObject(override[name])) throw badJson(`power_level_content_override.${name} must be an object.`);
  }
  return { ...defaults, ...override };
}

/** What the preset says, unless `initial_state` says otherwise. Guests are kept out where nothing is said of them, so that takes no event. */
function presetState(sender: UserId, preset: Preset, request: CreateRoomRequest): EventDraft[] {
  const { joinRule, guestAccess } = PRESETS[preset];
  const given = new Set((request.initial_state ?? []).filter((event) => (event.state_key ?? '') === '').map((event) => event.type));
  return [
    state(sender, 'm.room.join_rules', { join_rule: joinRule }),
    state(sender, 'm.room.history_visibility', { history_visibility: 'shared' }),
    ...(guestAccess === 'can_join' ? [state(sender, 'm.room.guest_access', { guest_access: guestAccess })] : []),
  ].filter((draft) => !given.has(draft.type));
}

/** Plain `topic`, and `m.topic` for clients that know several representations (Client-Server API v1.15). */
export function topicContent(topic: string): JsonObject {
  return { topic, 'm.topic': { 'm.text': [{ body: topic }] } };
}
