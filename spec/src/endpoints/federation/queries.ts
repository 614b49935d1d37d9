/** Questions between servers (Server-Server API, "Querying for information", "Published Room Directory", "Spaces", "OpenID"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { FEDERATION_V1, Json, Jsons, OptionalFlag, OptionalInt, OptionalText, Text, Texts, room } from './shapes.ts';

export const queryDirectory = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/query/directory`,
  auth: 'server',
  rateLimit: 'federation',
  query: Type.Object({ room_alias: Text }),
  response: Type.Object({ room_id: Text, servers: Texts }),
});
export const queryProfile = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/query/profile`,
  auth: 'server',
  rateLimit: 'federation',
  query: Type.Object({ user_id: Text, field: OptionalText }),
  response: Json,
});
/** Any other kind of query. */
export const query = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/query/{queryType}`,
  auth: 'server',
  rateLimit: 'federation',
  params: Type.Object({ queryType: Text }),
  response: Json,
});

const PublicRoomsResponse = Type.Object({
  chunk: Jsons,
  next_batch: OptionalText,
  prev_batch: OptionalText,
  total_room_count_estimate: OptionalInt,
});
export const publicRooms = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/publicRooms`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  query: Type.Object({ limit: OptionalInt, since: OptionalText, include_all_networks: OptionalFlag, third_party_instance_id: OptionalText }),
  response: PublicRoomsResponse,
});
export const searchPublicRooms = endpoint({
  method: 'POST',
  path: `${FEDERATION_V1}/publicRooms`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  body: Type.Object({
    limit: OptionalInt,
    since: OptionalText,
    filter: Type.Optional(
      Type.Object({
        generic_search_term: Type.Optional(Type.Union([Text, Type.Null()])),
        room_types: Type.Optional(Type.Union([Type.Array(Type.Union([Text, Type.Null()])), Type.Null()])),
      }),
    ),
    include_all_networks: OptionalFlag,
    third_party_instance_id: OptionalText,
  }),
  response: PublicRoomsResponse,
});

export const hierarchy = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/hierarchy/{roomId}`,
  aliases: ['/_matrix/federation/unstable/org.matrix.msc2946/hierarchy/{roomId}'],
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: room,
  query: Type.Object({ suggested_only: OptionalFlag }),
  response: Type.Object({ room: Json, children: Jsons, inaccessible_children: Texts }),
});

/** Anybody who was given the token may ask whose it is. */
export const openidUserinfo = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/openid/userinfo`,
  auth: 'none',
  rateLimit: 'federation',
  query: Type.Object({ access_token: OptionalText }),
  response: Type.Object({ sub: Text }),
});
