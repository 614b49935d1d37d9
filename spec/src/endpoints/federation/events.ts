/** Fetching events and state of rooms (Server-Server API, "Backfilling and retrieving missing events", "Retrieving events"). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';
import { PdusResponse } from './transactions.ts';
import { Anything, FEDERATION_V1, OptionalInt, Text, Texts, room, roomAndEvent } from './shapes.ts';

const atEvent = Type.Object({ event_id: Text });

export const getEvent = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/event/{eventId}`,
  auth: 'server',
  rateLimit: 'federation',
  params: Type.Object({ eventId: Text }),
  response: PdusResponse,
});
export const getState = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/state/{roomId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: room,
  query: atEvent,
  response: Type.Object({ auth_chain: Anything, pdus: Anything }),
});
export const getStateIds = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/state_ids/{roomId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: room,
  query: atEvent,
  response: Type.Object({ auth_chain_ids: Texts, pdu_ids: Texts }),
});
export const getEventAuth = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/event_auth/{roomId}/{eventId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: roomAndEvent,
  response: Type.Object({ auth_chain: Anything }),
});
export const backfill = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/backfill/{roomId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: room,
  query: Type.Object({ v: Texts, limit: Type.Integer({ minimum: 0 }) }),
  response: PdusResponse,
});
export const getMissingEvents = endpoint({
  method: 'POST',
  path: `${FEDERATION_V1}/get_missing_events/{roomId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: room,
  body: Type.Object({ earliest_events: Texts, latest_events: Texts, limit: OptionalInt, min_depth: OptionalInt }),
  response: Type.Object({ events: Anything }),
});
export const timestampToEvent = endpoint({
  method: 'GET',
  path: `${FEDERATION_V1}/timestamp_to_event/{roomId}`,
  auth: 'server',
  rateLimit: 'federation_heavy',
  params: room,
  query: Type.Object({ ts: Type.Integer(), dir: Type.Union([Type.Literal('f'), Type.Literal('b')]) }),
  response: Type.Object({ event_id: Text, origin_server_ts: Type.Integer() }),
});
