/** A room as a fake server knows it: events that it makes and signs, and the state after them. */
import { fastCrypto } from '@nexuscomm/federation/testing/fast-crypto.ts';
import { authEventKeys } from '@nexuscomm/spec/auth-rules/auth-event-keys.ts';
import { buildEvent, sealEvent } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { parseEvent } from '@nexuscomm/spec/events/parse-event.ts';
import type { EventId, RoomId, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { findRoomVersion, type RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { Answer } from './seed-client.ts';
import { refuse, type FakeRemoteServer } from './fake-remote-server.ts';

export interface Draft {
  readonly type?: string;
  readonly stateKey?: string;
  readonly sender?: string;
  readonly content?: JsonObject;
  /** events that it follows; otherwise the newest */
  readonly after?: readonly RoomEvent[];
  readonly depth?: number;
  readonly roomId?: string;
  readonly originServerTs?: number;
  /** the server that signs it; otherwise the room's */
  readonly by?: FakeRemoteServer;
  /** of room versions whose ids are free */
  readonly eventId?: string;
}

interface Destination {
  readonly url: string;
  readonly name: string;
}

let transactions = 0;

export class FakeRoom {
  readonly fake: FakeRemoteServer;
  readonly version: RoomVersion;
  /** in the order in which they came */
  readonly events: RoomEvent[] = [];
  readonly state = new Map<string, RoomEvent>();
  roomId: RoomId;
  tips: readonly RoomEvent[] = [];

  private constructor(fake: FakeRemoteServer, versionId: string, roomId: string) {
    this.fake = fake;
    this.version = findRoomVersion(versionId)!;
    this.roomId = roomId as RoomId;
  }

  /** A public room that the fake has made, with `@maker` in it; it answers make_join and send_join as it should. */
  static create(fake: FakeRemoteServer, versionId = '11'): FakeRoom {
    const room = new FakeRoom(fake, versionId, `!made${++transactions}:${fake.name}`);
    const sender = fake.user('maker');
    room.add({
      type: 'm.room.create',
      stateKey: '',
      sender,
      content: { room_version: versionId, ...(versionId === '11' ? {} : { creator: sender }) },
    });
    room.add({ type: 'm.room.member', stateKey: sender, sender, content: { membership: 'join' } });
    room.add({ type: 'm.room.power_levels', stateKey: '', sender, content: { users: { [sender]: 100 } } });
    room.add({ type: 'm.room.join_rules', stateKey: '', sender, content: { join_rule: 'public' } });
    room.host(fake);
    return room;
  }

  /** A room of a real server that `@guest` of the fake joins. */
  static async join(fake: FakeRemoteServer, server: Destination, roomId: string, versionId = '11'): Promise<FakeRoom> {
    const room = new FakeRoom(fake, versionId, roomId);
    const userId = fake.user('guest');
    const path = (name: string, version: string, last: string): string =>
      `/_matrix/federation/${version}/${name}/${encodeURIComponent(roomId)}/${encodeURIComponent(last)}`;
    const template = await fake.request(server, 'GET', `${path('make_join', 'v1', userId)}?ver=${versionId}`);
    if (template.status !== 200) throw new Error(`make_join: ${template.status} ${JSON.stringify(template.body)}`);
    const { event_id: _eventId, ...draft } = template.body.event as JsonObject;
    const event = room.seal(draft);
    const answer = await fake.request(server, 'PUT', path('send_join', 'v2', event.eventId), event.json);
    if (answer.status !== 200) throw new Error(`send_join: ${answer.status} ${JSON.stringify(answer.body)}`);
    const { version } = room;
    for (const json of answer.body.state) room.take(parseEvent({ json, version, crypto: fastCrypto }));
    room.take(event);
    return room;
  }

  /** A room that the fake has no part in, but knows an event of. */
  static guess(fake: FakeRemoteServer, roomId: string, versionId = '11'): FakeRoom {
    return new FakeRoom(fake, versionId, roomId);
  }

  get last(): RoomEvent {
    return this.events.at(-1)!;
  }

  /** An event that is not (yet) part of the room. */
  build({
    type = 'm.room.message',
    stateKey,
    sender = this.fake.user('guest'),
    content = { msgtype: 'm.text', body: `message ${++transactions}` },
    after,
    ...draft
  }: Draft): RoomEvent {
    const { version } = this;
    const { by: fake = this.fake } = draft;
    const prevEvents = after ?? this.tips;
    const keys = authEventKeys(version, { type, stateKey, sender, content });
    return buildEvent({
      version,
      crypto: fastCrypto,
      key: fake.key,
      serverName: fake.name,
      fields: {
        roomId: (draft.roomId ?? this.roomId) as RoomId,
        type,
        stateKey,
        sender: sender as UserId,
        content,
        depth: draft.depth ?? Math.max(0, ...prevEvents.map((event) => event.depth)) + 1,
        prevEvents,
        authEvents: keys.flatMap(([keyType, keyState]) => this.state.get(keyOf(keyType, keyState)) ?? []),
        originServerTs: draft.originServerTs ?? Date.now(),
        ...(version.eventIdFormat === 'random' ? { eventId: (draft.eventId ?? this.#freeId()) as EventId } : {}),
      },
    });
  }

  add(draft: Draft): RoomEvent {
    return this.take(this.build(draft));
  }

  /** The event is the newest of the room now. */
  take(event: RoomEvent): RoomEvent {
    this.events.push(event);
    if (event.stateKey !== undefined) this.state.set(keyOf(event.type, event.stateKey), event);
    this.tips = [event];
    return event;
  }

  /** Hashes and signs anew what a test has changed. */
  seal(json: JsonObject): RoomEvent {
    const { hashes: _hashes, signatures: _signatures, ...given } = json;
    const rest: Record<string, JsonObject[string]> = { ...given };
    if (this.version.eventIdFormat === 'random' && rest['event_id'] === undefined) rest['event_id'] = this.#freeId();
    return sealEvent({ json: rest, version: this.version, crypto: fastCrypto, key: this.fake.key, serverName: this.fake.name });
  }

  #freeId(): string {
    return `$${++transactions}:${this.fake.name}`;
  }

  /** A transaction with these events; `txnId`: otherwise a new one. */
  send(server: Destination, pdus: readonly (RoomEvent | JsonObject)[], txnId = `t${++transactions}`): Promise<Answer> {
    const bodies = pdus.map((pdu) => ('eventId' in pdu ? (pdu as RoomEvent).json : pdu));
    const body = { origin: this.fake.name, origin_server_ts: Date.now(), pdus: bodies, edus: [] };
    return this.fake.request(server, 'PUT', `/_matrix/federation/v1/send/${txnId}`, body);
  }

  /** Another fake lets others join too, with a change to what it answers. */
  host(fake: FakeRemoteServer, change: (answer: Record<string, any>) => object = (answer) => answer): void {
    const ours = (roomId: string | undefined): boolean => roomId === this.roomId;
    fake.on(/\/make_join\/([^/]+)\/([^/]+)$/, ({ groups: [roomId, userId] }, response) => {
      if (!ours(roomId)) return refuse(response, 404, 'M_NOT_FOUND');
      const sender = userId!;
      const {
        hashes: _hashes,
        signatures: _signatures,
        ...event
      } = this.build({ type: 'm.room.member', stateKey: sender, sender, content: { membership: 'join' } }).json;
      return { room_version: this.version.id, event };
    });
    fake.on(/\/v2\/send_join\/([^/]+)\/([^/]+)$/, ({ groups: [roomId], json }, response) => {
      if (!ours(roomId)) return refuse(response, 404, 'M_NOT_FOUND');
      const state = [...this.state.values()].map((event) => event.json);
      const chain = this.events.map((event) => event.json);
      this.take(parseEvent({ json, version: this.version, crypto: fastCrypto }));
      return change({ origin: fake.name, event: json, state, auth_chain: chain, members_omitted: false });
    });
  }
}

const keyOf = (type: string, stateKey: string): string => `${type} ${stateKey}`;
