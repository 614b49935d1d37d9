/** Inviting users of other servers, also by e-mail (Server-Server API, "Inviting to a room", "Third-party invites"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { Anything, Empty, FEDERATION_V1, FEDERATION_V2, Json, Text, room, roomAndEvent } from './shapes.ts';

export const invite = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V2}/invite/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  body: Type.Object({ room_version: Text, event: Json, invite_room_state: Type.Optional(Anything) }),
  response: Type.Object({ event: Json }),
});
/** For room versions 1 and 2; the room's state is in `unsigned.invite_room_state`. Answers `[200, { event }]`. */
export const inviteV1 = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V1}/invite/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  body: Json,
  response: Type.Tuple([Type.Integer(), Type.Object({ event: Json })]),
});
export const exchangeThirdPartyInvite = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V1}/exchange_third_party_invite/{roomId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: room,
  body: Type.Object({ type: Text, room_id: Text, sender: Text, state_key: Text, content: Json }),
  response: Empty,
});
/** Called by an identity server, which signs no requests. */
export const onThirdPartyBind = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V1}/3pid/onbind`,
  auth: 'none',
  rateLimit: 'federation_heavy',
  body: Type.Object({
    medium: Text,
    address: Text,
    mxid: Text,
    invites: Type.Array(Type.Object({ medium: Text, address: Text, mxid: Text, room_id: Text, sender: Text, signed: Json })),
  }),
  response: Empty,
});
