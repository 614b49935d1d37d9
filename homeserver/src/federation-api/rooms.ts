/** Rooms between servers (endpoints of spec/endpoints/federation: membership, invites, events, transactions). */
import { Readable } from 'node:stream';
import type { TransactionReceiver } from '@nexuscomm/federation/inbound/receive-transaction.ts';
import * as events from '@nexuscomm/spec/endpoints/federation/events.ts';
import * as invites from '@nexuscomm/spec/endpoints/federation/invites.ts';
import * as membership from '@nexuscomm/spec/endpoints/federation/membership.ts';
import { sendTransaction } from '@nexuscomm/spec/endpoints/federation/transactions.ts';
import { notFound } from '@nexuscomm/spec/errors.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { outgoingPdu } from '../federation/missed-events.ts';
import type { InviteReceiver } from '../federation/receive-invite.ts';
import type { RemoteMembership, ResidentRooms } from '../federation/resident-rooms.ts';
import { RawJson, Reply, handle, type Answer, type Route } from '../http/handler.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { RoomHistory } from '../rooms/room-history.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import { strippedState } from '../rooms/stripped-state.ts';
import type { ThirdPartyInvites } from '../rooms/third-party-invites.ts';

export interface FederationRoomRoutesDeps {
  readonly engine: RoomEngine;
  readonly resident: ResidentRooms;
  readonly history: RoomHistory;
  readonly invites: InviteReceiver;
  readonly thirdPartyInvites: ThirdPartyInvites;
  readonly transactions: TransactionReceiver;
  readonly serverName: ServerName;
  readonly now: () => number;
  /** events in one answer at most */
  readonly pageEvents: number;
}

const DEFAULT_MISSING = 10;

export function federationRoomRoutes(deps: FederationRoomRoutesDeps): Route[] {
  const { engine, resident, history, transactions, serverName } = deps;
  const template =
    (kind: RemoteMembership, versions: (query: { ver?: string[] }) => readonly string[] | undefined) =>
    async ({
      params,
      query,
      session,
    }: {
      params: { roomId: string; userId: string };
      query: object;
      session: { origin: ServerName };
    }): Promise<object> =>
      resident.template(kind, { ...params, origin: session.origin, versions: versions(query) });
  const accept = async (
    kind: RemoteMembership,
    request: { params: { roomId: string; eventId: string }; body: JsonObject; session: { origin: ServerName } },
  ) => resident.accept(kind, { ...request.params, origin: request.session.origin, json: request.body });
  const transactionOf = (pdus: readonly string[]): RawJson =>
    new RawJson(`{"origin":${JSON.stringify(serverName)},"origin_server_ts":${deps.now()},"pdus":[${pdus.join(',')}]}`);

  return [
    handle(sendTransaction, async ({ params, body, session }) => ({
      pdus: await transactions.receive(session.origin, params.txnId, { pdus: body.pdus, edus: body.edus ?? [] }),
    })),

    // A server that names no versions knows version 1 only.
    handle(
      membership.makeJoin,
      template('join', ({ ver }) => ver ?? ['1']),
    ),
    handle(
      membership.makeKnock,
      template('knock', ({ ver }) => ver),
    ),
    handle(
      membership.makeLeave,
      template('leave', () => undefined),
    ),
    handle(membership.sendJoin, async (request) => {
      const { room, stored } = await accept('join', request);
      return new Reply({ headers: JSON_HEADERS, body: Readable.from(joinAnswer(deps, room, stored, request.query.omit_members ?? false)) });
    }),
    handle(membership.sendJoinV1, async (request) => {
      const { room, stored } = await accept('join', request);
      return new Reply({ headers: JSON_HEADERS, body: Readable.from(wrapped(joinAnswer(deps, room, stored, false))) });
    }),
    handle(membership.sendKnock, async (request) => {
      const { room } = await accept('knock', request);
      // Whole events, so that the other server can check them; clients are told less.
      return { knock_room_state: (await strippedState(engine, room)).map((stored) => outgoingPdu(stored).json) };
    }),
    handle(membership.sendLeave, async (request) => {
      await accept('leave', request);
      return {};
    }),
    handle(membership.sendLeaveV1, async (request) => {
      await accept('leave', request);
      return [200, {}];
    }),

    handle(invites.invite, async ({ params, body, session }) => ({
      event: await deps.invites.receive({
        ...params,
        origin: session.origin,
        roomVersion: body.room_version,
        json: body.event,
        shown: body.invite_room_state ?? [],
      }),
    })),
    handle(invites.inviteV1, async ({ params, body, session }) => {
      const unsigned = isJsonObject(body['unsigned']) ? body['unsigned'] : {};
      const shown = Array.isArray(unsigned['invite_room_state']) ? unsigned['invite_room_state'] : [];
      // Only rooms of versions 1 and 2 come this way, and their events look alike.
      return [200, { event: await deps.invites.receive({ ...params, origin: session.origin, roomVersion: '1', json: body, shown }) }];
    }),

    handle(events.getEvent, async ({ params, session }) => {
      const stored = await engine.events.byId(params.eventId);
      const room = stored && (await engine.byNid(stored.roomNid));
      if (!room || stored.isOutlier) throw notFound('This server does not have that event.');
      await resident.sharedRoom(room.roomId, session.origin);
      return transactionOf([await history.textFor(room, stored, session.origin)]);
    }),
    handle(events.getState, async ({ params, query, session }) => {
      const room = await resident.sharedRoom(params.roomId, session.origin);
      const state = await history.stateBefore(room, await history.event(room, query.event_id));
      return streamed(async function* () {
        yield '{"pdus":';
        yield* history.stateList(room, state, session.origin);
        yield ',"auth_chain":';
        yield* history.stateList(room, await history.authChain(room, state), session.origin);
        yield '}';
      });
    }),
    handle(events.getStateIds, async ({ params, query, session }) => {
      const room = await resident.sharedRoom(params.roomId, session.origin);
      const state = await history.stateBefore(room, await history.event(room, query.event_id));
      return { pdu_ids: await history.ids(state), auth_chain_ids: await history.ids(await history.authChain(room, state)) };
    }),
    handle(events.getEventAuth, async ({ params, session }) => {
      const room = await resident.sharedRoom(params.roomId, session.origin);
      const stored = await engine.events.byId(params.eventId);
      if (stored?.roomNid !== room.nid) throw notFound('This server does not have that event.');
      const chain = await history.authChainOf(room, stored);
      return streamed(async function* () {
        yield '{"auth_chain":';
        yield* history.stateList(room, chain, session.origin);
        yield '}';
      });
    }),
    handle(events.backfill, async ({ params, query, session }) => {
      const room = await resident.sharedRoom(params.roomId, session.origin);
      const found = await history.backfill(room, query.v, Math.min(query.limit, deps.pageEvents));
      return transactionOf(await history.textsFor(room, found, session.origin));
    }),
    handle(events.getMissingEvents, async ({ params, body, session }) => {
      const room = await resident.sharedRoom(params.roomId, session.origin);
      const found = await history.missing(room, {
        latest: body.latest_events,
        earliest: body.earliest_events,
        limit: Math.min(body.limit ?? DEFAULT_MISSING, deps.pageEvents),
        minDepth: body.min_depth ?? 0,
      });
      return new RawJson(`{"events":[${(await history.textsFor(room, found, session.origin)).join(',')}]}`);
    }),
    handle(events.timestampToEvent, async ({ params, query, session }) => {
      const room = await resident.sharedRoom(params.roomId, session.origin);
      const { event } = await history.atTime(room, query.ts, query.dir);
      return { event_id: event.eventId, origin_server_ts: event.originServerTs };
    }),
    handle(invites.exchangeThirdPartyInvite, async ({ params, body, session }) => {
      await deps.thirdPartyInvites.exchange(session.origin, await resident.room(params.roomId, session.origin), body);
      return {};
    }),
  ];
}

const JSON_HEADERS = { 'Content-Type': 'application/json' };

function streamed(pieces: () => AsyncGenerator<string>): Answer {
  return new Reply({ headers: JSON_HEADERS, body: Readable.from(pieces()) });
}

async function* wrapped(pieces: AsyncGenerator<string>): AsyncGenerator<string> {
  yield '[200,';
  yield* pieces;
  yield ']';
}

/** The room for a server that joins: the state before the join, and all that authorises it. */
async function* joinAnswer(
  { history, engine, serverName }: FederationRoomRoutesDeps,
  room: Room,
  join: StoredEvent,
  omitMembers: boolean,
): AsyncGenerator<string> {
  const server = serverNameOf(join.event.sender);
  const whole = await history.stateBefore(room, join);
  const state = omitMembers ? await history.withoutMembers(room, whole, join) : whole;
  const chain = new Set([...(await history.authChain(room, state)), ...(await history.authChainOf(room, join))]);
  // Only who asks for less can do without what is in both (Server-Server API, send_join, `omit_members`).
  if (omitMembers) for (const nid of state) chain.delete(nid);
  yield `{"origin":${JSON.stringify(serverName)},"event":${JSON.stringify(join.event.json)},"members_omitted":${omitMembers}`;
  if (omitMembers) yield `,"servers_in_room":${JSON.stringify(await engine.strings.texts([...room.servers.keys()]))}`;
  yield ',"state":';
  yield* history.stateList(room, state, server);
  yield ',"auth_chain":';
  yield* history.stateList(room, [...chain], server);
  yield '}';
}
