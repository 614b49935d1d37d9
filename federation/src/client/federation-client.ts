/**
 * Everything this server asks of others: one method for each endpoint of the Server-Server API, signed, bounded and checked.
 * All methods throw RemoteError when the server answers with an error, and Unreachable when there is no usable answer.
 */
import type { BodyOf, Endpoint, QueryOf, ResponseOf } from '@nexuscomm/spec/endpoint.ts';
import * as devices from '@nexuscomm/spec/endpoints/federation/devices.ts';
import * as events from '@nexuscomm/spec/endpoints/federation/events.ts';
import * as invites from '@nexuscomm/spec/endpoints/federation/invites.ts';
import * as keys from '@nexuscomm/spec/endpoints/federation/keys.ts';
import * as membership from '@nexuscomm/spec/endpoints/federation/membership.ts';
import { policySign } from '@nexuscomm/spec/endpoints/federation/policy.ts';
import * as queries from '@nexuscomm/spec/endpoints/federation/queries.ts';
import { sendTransaction } from '@nexuscomm/spec/endpoints/federation/transactions.ts';
import { version } from '@nexuscomm/spec/endpoints/federation/version.ts';
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { Edu, EventId, RoomId, ServerName, UserId } from '../ports.ts';
import { callEndpoint, type CallDeps, type CallOptions, type CallParts } from './call-endpoint.ts';
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { RemoteError } from './errors.ts';
import { fetchMedia, type MediaRequest, type RemoteMedia, type ThumbnailRequest } from './fetch-media.ts';

/** What a resident server proposes for a join, knock or leave (its `event` lacks hashes and signatures). */
export interface EventTemplate {
  /** '1' if the server named none */
  readonly roomVersion: string;
  readonly event: JsonObject;
}

export interface JoinedRoom {
  /** the join as the resident server keeps it: for restricted rooms with its signature */
  readonly event: JsonObject | undefined;
  readonly state: readonly JsonObject[];
  readonly authChain: readonly JsonObject[];
  readonly membersOmitted: boolean;
  /** told only if members were omitted */
  readonly serversInRoom: readonly ServerName[] | undefined;
}

export interface ClientLimits {
  /** for answers with a room's state: join, state, event_auth */
  readonly joinTimeoutMs: number;
  readonly stateBytes: number;
  /** how long to wait for keys of a server */
  readonly keyTimeoutMs: number;
  /** bytes of a file */
  readonly mediaBytes: number;
  readonly mediaTimeoutMs: number;
}

export interface FederationClientDeps extends CallDeps {
  readonly serverName: ServerName;
  readonly clientLimits: ClientLimits;
}

const UNRECOGNISED_VERSION = '1';

export class FederationClient {
  readonly #deps: FederationClientDeps;
  constructor(deps: FederationClientDeps) {
    this.#deps = deps;
  }

  #call<E extends Endpoint>(server: ServerName, endpoint: E, parts: CallParts<E>, options?: CallOptions): Promise<ResponseOf<E>> {
    return callEndpoint(this.#deps, server, endpoint, parts, options);
  }

  /** The limits of answers that carry a room's state. */
  #large(options: CallOptions = {}): CallOptions {
    const { joinTimeoutMs, stateBytes } = this.#deps.clientLimits;
    return { timeoutMs: joinTimeoutMs, maxBytes: stateBytes, ...options };
  }

  // Transactions

  /** At most 50 PDUs and 100 EDUs. The result names the PDUs that the server did not take, with why. */
  async sendTransaction(
    server: ServerName,
    transaction: { readonly txnId: string; readonly pdus: readonly JsonObject[]; readonly edus: readonly Edu[] },
    options?: CallOptions,
  ): Promise<ReadonlyMap<EventId, string>> {
    const { txnId, pdus, edus } = transaction;
    const body = { origin: this.#deps.serverName, origin_server_ts: this.#deps.clock.now(), pdus: [...pdus], edus: [...edus] };
    const answer = await this.#call(server, sendTransaction, { params: { txnId }, body }, options);
    const refused = Object.entries(answer.pdus ?? {}).filter(([, result]) => result['error'] !== undefined);
    return new Map(refused.map(([eventId, result]) => [eventId as EventId, JSON.stringify(result['error'])]));
  }

  // Joining, knocking, leaving

  async makeJoin(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly userId: UserId; readonly roomVersions: readonly string[] },
    options?: CallOptions,
  ): Promise<EventTemplate> {
    const { roomId, userId, roomVersions } = request;
    return templateOf(await this.#call(server, membership.makeJoin, { params: { roomId, userId }, query: { ver: [...roomVersions] } }, options));
  }

  /** `event` is signed by this server. Falls back to the first version of the endpoint. */
  async sendJoin(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly eventId: EventId; readonly event: JsonObject; readonly omitMembers: boolean },
    options?: CallOptions,
  ): Promise<JoinedRoom> {
    const { roomId, eventId, event: body, omitMembers } = request;
    const params = { roomId, eventId };
    const limits = this.#large(options);
    const answer = await orOlder(
      () => this.#call(server, membership.sendJoin, { params, query: { omit_members: omitMembers }, body }, limits),
      async () => (await this.#call(server, membership.sendJoinV1, { params, body }, limits))[1],
    );
    return {
      event: answer.event,
      state: answer.state.filter(isJsonObject),
      authChain: answer.auth_chain.filter(isJsonObject),
      membersOmitted: answer.members_omitted ?? false,
      serversInRoom: answer.servers_in_room?.filter(isServerName),
    };
  }

  async makeKnock(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly userId: UserId; readonly roomVersions: readonly string[] },
    options?: CallOptions,
  ): Promise<EventTemplate> {
    const { roomId, userId, roomVersions } = request;
    return templateOf(await this.#call(server, membership.makeKnock, { params: { roomId, userId }, query: { ver: [...roomVersions] } }, options));
  }

  /** What the knocking user may know of the room: stripped state, or whole events. */
  async sendKnock(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly eventId: EventId; readonly event: JsonObject },
    options?: CallOptions,
  ): Promise<readonly JsonObject[]> {
    const { roomId, eventId, event: body } = request;
    return (await this.#call(server, membership.sendKnock, { params: { roomId, eventId }, body }, options)).knock_room_state.filter(isJsonObject);
  }

  async makeLeave(server: ServerName, request: { readonly roomId: RoomId; readonly userId: UserId }, options?: CallOptions): Promise<EventTemplate> {
    return templateOf(await this.#call(server, membership.makeLeave, { params: { ...request } }, options));
  }

  async sendLeave(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly eventId: EventId; readonly event: JsonObject },
    options?: CallOptions,
  ): Promise<void> {
    const { roomId, eventId, event: body } = request;
    const parts = { params: { roomId, eventId }, body };
    await orOlder<unknown>(
      () => this.#call(server, membership.sendLeave, parts, options),
      () => this.#call(server, membership.sendLeaveV1, parts, options),
    );
  }

  // Inviting

  /**
   * The invite with the invited server's signature. Rooms of versions 1 and 2 fall back to the first version of the
   * endpoint; a server that knows only that can't take part in others (M_UNSUPPORTED_ROOM_VERSION).
   */
  async invite(
    server: ServerName,
    request: {
      readonly roomId: RoomId;
      readonly eventId: EventId;
      readonly event: JsonObject;
      readonly roomVersion: string;
      readonly inviteRoomState: readonly JsonObject[];
    },
    options?: CallOptions,
  ): Promise<JsonObject> {
    const { roomId, eventId, event, roomVersion, inviteRoomState } = request;
    const params = { roomId, eventId };
    const body = { room_version: roomVersion, event, invite_room_state: [...inviteRoomState] };
    const answer = await orOlder(
      () => this.#call(server, invites.invite, { params, body }, options),
      async () => {
        if (roomVersion !== '1' && roomVersion !== '2') {
          throw new MatrixError('M_UNSUPPORTED_ROOM_VERSION', 400, `${server} does not know rooms of version ${roomVersion}.`);
        }
        const unsigned = { ...(event['unsigned'] as JsonObject | undefined), invite_room_state: [...inviteRoomState] };
        return (await this.#call(server, invites.inviteV1, { params, body: { ...event, unsigned } }, options))[1];
      },
    );
    return answer.event;
  }

  /** Asks the server that made a third-party invite to issue the invite. `event` is unsigned, without what the server adds. */
  async exchangeThirdPartyInvite(
    server: ServerName,
    roomId: RoomId,
    event: BodyOf<typeof invites.exchangeThirdPartyInvite>,
    options?: CallOptions,
  ): Promise<void> {
    await this.#call(server, invites.exchangeThirdPartyInvite, { params: { roomId }, body: event }, options);
  }

  // Events

  /** undefined: the answer had none */
  async getEvent(server: ServerName, eventId: EventId, options?: CallOptions): Promise<JsonObject | undefined> {
    return (await this.#call(server, events.getEvent, { params: { eventId } }, options)).pdus.find(isJsonObject);
  }

  /** The state before the event, and its auth chain. */
  async getState(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly eventId: EventId },
    options?: CallOptions,
  ): Promise<{ readonly state: readonly JsonObject[]; readonly authChain: readonly JsonObject[] }> {
    const parts = { params: { roomId: request.roomId }, query: { event_id: request.eventId } };
    const answer = await this.#call(server, events.getState, parts, this.#large(options));
    return { state: answer.pdus.filter(isJsonObject), authChain: answer.auth_chain.filter(isJsonObject) };
  }

  async getStateIds(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly eventId: EventId },
    options?: CallOptions,
  ): Promise<{ readonly stateIds: readonly EventId[]; readonly authChainIds: readonly EventId[] }> {
    const parts = { params: { roomId: request.roomId }, query: { event_id: request.eventId } };
    const answer = await this.#call(server, events.getStateIds, parts, this.#large(options));
    return { stateIds: answer.pdu_ids as EventId[], authChainIds: answer.auth_chain_ids as EventId[] };
  }

  async getEventAuth(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly eventId: EventId },
    options?: CallOptions,
  ): Promise<readonly JsonObject[]> {
    return (await this.#call(server, events.getEventAuth, { params: { ...request } }, this.#large(options))).auth_chain.filter(isJsonObject);
  }

  /** The events before `from`, these included, newest first as far as the server keeps order. */
  async backfill(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly from: readonly EventId[]; readonly limit: number },
    options?: CallOptions,
  ): Promise<readonly JsonObject[]> {
    const { roomId, from, limit } = request;
    return (await this.#call(server, events.backfill, { params: { roomId }, query: { v: [...from], limit } }, this.#large(options))).pdus.filter(
      isJsonObject,
    );
  }

  async getMissingEvents(
    server: ServerName,
    request: {
      readonly roomId: RoomId;
      readonly earliestEvents: readonly EventId[];
      readonly latestEvents: readonly EventId[];
      readonly limit: number;
      readonly minDepth: number;
    },
    options?: CallOptions,
  ): Promise<readonly JsonObject[]> {
    const { roomId, earliestEvents, latestEvents, limit, minDepth } = request;
    const body = { earliest_events: [...earliestEvents], latest_events: [...latestEvents], limit, min_depth: minDepth };
    return (await this.#call(server, events.getMissingEvents, { params: { roomId }, body }, options)).events.filter(isJsonObject);
  }

  async timestampToEvent(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly ts: number; readonly dir: 'f' | 'b' },
    options?: CallOptions,
  ): Promise<{ readonly eventId: EventId; readonly originServerTs: number }> {
    const { roomId, ts, dir } = request;
    const answer = await this.#call(server, events.timestampToEvent, { params: { roomId }, query: { ts, dir } }, options);
    return { eventId: answer.event_id as EventId, originServerTs: answer.origin_server_ts };
  }

  // Queries

  async queryDirectory(
    server: ServerName,
    roomAlias: string,
    options?: CallOptions,
  ): Promise<{ readonly roomId: RoomId; readonly servers: readonly ServerName[] }> {
    const answer = await this.#call(server, queries.queryDirectory, { query: { room_alias: roomAlias } }, options);
    return { roomId: answer.room_id as RoomId, servers: answer.servers.filter(isServerName) };
  }

  /** All of the profile, or one field of it. */
  queryProfile(server: ServerName, userId: UserId, field?: string, options?: CallOptions): Promise<JsonObject> {
    return this.#call(server, queries.queryProfile, { query: { user_id: userId, field } }, options);
  }

  /** With a filter by POST, otherwise by GET. */
  publicRooms(
    server: ServerName,
    request: BodyOf<typeof queries.searchPublicRooms>,
    options?: CallOptions,
  ): Promise<ResponseOf<typeof queries.publicRooms>> {
    const { filter, ...query } = request;
    return filter === undefined
      ? this.#call(server, queries.publicRooms, { query: query as QueryOf<typeof queries.publicRooms> }, options)
      : this.#call(server, queries.searchPublicRooms, { body: request }, options);
  }

  hierarchy(
    server: ServerName,
    request: { readonly roomId: RoomId; readonly suggestedOnly: boolean },
    options?: CallOptions,
  ): Promise<ResponseOf<typeof queries.hierarchy>> {
    const parts = { params: { roomId: request.roomId }, query: { suggested_only: request.suggestedOnly } };
    return this.#call(server, queries.hierarchy, parts, options);
  }

  /** Whose OpenID token it is. Not signed. */
  async openidUserinfo(server: ServerName, accessToken: string, options?: CallOptions): Promise<UserId> {
    return (await this.#call(server, queries.openidUserinfo, { query: { access_token: accessToken } }, options)).sub as UserId;
  }

  // Devices and keys of users

  userDevices(server: ServerName, userId: UserId, options?: CallOptions): Promise<ResponseOf<typeof devices.userDevices>> {
    return this.#call(server, devices.userDevices, { params: { userId } }, options);
  }

  /** For each user the devices that are wanted; none: all. */
  queryKeys(server: ServerName, deviceKeys: Record<UserId, string[]>, options?: CallOptions): Promise<ResponseOf<typeof devices.queryKeys>> {
    return this.#call(server, devices.queryKeys, { body: { device_keys: deviceKeys } }, options);
  }

  /** user -> device -> algorithm */
  claimKeys(
    server: ServerName,
    oneTimeKeys: Record<UserId, Record<string, string>>,
    options?: CallOptions,
  ): Promise<ResponseOf<typeof devices.claimKeys>> {
    return this.#call(server, devices.claimKeys, { body: { one_time_keys: oneTimeKeys } }, options);
  }

  // Media

  /** A stream that ends with Unreachable when it grows larger than allowed. It must be read or cancelled. */
  downloadMedia(server: ServerName, request: MediaRequest, options?: CallOptions): Promise<RemoteMedia> {
    return fetchMedia(this.#deps, server, request, options);
  }

  thumbnailMedia(server: ServerName, request: ThumbnailRequest, options?: CallOptions): Promise<RemoteMedia> {
    return fetchMedia(this.#deps, server, request, options);
  }

  // Servers

  version(server: ServerName, options?: CallOptions): Promise<ResponseOf<typeof version>> {
    return this.#call(server, version, {}, options);
  }

  /** The server's key document, as it came: its signature is yet to be checked. */
  serverKeys(server: ServerName, options?: CallOptions): Promise<JsonObject> {
    return this.#call(server, keys.serverKeys, {}, { timeoutMs: this.#deps.clientLimits.keyTimeoutMs, ...options });
  }

  /** Key documents of other servers by way of a notary; signatures are yet to be checked. No key ids: all keys of the server. */
  async notaryKeys(
    notary: ServerName,
    wanted: ReadonlyMap<ServerName, { readonly keyIds: readonly string[]; readonly minimumValidUntilTs: number }>,
    options?: CallOptions,
  ): Promise<readonly JsonObject[]> {
    const criteria = [...wanted].map(([server, { keyIds, minimumValidUntilTs }]) => {
      return [server, Object.fromEntries(keyIds.map((keyId) => [keyId, { minimum_valid_until_ts: minimumValidUntilTs }]))] as const;
    });
    const body = { server_keys: Object.fromEntries(criteria) };
    const limits = { timeoutMs: this.#deps.clientLimits.keyTimeoutMs, ...options };
    return (await this.#call(notary, keys.queryServersKeys, { body }, limits)).server_keys;
  }

  /** The policy server's signatures of an event: server -> key id -> signature. RemoteError: it does not recommend the event. */
  policySign(server: ServerName, event: JsonObject, options?: CallOptions): Promise<ResponseOf<typeof policySign>> {
    return this.#call(server, policySign, { body: event }, options);
  }
}

function templateOf(answer: { readonly room_version?: string; readonly event: JsonObject }): EventTemplate {
  return { roomVersion: answer.room_version ?? UNRECOGNISED_VERSION, event: answer.event };
}

/** The first version of an endpoint, for servers that do not know the second. */
async function orOlder<T>(newer: () => Promise<T>, older: () => Promise<T>): Promise<T> {
  try {
    return await newer();
  } catch (error) {
    if (!(error instanceof RemoteError) || !error.isUnknownEndpoint) throw error;
    return older();
  }
}
