/** PDUs and EDUs on their way (Server-Server API, "Transactions"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { MAX_EVENT_BYTES } from '../../events/size-limits.ts';
import { Anything, FEDERATION_V1, Json, Text } from './shapes.ts';

export const MAX_TRANSACTION_PDUS = 50;
export const MAX_TRANSACTION_EDUS = 100;
/** What a full transaction may take, with room for `unsigned`; the specification bounds numbers, not EDU sizes. */
export const MAX_TRANSACTION_BYTES = 2 * (MAX_TRANSACTION_PDUS + MAX_TRANSACTION_EDUS) * MAX_EVENT_BYTES;

/** Elements that are no objects are dropped one by one, so they don't fail the rest. */
export const sendTransaction = endpoint({
  method: 'PUT',
  path: `${FEDERATION_V1}/send/{txnId}`,
  auth: 'server',
  rateLimit: 'federation',
  maxBodyBytes: MAX_TRANSACTION_BYTES,
  params: Type.Object({ txnId: Text }),
  body: Type.Object({
    origin: Type.Optional(Text),
    origin_server_ts: Type.Optional(Type.Number()),
    pdus: Type.Array(Type.Unknown(), { maxItems: MAX_TRANSACTION_PDUS }),
    edus: Type.Optional(Type.Array(Type.Unknown(), { maxItems: MAX_TRANSACTION_EDUS })),
  }),
  // Required, but a server that leaves it out has taken the transaction all the same.
  response: Type.Object({ pdus: Type.Optional(Type.Record(Text, Json)) }),
});

/** The PDUs of a transaction that answers a request. */
export const PdusResponse = Type.Object({ pdus: Anything });
