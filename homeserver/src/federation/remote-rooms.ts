/**
 * Joining, knocking at and leaving rooms that this server is not in, and inviting users of other servers (Server-Server
 * API, "Joining Rooms", "Knocking upon a room", "Leaving Rooms", "Inviting to a room"). Servers are tried one after the
 * other until one helps.
 */
import { randomBytes } from 'node:crypto';
import { clientErrorOf, RemoteError, Unreachable } from '@nexuscomm/federation/client/errors.ts';
import type { EventTemplate, FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { EventChecking, Log } from '@nexuscomm/federation/ports.ts';
import type { CryptoProvider, SigningKey } from '@nexuscomm/spec/crypto.ts';
import { MatrixError, notFound } from '@nexuscomm/spec/errors.ts';
import { sealEvent } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { EventFormatError } from '@nexuscomm/spec/events/parse-event.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { findRoomVersion, roomVersions, type RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { adoptRoom } from '../rooms/adopt-room.ts';
import { KNOCK, LEAVE } from '../rooms/membership.ts';
import type { Outliers } from '../rooms/outliers.ts';
import type { RemoteEvents } from '../rooms/remote-events.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { OutsideMembership, OutsideMemberships } from './outside-memberships.ts';
import { clientFormat, strippedStateOf } from './receive-invite.ts';

export interface RemoteRoomsDeps {
  readonly db: Database;
  readonly engine: RoomEngine;
  readonly positions: StreamPositions;
  readonly client: FederationClient;
  readonly checker: EventChecking;
  readonly remote: RemoteEvents;
  readonly outliers: Outliers;
  readonly outside: OutsideMemberships;
  readonly crypto: CryptoProvider;
  readonly signingKey: SigningKey;
  readonly serverName: ServerName;
  readonly now: () => number;
  readonly log: Log;
}

export interface RemoteRequest {
  readonly roomId: RoomId;
  readonly userId: UserId;
  /** servers that may be in the room, the likeliest first */
  readonly via: readonly string[];
  /** servers to ask if none of those can be reached, or there are none */
  readonly fallback?: readonly string[];
  /** of the membership event, without `membership` */
  readonly content: JsonObject;
}

export type PublicRoomsRequest = Parameters<FederationClient['publicRooms']>[1];

/** Servers that are asked for one membership at most. */
const MAX_SERVERS = 12;
const KNOWN_VERSIONS = Object.keys(roomVersions);

export class RemoteRooms {
  readonly #deps: RemoteRoomsDeps;
  /** joins of a room follow each other: the second finds the room that the first brought */
  readonly #joining = new Map<string, Promise<unknown>>();

  constructor(deps: RemoteRoomsDeps) {
    this.#deps = deps;
  }

  /** Joins through another server; the room is here then. Throws what the last server said. */
  async join(request: RemoteRequest): Promise<Room> {
    const before = this.#joining.get(request.roomId) ?? Promise.resolve();
    const own = before.then(
      () => this.#join(request),
      () => this.#join(request),
    );
    this.#joining.set(request.roomId, own);
    try {
      return await own;
    } finally {
      if (this.#joining.get(request.roomId) === own) this.#joining.delete(request.roomId);
    }
  }

  async #join(request: RemoteRequest): Promise<Room> {
    const { roomId, userId } = request;
    const { client, engine, log, serverName } = this.#deps;
    return this.#tryServers(request, async (server) => {
      const template = await client.makeJoin(server, { roomId, userId, roomVersions: KNOWN_VERSIONS });
      const { event, version } = this.#seal(template, { ...request, membership: 'join' });
      const answer = await client.sendJoin(server, { roomId, eventId: event.eventId, event: event.json, omitMembers: false });
      const { checker } = this.#deps;
      const [verdict] = await checker.check([answer.event ?? event.json], version);
      const own = verdict?.kind === 'checked' && verdict.checked.event.eventId === event.eventId ? verdict.checked.event : event;
      const state = await this.#checked(version, answer.state, roomId);
      const authChain = await this.#checked(version, answer.authChain, roomId);
      const create = state.find((one) => one.type === 'm.room.create') ?? authChain.find((one) => one.type === 'm.room.create');
      if (!create || (create.content['room_version'] ?? '1') !== version.id)
        throw new Unreachable(server, 'bad response', 'it told no create event of that version');
      const { room, outcome } = await adoptRoom(this.#deps, { roomId, version, join: own, state, authChain });
      if (outcome.kind === 'rejected' || outcome.kind === 'dropped')
        throw new Unreachable(server, 'bad response', `the state that it told does not allow the join: ${outcome.reason}`);
      log.info({ room: roomId, server, state: state.length, version: version.id, self: serverName }, 'joined a room through another server');
      return (await engine.find(roomId)) ?? room;
    });
  }

  /** Knocks through another server. */
  async knock(request: RemoteRequest): Promise<void> {
    const { roomId, userId } = request;
    const { client, outside } = this.#deps;
    await this.#tryServers(request, async (server) => {
      const template = await client.makeKnock(server, { roomId, userId, roomVersions: KNOWN_VERSIONS });
      const { event, version } = this.#seal(template, { ...request, membership: 'knock' });
      const shown = await client.sendKnock(server, { roomId, eventId: event.eventId, event: event.json });
      const own = { type: event.type, state_key: userId, sender: userId, content: event.content };
      await outside.set({ roomId, version, userId, membership: KNOCK, sender: userId, shown: [...strippedStateOf(shown), own] });
    });
  }

  /** Refuses an invite, or takes back a knock. If no server can be told, the user is rid of it all the same. */
  async leave(membership: OutsideMembership, request: RemoteRequest): Promise<void> {
    const { roomId, userId } = request;
    const { client, outside, log, now } = this.#deps;
    let left: JsonObject = {
      type: 'm.room.member',
      state_key: userId,
      sender: userId,
      content: { ...request.content, membership: 'leave' },
      event_id: `$${randomBytes(32).toString('base64url')}`,
      origin_server_ts: now(),
    };
    try {
      await this.#tryServers({ ...request, via: [...membership.servers, ...request.via] }, async (server) => {
        const template = await client.makeLeave(server, { roomId, userId });
        const { event } = this.#seal(template, { ...request, membership: 'leave' });
        await client.sendLeave(server, { roomId, eventId: event.eventId, event: event.json });
        left = clientFormat(event);
      });
    } catch (error) {
      log.info({ room: roomId, user: userId, reason: String(error) }, 'left a room that no other server could be told of');
    }
    await outside.set({ roomId, version: membership.version, userId, membership: LEAVE, sender: userId, shown: [left] });
  }

  /** The invite of a local user, signed by the invited user's server too. `shown`: state of the room, as whole events. */
  async invite(room: Room, invite: RoomEvent, shown: readonly JsonObject[]): Promise<RoomEvent> {
    const { client, checker } = this.#deps;
    const server = serverNameOf(invite.stateKey!);
    try {
      const json = await client.invite(server, {
        roomId: room.roomId,
        eventId: invite.eventId,
        event: invite.json,
        roomVersion: room.version.id,
        inviteRoomState: shown,
      });
      const [verdict] = await checker.check([json], room.version);
      if (verdict?.kind !== 'checked' || verdict.checked.event.eventId !== invite.eventId) {
        throw new Unreachable(server, 'bad response', 'it did not sign the invite');
      }
      return verdict.checked.event;
    } catch (error) {
      throw clientErrorOf(error) ?? error;
    }
  }

  /** The room of an alias of another server, and servers in it. */
  async resolveAlias(alias: string): Promise<{ roomId: RoomId; servers: readonly ServerName[] }> {
    try {
      return await this.#deps.client.queryDirectory(serverNameOf(alias), alias);
    } catch (error) {
      if (error instanceof RemoteError && error.status === 404) throw notFound('There is no room with that alias.');
      throw clientErrorOf(error) ?? error;
    }
  }

  /** The rooms that another server lists. */
  async publicRooms(server: ServerName, request: PublicRoomsRequest): Promise<object> {
    try {
      return await this.#deps.client.publicRooms(server, request);
    } catch (error) {
      throw clientErrorOf(error) ?? error;
    }
  }

  async #tryServers<T>({ via, fallback = [] }: Pick<RemoteRequest, 'via' | 'fallback'>, work: (server: ServerName) => Promise<T>): Promise<T> {
    const { serverName, log } = this.#deps;
    const distinct = [...new Set([...via, ...fallback])]
      .filter((server) => server !== serverName && server !== '')
      .slice(0, MAX_SERVERS) as ServerName[];
    if (distinct.length === 0) throw notFound('This server does not know that room, and no other server is known to ask.');
    const named = new Set(via);
    let failure: unknown;
    for (const server of distinct) {
      // A server that was named for the room has decided: others are not asked to decide otherwise.
      if (failure instanceof RemoteError && !named.has(server)) break;
      try {
        return await work(server);
      } catch (error) {
        const isTheirs =
          error instanceof RemoteError || error instanceof Unreachable || error instanceof MatrixError || error instanceof EventFormatError;
        if (!isTheirs) throw error;
        log.info({ server, reason: error.message }, 'a server did not help with a membership');
        // What a server in the room decided says more than that another could not be reached.
        if (failure === undefined || error instanceof RemoteError) failure = error;
      }
    }
    if (failure instanceof EventFormatError) throw new MatrixError('M_UNKNOWN', 502, 'No server offered a membership that can be used.');
    throw clientErrorOf(failure) ?? failure;
  }

  async #checked(version: RoomVersion, events: readonly JsonObject[], roomId: RoomId): Promise<RoomEvent[]> {
    const verdicts = await this.#deps.checker.check(events, version);
    const dropped = verdicts.filter((verdict) => verdict.kind === 'dropped');
    if (dropped.length > 0)
      this.#deps.log.info({ room: roomId, dropped: dropped.length, reason: dropped[0]!.reason }, 'events of a joined room were dropped');
    return verdicts.flatMap((verdict) => (verdict.kind === 'checked' && verdict.checked.event.roomId === roomId ? [verdict.checked.event] : []));
  }

  /** Fills in a template and signs it. Only what the resident server has to say is taken from it. */
  #seal(
    { event: template, roomVersion }: EventTemplate,
    { roomId, userId, content, membership }: RemoteRequest & { membership: string },
  ): { event: RoomEvent; version: RoomVersion } {
    const version = findRoomVersion(roomVersion);
    if (!version) throw new MatrixError('M_UNSUPPORTED_ROOM_VERSION', 400, `This server does not know rooms of version ${roomVersion.slice(0, 40)}.`);
    const { crypto, signingKey, serverName, now } = this.#deps;
    const given = isJsonObject(template['content']) ? template['content'] : {};
    const vouching = given['join_authorised_via_users_server'];
    const json: JsonObject = {
      type: 'm.room.member',
      room_id: roomId,
      sender: userId,
      state_key: userId,
      content: {
        ...content,
        membership,
        ...(membership === 'join' && typeof vouching === 'string' ? { join_authorised_via_users_server: vouching } : {}),
      },
      depth: template['depth'],
      prev_events: template['prev_events'],
      auth_events: template['auth_events'],
      origin_server_ts: now(),
      ...(version.updatedRedactionRules ? {} : { origin: serverName }),
      ...(version.eventIdFormat === 'random' ? { event_id: `$${randomBytes(18).toString('base64url')}:${serverName}` } : {}),
    };
    return { event: sealEvent({ json, version, crypto, key: signingKey, serverName }), version };
  }
}
