/** Looking at rooms before joining them: the tree of a space, and one room's summary (Client-Server API, "Spaces", "Room Summaries"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const Text = Type.String();
const OptionalText = Type.Optional(Type.String());
const OptionalInt = Type.Optional(Type.Integer());

export const getHierarchy = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/hierarchy',
  aliases: ['/_matrix/client/unstable/org.matrix.msc2946/rooms/{roomId}/hierarchy'],
  auth: 'guest',
  rateLimit: 'heavy',
  params: Type.Object({ roomId: Text }),
  query: Type.Object({ suggested_only: Type.Optional(Type.Boolean()), limit: OptionalInt, max_depth: OptionalInt, from: OptionalText }),
});

const UNSTABLE_SUMMARY = '/_matrix/client/unstable/im.nheko.summary';
export const getRoomSummary = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/room_summary/{roomIdOrAlias}',
  aliases: [`${UNSTABLE_SUMMARY}/summary/{roomIdOrAlias}`, `${UNSTABLE_SUMMARY}/rooms/{roomIdOrAlias}/summary`],
  auth: 'optional',
  rateLimit: 'general',
  params: Type.Object({ roomIdOrAlias: Text }),
  query: Type.Object({ via: Type.Optional(Type.Array(Text)) }),
});
