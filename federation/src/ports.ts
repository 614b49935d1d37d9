/**
 * What the protocol needs of its host. `homeserver` implements these; nothing here knows SQL, Koa or the clock. All of
 * them may be called at the same time.
 */
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { EventId, RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';

export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** Resolves after so many ms; rejects with the signal's reason once it aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** A public key of another server (Server-Server API, "Retrieving server keys"). */
export interface ServerKey {
  /** for example `ed25519:a_1` */
  readonly keyId: string;
  /** 32 bytes */
  readonly publicKey: Uint8Array;
  /** ms since the epoch until which it may be used without asking again; for an expired key the time it expired at */
  readonly validUntilTs: number;
  /** set for a key of `old_verify_keys`: it signs nothing that is newer */
  readonly expiredTs: number | undefined;
}

/** Keeps the keys of other servers over a restart. */
export interface KeyStore {
  /** By server; a server without keys is absent. */
  find(servers: readonly ServerName[]): Promise<ReadonlyMap<ServerName, readonly ServerKey[]>>;
  /** The newest document that the server signed, for other servers that ask this one as a notary. */
  findDocument(server: ServerName): Promise<JsonObject | undefined>;
  /** Keys that are not among these are kept: they still verify what they signed. */
  save(
    server: ServerName,
    fetched: { readonly keys: readonly ServerKey[]; readonly document: JsonObject; readonly fetchedAt: number },
  ): Promise<void>;
}

/** Whom this server talks to at all, by configuration; true for everybody if nothing is set. */
export type ServerAllowed = (server: ServerName) => boolean;

/** An event whose form, signatures and hash were checked; with a wrong hash it is redacted already. */
export interface CheckedEvent {
  readonly event: RoomEvent;
}

/** The state of a room before an event, as another server tells it; the event itself is stored as an outlier, if it could be had. */
export interface ToldState {
  readonly before: EventId;
  readonly stateIds: readonly EventId[];
}

/** What became of a PDU. `soft-failed` events count as received. */
export type PduOutcome =
  | { readonly kind: 'accepted' | 'soft-failed' | 'known' }
  | { readonly kind: 'rejected'; readonly reason: string }
  /** `again`: for now only; it may be taken in later, with what could not be had */
  | { readonly kind: 'dropped'; readonly reason: string; readonly again: boolean };

/** Keeps events that could not be taken in yet, and hands them in again later. */
export interface PduStaging {
  /** Durable when it resolves. False: it is not kept. */
  stage(origin: ServerName, room: InboundRoom, checked: CheckedEvent): Promise<boolean>;
}

/** An event has its place: what follows it can be handed over. It is not lost any more once `durable` resolves. */
export interface Received {
  readonly outcome: PduOutcome;
  readonly durable: Promise<void>;
}

/** Checks 1-3 of the receipt of a PDU: form, signatures, hash (Server-Server API, "Checks performed on receipt of a PDU"). */
export interface EventChecking {
  /** Verdicts in the order of the events. */
  check(events: readonly JsonObject[], version: RoomVersion): Promise<EventVerdict[]>;
}

export type EventVerdict =
  /** `redacted`: its hash was wrong, so this is its redacted form */
  | { readonly kind: 'checked'; readonly checked: CheckedEvent; readonly redacted: boolean }
  | { readonly kind: 'dropped'; readonly reason: string; readonly eventId: EventId | undefined };

export interface InboundRoom {
  readonly roomId: RoomId;
  readonly version: RoomVersion;
}

/** The rooms of this server, as the inbound side sees them. */
export interface InboundRooms {
  /** undefined: this server has nobody in the room */
  find(roomId: string): Promise<InboundRoom | undefined>;
  /** The room's ACL refuses the server (Server-Server API, "Server Access Control Lists"). */
  isBanned(roomId: RoomId, server: ServerName): Promise<boolean>;
  /** Servers with joined members, without this one. */
  servers(roomId: RoomId): Promise<ServerName[]>;
  /** Those of the ids that this server does not have with the state around them (so outliers count as missing). */
  missing(roomId: RoomId, eventIds: readonly EventId[]): Promise<EventId[]>;
  /** Those of the ids that this server does not have at all. */
  unknown(roomId: RoomId, eventIds: readonly EventId[]): Promise<EventId[]>;
  /** Checks 4-7, then stores it. Its auth_events must be here, and its prev_events. */
  receive(roomId: RoomId, event: CheckedEvent): Promise<Received>;
  /** As `receive`, for an event some of whose prev_events are not here: the states before those are told. */
  receiveAfterGap(roomId: RoomId, event: CheckedEvent, told: readonly ToldState[]): Promise<Received>;
  /** Stores events that have no place in the timeline but that others refer to. In any order. */
  addOutliers(roomId: RoomId, events: readonly CheckedEvent[]): Promise<void>;
  /** The events of the room that no event follows, and the depth at which this server came to it: what is below is history. */
  extremities(roomId: RoomId): Promise<{ readonly eventIds: readonly EventId[]; readonly minDepth: number }>;
}

/** What the inbound side asks other servers: a part of FederationClient. */
export interface EventSource {
  getEvent(server: ServerName, eventId: EventId): Promise<JsonObject | undefined>;
  getState(server: ServerName, at: { roomId: RoomId; eventId: EventId }): Promise<{ state: readonly JsonObject[]; authChain: readonly JsonObject[] }>;
  getStateIds(
    server: ServerName,
    at: { roomId: RoomId; eventId: EventId },
  ): Promise<{ stateIds: readonly EventId[]; authChainIds: readonly EventId[] }>;
  getEventAuth(server: ServerName, at: { roomId: RoomId; eventId: EventId }): Promise<readonly JsonObject[]>;
  getMissingEvents(
    server: ServerName,
    request: { roomId: RoomId; earliestEvents: readonly EventId[]; latestEvents: readonly EventId[]; limit: number; minDepth: number },
  ): Promise<readonly JsonObject[]>;
}

/** One ephemeral message between servers (Server-Server API, "EDUs"). */
export interface Edu {
  readonly edu_type: string;
  readonly content: JsonObject;
}

/** Takes in what is not an event. Must not throw for what another server made wrong: it is dropped. */
export interface EduReceiver {
  receive(origin: ServerName, edu: Edu): Promise<void>;
}

export type { EventId, JsonObject, RoomEvent, RoomId, RoomVersion, ServerName, UserId };
