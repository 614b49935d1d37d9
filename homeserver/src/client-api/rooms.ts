/** Rooms (endpoints of spec/endpoints/client/rooms.ts that create, change and send). */
import * as api from '@nexuscomm/spec/endpoints/client/rooms.ts';
import { MatrixError, badJson, forbidden, invalidParam } from '@nexuscomm/spec/errors.ts';
import { isRoomAlias, parseRoomId } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { userSuspended } from '../http/authenticate.ts';
import { handle, type Route, type Session } from '../http/handler.ts';
import type { RoomAliases } from '../rooms/aliases.ts';
import { createRoom, type CreateRoomDeps, type CreateRoomRequest } from '../rooms/create-room.ts';
import type { Memberships } from '../rooms/memberships.ts';
import type { Relations } from '../rooms/relations.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { ThirdPartyInvites } from '../rooms/third-party-invites.ts';
import { scopedTransactionId } from '../rooms/transaction-scope.ts';
import { upgradeRoom, type UpgradeDeps } from '../rooms/upgrade-room.ts';

export interface RoomRoutesDeps extends CreateRoomDeps, UpgradeDeps {
  readonly engine: RoomEngine;
  readonly memberships: Memberships;
  readonly aliases: RoomAliases;
  readonly relations: Relations;
  readonly thirdPartyInvites: ThirdPartyInvites;
}

export function roomRoutes(deps: RoomRoutesDeps): Route[] {
  const { engine, memberships, thirdPartyInvites } = deps;
  const member = async (session: Session, roomId: string): Promise<Room> => {
    const room = await engine.find(roomId);
    // Whether a room exists is told to those who have to do with it only.
    if (!room) throw forbidden('You are not in this room.');
    return room;
  };
  const join = async (session: Session, roomIdOrAlias: string, via: readonly string[], body: JoinRequest): Promise<string> => {
    const { third_party_signed: proof } = body;
    if (proof === undefined) return memberships.join(session, roomIdOrAlias, via, joinContent(body));
    const found = roomIdOrAlias.startsWith('#') ? await memberships.resolveAlias(roomIdOrAlias) : undefined;
    const roomId = found?.roomId ?? parseRoomId(roomIdOrAlias);
    await thirdPartyInvites.claim(session.userId, roomId, proof as JsonObject);
    return memberships.join(session, roomId, [...(found?.servers ?? []), ...via], joinContent(body));
  };
  return [
    handle(api.createRoom, async ({ body, session }) => ({ room_id: (await createRoom(deps, session, body as CreateRoomRequest)).roomId })),
    handle(api.upgradeRoom, async ({ params, body, session }) => ({
      replacement_room: (await upgradeRoom(deps, session, await engine.get(params.roomId), body)).roomId,
    })),

    handle(api.joinByIdOrAlias, async ({ params, body, query, session }) => ({
      room_id: await join(session, params.roomIdOrAlias, serversOf(query), body),
    })),
    handle(api.joinRoom, async ({ params, body, session }) => ({
      room_id: await join(session, params.roomId, [], body),
    })),
    handle(api.knockRoom, async ({ params, body, query, session }) => ({
      room_id: await memberships.knock(session, params.roomIdOrAlias, serversOf(query), body.reason),
    })),
    handle(api.leaveRoom, async ({ params, body, session }) => {
      await memberships.leave(session, params.roomId, body.reason);
      return {};
    }),
    handle(api.forgetRoom, async ({ params, session }) => {
      await memberships.forget(session, await engine.get(params.roomId));
      return {};
    }),
    handle(api.inviteUser, async ({ params, body, session }) => {
      if (body.user_id === undefined) {
        if (body.medium === undefined) throw new MatrixError('M_MISSING_PARAM', 400, 'The request lacks "user_id".');
        await thirdPartyInvites.invite(session, await member(session, params.roomId), body, body.reason);
        return {};
      }
      await memberships.invite(session, await member(session, params.roomId), body.user_id, body.reason);
      return {};
    }),
    handle(api.kickUser, async ({ params, body, session }) => {
      await memberships.kick(session, await member(session, params.roomId), body.user_id, body.reason);
      return {};
    }),
    handle(api.banUser, async ({ params, body, session }) => {
      await memberships.ban(session, await member(session, params.roomId), body.user_id, body.reason);
      return {};
    }),
    handle(api.unbanUser, async ({ params, body, session }) => {
      await memberships.unban(session, await member(session, params.roomId), body.user_id, body.reason);
      return {};
    }),

    handle(api.sendMessage, async ({ params, body, session }) => {
      const { eventType: type } = params;
      const content = body as JsonObject;
      const room = await member(session, params.roomId);
      const redacts = type === 'm.room.redaction' && typeof content['redacts'] === 'string' ? content['redacts'] : undefined;
      const scopedTxnId = scopedTransactionId({ kind: 'send', target: `${params.roomId} ${type}`, txnId: params.txnId });
      await checkAnnotation(deps.relations, session, type, content, () => engine.transactions.known(session.deviceNid, scopedTxnId));
      const stored = await engine.send(room, { sender: session.userId, type, content, redacts }, { deviceNid: session.deviceNid, scopedTxnId });
      return { event_id: stored.event.eventId };
    }),
    handle(api.redactEvent, async ({ params, body, session }) => {
      if (session.isSuspended && (await engine.events.byId(params.eventId))?.event.sender !== session.userId) throw userSuspended();
      const scopedTxnId = scopedTransactionId({ kind: 'redact', target: `${params.roomId} ${params.eventId}`, txnId: params.txnId });
      const draft = { sender: session.userId, type: 'm.room.redaction', content: body as JsonObject, redacts: params.eventId };
      const stored = await engine.send(await member(session, params.roomId), draft, { deviceNid: session.deviceNid, scopedTxnId });
      return { event_id: stored.event.eventId };
    }),
    handle(api.setState, async ({ params, body, session }) => {
      const { roomId, eventType: type, stateKey = '' } = params;
      // Who vouches for a join is for servers to say.
      const { join_authorised_via_users_server: voucher, ...rest } = body as JsonObject;
      const content = type === 'm.room.member' && voucher !== undefined ? rest : (body as JsonObject);
      if (type === 'm.room.create') throw badJson('A room has one create event, which it begins with.');
      if (type === 'm.room.canonical_alias') await checkCanonicalAlias(deps, roomId, content);
      if (type === 'm.room.encryption' && content['algorithm'] !== undefined && typeof content['algorithm'] !== 'string')
        throw badJson('"algorithm" must be text.');
      const stored = await engine.send(await member(session, roomId), { sender: session.userId, type, stateKey, content });
      return { event_id: stored.event.eventId };
    }),
  ];
}

const serversOf = (query: { via?: readonly string[]; server_name?: readonly string[] }): readonly string[] => [
  ...(query.via ?? []),
  ...(query.server_name ?? []),
];

/** Further members of the request go into the membership event, as clients have always done. */
interface JoinRequest {
  readonly reason?: string;
  readonly third_party_signed?: Readonly<Record<string, unknown>>;
}

function joinContent(body: JoinRequest): { reason: string | undefined; content: JsonObject } {
  const { reason, ...rest } = body;
  const { third_party_signed: _signed, membership: _membership, join_authorised_via_users_server: _voucher, ...content } = rest as JsonObject;
  return { reason, content };
}

/** The same reaction twice is refused (Client-Server API, "Avoiding duplicate annotations"). */
async function checkAnnotation(
  relations: Relations,
  session: Session,
  type: string,
  content: JsonObject,
  isRepeated: () => Promise<boolean>,
): Promise<void> {
  const relates = content['m.relates_to'];
  if (!isJsonObject(relates) || relates['rel_type'] !== 'm.annotation' || typeof relates['event_id'] !== 'string') return;
  const key = typeof relates['key'] === 'string' ? relates['key'] : undefined;
  const exists = await relations.hasAnnotation({ parent: relates['event_id'], type, senderNid: session.userNid, key });
  if (exists && !(await isRepeated())) throw new MatrixError('M_DUPLICATE_ANNOTATION', 400, 'You have reacted with this already.');
}

/** Aliases that a room newly names must exist and be of this room. */
async function checkCanonicalAlias({ engine, aliases }: RoomRoutesDeps, roomId: string, content: JsonObject): Promise<void> {
  const { alias, alt_aliases: alternatives = [] } = content;
  if (!Array.isArray(alternatives)) throw badJson('"alt_aliases" must be a list.');
  const room = await engine.find(roomId);
  const current = room && (await engine.stateEvent(room, 'm.room.canonical_alias', ''))?.content;
  const known = new Set([current?.['alias'], ...(Array.isArray(current?.['alt_aliases']) ? current['alt_aliases'] : [])]);
  for (const named of [alias, ...alternatives]) {
    if (named === undefined || named === null || named === '' || known.has(named)) continue;
    if (typeof named !== 'string' || !isRoomAlias(named)) throw invalidParam(`${JSON.stringify(named).slice(0, 80)} is not a room alias.`);
    if ((await aliases.find(named)) !== roomId) throw new MatrixError('M_BAD_ALIAS', 400, `${named} is not an alias of this room.`);
  }
}
