/** Joining, knocking on and leaving rooms of other servers (Server-Server API, "Joining Rooms" and the two after it). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { Anything, Empty, FEDERATION_V1, FEDERATION_V2, Json, OptionalFlag, OptionalText, Texts, roomAndEvent, roomAndUser } from './shapes.ts';

/** A server that names no version means version 1. */
const Template = Type.Object({ room_version: OptionalText, event: Json });
const versions = Type.Object({ ver: Type.Optional(Texts) });

const SendJoinResponse = Type.Object({
  auth_chain: Anything,
  state: Anything,
  /** the join with the resident server's signature, for restricted rooms */
  event: Type.Optional(Json),
  members_omitted: OptionalFlag,
  servers_in_room: Type.Optional(Texts),
});
const Status = Type.Integer();

export const makeJoin = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/make_join/{roomId}/{userId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndUser,
  query: versions,
  response: Template,
});
export const sendJoin = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V2}/send_join/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  query: Type.Object({ omit_members: OptionalFlag }),
  body: Json,
  response: SendJoinResponse,
});
/** Deprecated: answers `[200, ...]`. */
export const sendJoinV1 = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V1}/send_join/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  body: Json,
  response: Type.Tuple([Status, SendJoinResponse]),
});

export const makeKnock = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/make_knock/{roomId}/{userId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndUser,
  query: Type.Object({ ver: Texts }),
  response: Template,
});
export const sendKnock = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V1}/send_knock/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  body: Json,
  response: Type.Object({ knock_room_state: Anything }),
});

export const makeLeave = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/make_leave/{roomId}/{userId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndUser,
  response: Template,
});
export const sendLeave = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V2}/send_leave/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  body: Json,
  response: Empty,
});
/** Deprecated: answers `[200, {}]`. */
export const sendLeaveV1 = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V1}/send_leave/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  body: Json,
  response: Type.Tuple([Status, Empty]),
});
