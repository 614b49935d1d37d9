/** A small room of any version, built and signed as a server would, for tests of building and parsing. */
import { tweetnaclCrypto } from '../../crypto-tweetnacl.ts';
import type { SigningKey } from '../../crypto.ts';
import type { EventId, RoomId, ServerName, UserId } from '../../identifiers/types.ts';
import type { RoomVersion } from '../../room-versions.ts';
import { buildEvent, type EventFields } from '../build-event.ts';
import type { RoomEvent } from '../event.ts';

export const serverName = 'hs.example' as ServerName;
export const alice = '@alice:hs.example' as UserId;

const seed = new Uint8Array(32).fill(3);
export const key: SigningKey = {
  keyId: 'ed25519:a_1',
  publicKey: tweetnaclCrypto.publicKeyOf(seed),
  sign: (message) => tweetnaclCrypto.sign(seed, message),
};

export interface FixtureEvents {
  readonly create: RoomEvent;
  readonly join: RoomEvent;
  readonly message: RoomEvent;
  readonly redaction: RoomEvent;
}

export function build(version: RoomVersion, fields: Omit<EventFields, 'sender' | 'originServerTs'>): RoomEvent {
  const whole = { sender: alice, originServerTs: 1_700_000_000_000 + fields.depth, ...fields };
  const eventId = version.eventIdFormat === 'random' ? (`$${fields.depth}:${serverName}` as EventId) : undefined;
  return buildEvent({ version, crypto: tweetnaclCrypto, key, serverName, fields: { ...whole, eventId } });
}

export function buildFixtureRoom(version: RoomVersion): FixtureEvents {
  const named = '!room:hs.example' as RoomId;
  const create = build(version, {
    roomId: version.hashedRoomId ? undefined : named,
    type: 'm.room.create',
    stateKey: '',
    content: version.implicitRoomCreator ? { room_version: version.id } : { room_version: version.id, creator: alice },
    depth: 1,
    prevEvents: [],
    authEvents: [],
  });
  const { roomId } = create;
  const implied = version.hashedRoomId ? [] : [create];
  const member = { type: 'm.room.member', stateKey: alice, content: { membership: 'join' } };
  const join = build(version, { roomId, ...member, depth: 2, prevEvents: [create], authEvents: implied });
  const authEvents = [...implied, join];
  const content = { msgtype: 'm.text', body: 'hello' };
  const message = build(version, { roomId, type: 'm.room.message', content, depth: 3, prevEvents: [join], authEvents });
  const redaction = build(version, {
    roomId,
    type: 'm.room.redaction',
    content: { reason: 'r' },
    redacts: message.eventId,
    depth: 4,
    prevEvents: [message],
    authEvents,
  });
  return { create, join, message, redaction };
}
