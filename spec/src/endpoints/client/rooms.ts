/** Rooms: creating, joining, sending, reading, the directory (Client-Server API, "Rooms"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const Text = Type.String();
const OptionalText = Type.Optional(Type.String());
const OptionalInt = Type.Optional(Type.Integer());
const OptionalFlag = Type.Optional(Type.Boolean());
const AnyObject = Type.Record(Type.String(), Type.Unknown());
const V3 = '/_matrix/client/v3';
const ROOM = `${V3}/rooms/{roomId}`;
const room = Type.Object({ roomId: Text });
const Direction = Type.Union([Type.Literal('f'), Type.Literal('b')]);

export const createRoom = endpoint({
  method: 'POST',
  path: `${V3}/createRoom`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'room_creation',
  canonicalBody: true,
  body: Type.Object({
    visibility: OptionalText,
    room_alias_name: OptionalText,
    name: OptionalText,
    topic: OptionalText,
    room_version: OptionalText,
    preset: OptionalText,
    is_direct: OptionalFlag,
    invite: Type.Optional(Type.Array(Text)),
    invite_3pid: Type.Optional(Type.Array(AnyObject)),
    creation_content: Type.Optional(AnyObject),
    power_level_content_override: Type.Optional(AnyObject),
    initial_state: Type.Optional(Type.Array(Type.Object({ type: Text, state_key: OptionalText, content: AnyObject }))),
  }),
});

/** Servers to ask for a room; `server_name` is the older name of it. */
const viaServers = { query: Type.Object({ via: Type.Optional(Type.Array(Text)), server_name: Type.Optional(Type.Array(Text)) }) } as const;
export const joinByIdOrAlias = endpoint({
  method: 'POST',
  path: `${V3}/join/{roomIdOrAlias}`,
  auth: 'guest',
  whileSuspended: false,
  rateLimit: 'join',
  params: Type.Object({ roomIdOrAlias: Text }),
  ...viaServers,
  body: Type.Object({ reason: OptionalText, third_party_signed: Type.Optional(AnyObject) }),
  bodyOptional: true,
  canonicalBody: true,
});
export const joinRoom = endpoint({
  method: 'POST',
  path: `${ROOM}/join`,
  auth: 'guest',
  whileSuspended: false,
  rateLimit: 'join',
  params: room,
  body: Type.Object({ reason: OptionalText, third_party_signed: Type.Optional(AnyObject) }),
  bodyOptional: true,
  canonicalBody: true,
});
export const knockRoom = endpoint({
  method: 'POST',
  path: `${V3}/knock/{roomIdOrAlias}`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'join',
  params: Type.Object({ roomIdOrAlias: Text }),
  ...viaServers,
  body: Type.Object({ reason: OptionalText }),
  bodyOptional: true,
  canonicalBody: true,
});
const withReason = { body: Type.Object({ reason: OptionalText }), bodyOptional: true, canonicalBody: true } as const;
const withUser = { body: Type.Object({ user_id: Text, reason: OptionalText }), canonicalBody: true } as const;
export const leaveRoom = endpoint({ method: 'POST', path: `${ROOM}/leave`, auth: 'guest', rateLimit: 'general', params: room, ...withReason });
export const forgetRoom = endpoint({ method: 'POST', path: `${ROOM}/forget`, auth: 'guest', rateLimit: 'general', params: room, ...withReason });
export const inviteUser = endpoint({
  method: 'POST',
  path: `${ROOM}/invite`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'invite',
  params: room,
  canonicalBody: true,
  body: Type.Object({
    user_id: OptionalText,
    reason: OptionalText,
    id_server: OptionalText,
    id_access_token: OptionalText,
    medium: OptionalText,
    address: OptionalText,
  }),
});
export const kickUser = endpoint({
  method: 'POST',
  path: `${ROOM}/kick`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'general',
  params: room,
  ...withUser,
});
export const banUser = endpoint({
  method: 'POST',
  path: `${ROOM}/ban`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'general',
  params: room,
  ...withUser,
});
export const unbanUser = endpoint({
  method: 'POST',
  path: `${ROOM}/unban`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'general',
  params: room,
  ...withUser,
});

export const sendMessage = endpoint({
  method: 'PUT',
  path: `${ROOM}/send/{eventType}/{txnId}`,
  auth: 'guest',
  whileSuspended: false,
  rateLimit: 'message',
  params: Type.Object({ roomId: Text, eventType: Text, txnId: Text }),
  body: AnyObject,
  canonicalBody: true,
});
export const redactEvent = endpoint({
  method: 'PUT',
  path: `${ROOM}/redact/{eventId}/{txnId}`,
  auth: 'guest',
  rateLimit: 'message',
  params: Type.Object({ roomId: Text, eventId: Text, txnId: Text }),
  body: AnyObject,
  bodyOptional: true,
  canonicalBody: true,
});
const stateParams = Type.Object({ roomId: Text, eventType: Text, stateKey: OptionalText });
const statePaths = { path: `${ROOM}/state/{eventType}/{stateKey}`, aliases: [`${ROOM}/state/{eventType}`, `${ROOM}/state/{eventType}/`] } as const;
export const setState = endpoint({
  method: 'PUT',
  ...statePaths,
  auth: 'guest',
  whileSuspended: false,
  rateLimit: 'message',
  params: stateParams,
  body: AnyObject,
  canonicalBody: true,
});
export const getStateEvent = endpoint({
  method: 'GET',
  ...statePaths,
  auth: 'guest',
  rateLimit: 'general',
  params: stateParams,
  query: Type.Object({ format: OptionalText }),
});
export const getState = endpoint({ method: 'GET', path: `${ROOM}/state`, auth: 'guest', rateLimit: 'general', params: room });

export const getEvent = endpoint({
  method: 'GET',
  path: `${ROOM}/event/{eventId}`,
  auth: 'guest',
  rateLimit: 'general',
  params: Type.Object({ roomId: Text, eventId: Text }),
});
export const getMessages = endpoint({
  method: 'GET',
  path: `${ROOM}/messages`,
  auth: 'guest',
  rateLimit: 'general',
  params: room,
  query: Type.Object({ from: OptionalText, to: OptionalText, dir: Type.Optional(Direction), limit: OptionalInt, filter: OptionalText }),
});
/** Deprecated: an event without its room. */
export const getEventAnywhere = endpoint({
  method: 'GET',
  path: `${V3}/events/{eventId}`,
  auth: 'guest',
  rateLimit: 'general',
  params: Type.Object({ eventId: Text }),
});
/** Deprecated: what happened since a token, in all of the user's rooms or in one that need not be theirs. */
export const getEvents = endpoint({
  method: 'GET',
  path: `${V3}/events`,
  auth: 'guest',
  rateLimit: 'none',
  query: Type.Object({ from: OptionalText, timeout: Type.Optional(Type.Integer({ minimum: 0 })), room_id: OptionalText }),
});
/** Deprecated: what /sync would tell at first. */
export const getInitialSyncOfAll = endpoint({
  method: 'GET',
  path: `${V3}/initialSync`,
  auth: 'user',
  rateLimit: 'heavy',
  query: Type.Object({ limit: OptionalInt, archived: OptionalFlag }),
});
/** Deprecated: what /sync would tell of one room. */
export const getInitialSync = endpoint({
  method: 'GET',
  path: `${ROOM}/initialSync`,
  auth: 'guest',
  rateLimit: 'general',
  params: room,
  query: Type.Object({ limit: OptionalInt }),
});
export const getContext = endpoint({
  method: 'GET',
  path: `${ROOM}/context/{eventId}`,
  auth: 'guest',
  rateLimit: 'general',
  params: Type.Object({ roomId: Text, eventId: Text }),
  query: Type.Object({ limit: OptionalInt, filter: OptionalText }),
});
export const getMembers = endpoint({
  method: 'GET',
  path: `${ROOM}/members`,
  auth: 'guest',
  rateLimit: 'general',
  params: room,
  query: Type.Object({ at: OptionalText, membership: OptionalText, not_membership: OptionalText }),
});
export const getJoinedMembers = endpoint({ method: 'GET', path: `${ROOM}/joined_members`, auth: 'guest', rateLimit: 'general', params: room });
export const getJoinedRooms = endpoint({ method: 'GET', path: `${V3}/joined_rooms`, auth: 'guest', rateLimit: 'general' });
export const getMutualRooms = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/mutual_rooms',
  aliases: ['/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms'],
  auth: 'user',
  rateLimit: 'general',
  query: Type.Object({ user_id: Text, from: OptionalText }),
});
export const timestampToEvent = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/timestamp_to_event',
  auth: 'user',
  rateLimit: 'general',
  params: room,
  query: Type.Object({ ts: Type.Integer(), dir: Type.Optional(Direction) }),
});
const relationQuery = Type.Object({
  from: OptionalText,
  to: OptionalText,
  limit: OptionalInt,
  dir: Type.Optional(Direction),
  recurse: OptionalFlag,
  'org.matrix.msc3981.recurse': OptionalFlag,
});
const RELATIONS = '/_matrix/client/v1/rooms/{roomId}/relations/{eventId}';
const relationParams = Type.Object({ roomId: Text, eventId: Text, relType: OptionalText, eventType: OptionalText });
export const getRelations = endpoint({
  method: 'GET',
  path: RELATIONS,
  aliases: [`${RELATIONS}/{relType}`, `${RELATIONS}/{relType}/{eventType}`],
  auth: 'guest',
  rateLimit: 'general',
  params: relationParams,
  query: relationQuery,
});
export const getThreads = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/threads',
  auth: 'user',
  rateLimit: 'general',
  params: room,
  query: Type.Object({ from: OptionalText, limit: OptionalInt, include: OptionalText }),
});
export const upgradeRoom = endpoint({
  method: 'POST',
  path: `${ROOM}/upgrade`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'room_creation',
  params: room,
  body: Type.Object({ new_version: Text, additional_creators: Type.Optional(Type.Array(Text)) }),
});
export const reportEvent = endpoint({
  method: 'POST',
  path: `${ROOM}/report/{eventId}`,
  auth: 'user',
  rateLimit: 'general',
  params: Type.Object({ roomId: Text, eventId: Text }),
  body: Type.Object({ reason: OptionalText, score: OptionalInt }),
  bodyOptional: true,
});

const alias = Type.Object({ roomAlias: Text });
export const resolveAlias = endpoint({ method: 'GET', path: `${V3}/directory/room/{roomAlias}`, auth: 'none', rateLimit: 'general', params: alias });
export const createAlias = endpoint({
  method: 'PUT',
  path: `${V3}/directory/room/{roomAlias}`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'general',
  params: alias,
  body: Type.Object({ room_id: Text }),
});
export const deleteAlias = endpoint({
  method: 'DELETE',
  path: `${V3}/directory/room/{roomAlias}`,
  auth: 'user',
  rateLimit: 'general',
  params: alias,
});
export const getRoomAliases = endpoint({ method: 'GET', path: `${ROOM}/aliases`, auth: 'user', rateLimit: 'general', params: room });
export const getVisibility = endpoint({
  method: 'GET',
  path: `${V3}/directory/list/room/{roomId}`,
  auth: 'none',
  rateLimit: 'general',
  params: room,
});
export const setVisibility = endpoint({
  method: 'PUT',
  path: `${V3}/directory/list/room/{roomId}`,
  auth: 'user',
  whileSuspended: false,
  rateLimit: 'general',
  params: room,
  body: Type.Object({ visibility: OptionalText }),
});
export const publicRooms = endpoint({
  method: 'GET',
  path: `${V3}/publicRooms`,
  auth: 'optional',
  rateLimit: 'general',
  query: Type.Object({ limit: OptionalInt, since: OptionalText, server: OptionalText }),
});
export const searchPublicRooms = endpoint({
  method: 'POST',
  path: `${V3}/publicRooms`,
  auth: 'guest',
  rateLimit: 'general',
  query: Type.Object({ server: OptionalText }),
  body: Type.Object({
    limit: OptionalInt,
    since: OptionalText,
    include_all_networks: OptionalFlag,
    third_party_instance_id: OptionalText,
    filter: Type.Optional(Type.Object({ generic_search_term: OptionalText, room_types: Type.Optional(Type.Array(Type.Union([Text, Type.Null()]))) })),
  }),
  bodyOptional: true,
});
export const searchUsers = endpoint({
  method: 'POST',
  path: `${V3}/user_directory/search`,
  auth: 'user',
  rateLimit: 'heavy',
  body: Type.Object({ search_term: Text, limit: OptionalInt }),
});
