/** PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId} */
import { Type } from 'typebox';
import { endpoint } from '../../../endpoint.ts';

export const sendMessage = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}',
  auth: 'guest',
  rateLimit: 'message',
  params: Type.Object({ roomId: Type.String(), eventType: Type.String(), txnId: Type.String() }),
  query: Type.Object({ ts: Type.Optional(Type.Integer()) }),
  body: Type.Record(Type.String(), Type.Unknown()),
  canonicalBody: true,
  response: Type.Object({ event_id: Type.String() }),
});
