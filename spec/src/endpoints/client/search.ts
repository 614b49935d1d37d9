/** Searching events (Client-Server API, "Server Side Search"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const OptionalInt = Type.Optional(Type.Integer());
const OptionalFlag = Type.Optional(Type.Boolean());

export const search = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/search',
  auth: 'user',
  rateLimit: 'heavy',
  query: Type.Object({ next_batch: Type.Optional(Type.String()) }),
  body: Type.Object({
    search_categories: Type.Object({
      room_events: Type.Optional(
        Type.Object({
          search_term: Type.String({ maxLength: 1_000 }),
          keys: Type.Optional(Type.Array(Type.String())),
          filter: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          order_by: Type.Optional(Type.String()),
          event_context: Type.Optional(Type.Object({ before_limit: OptionalInt, after_limit: OptionalInt, include_profile: OptionalFlag })),
          include_state: OptionalFlag,
          groupings: Type.Optional(Type.Object({ group_by: Type.Optional(Type.Array(Type.Object({ key: Type.String() }))) })),
        }),
      ),
    }),
  }),
});
