import { describe, expect, test } from '@jest/globals';
import { encodeBase64 } from '../base64.ts';
import { encodeCanonicalJson } from '../canonical-json.ts';
import { tweetnaclCrypto } from '../crypto-tweetnacl.ts';
import type { ServerName } from '../identifiers/types.ts';
import type { JsonObject } from '../json.ts';
import { roomVersions } from '../room-versions.ts';
import { verifySignedJson } from '../signatures.ts';
import { signEvent } from './build-event.ts';
import { contentHash, eventIdOf, referenceHash } from './event-hashes.ts';
import { parseEvent } from './parse-event.ts';
import { redactEventJson } from './redact-event.ts';
import { build, buildFixtureRoom, key, serverName } from './testing/build-fixture-room.ts';

const crypto = tweetnaclCrypto;

describe.each(Object.values(roomVersions))('version $id', (version) => {
  const room = buildFixtureRoom(version);
  const { create, join, message, redaction } = room;
  const all = Object.values(room);
  const isNamed = version.eventIdFormat === 'random';

  test('event ids', () => {
    const hash = { random: /^\$\d:hs\.example$/, base64: /^\$[0-9A-Za-z+/]{43}$/, urlsafe: /^\$[0-9A-Za-z_-]{43}$/ };
    for (const { eventId, json } of all) {
      expect(eventId).toMatch(hash[version.eventIdFormat]);
      expect(json['event_id']).toBe(isNamed ? eventId : undefined);
      expect(eventIdOf(json, version, crypto)).toBe(eventId);
    }
  });

  test('the room id is named, or from version 12 made of the create event', () => {
    expect(create.json['room_id']).toBe(version.hashedRoomId ? undefined : '!room:hs.example');
    expect(message.json['room_id']).toBe(version.hashedRoomId ? `!${create.eventId.slice(1)}` : '!room:hs.example');
    expect(new Set(all.map(({ roomId }) => roomId))).toEqual(new Set([message.json['room_id']]));
  });

  test('references are event ids, or in versions 1 and 2 pairs with hashes', () => {
    const [hash] = [encodeBase64(referenceHash(join.json, version, crypto))];
    expect(message.json['prev_events']).toEqual([isNamed ? [join.eventId, { sha256: hash }] : join.eventId]);
    expect(message.prevEvents).toEqual([join.eventId]);
    expect(message.authEvents).toEqual(version.hashedRoomId ? [join.eventId] : [create.eventId, join.eventId]);
    expect(message.json['auth_events']).toHaveLength(message.authEvents.length);
  });

  test('what a redaction redacts is named at top level, from version 11 in content', () => {
    const { json } = redaction;
    expect(redaction.redacts).toBe(message.eventId);
    expect([json['redacts'], json['content']]).toEqual(
      version.updatedRedactionRules ? [undefined, { reason: 'r', redacts: message.eventId }] : [message.eventId, { reason: 'r' }],
    );
  });

  test('origin is gone from version 11', () => {
    expect(message.json['origin']).toBe(version.updatedRedactionRules ? undefined : serverName);
  });

  test('a message has no state key', () => {
    expect([Object.hasOwn(message.json, 'state_key'), join.json['state_key']]).toEqual([false, join.stateKey]);
  });

  test('hashes and signatures are right, of the redacted event too', () => {
    for (const { json, eventId } of all) {
      expect(json['hashes']).toEqual({ sha256: contentHash(json, crypto) });
      const redacted = redactEventJson(json, version);
      expect(verifySignedJson({ object: redacted, entity: serverName, keyId: key.keyId, publicKey: key.publicKey, crypto })).toBe(true);
      expect(eventIdOf(redacted, version, crypto)).toBe(eventId);
    }
  });

  test('the wire form is parsed to the same event', () => {
    for (const event of all) {
      const json = JSON.parse(encodeCanonicalJson(event.json)) as JsonObject;
      expect(parseEvent({ json, version, crypto })).toEqual(event);
    }
  });

  test('changed content has another hash, but the same id and signature', () => {
    const json: JsonObject = { ...message.json, content: { msgtype: 'm.text', body: 'changed' } };
    expect(contentHash(json, crypto)).not.toBe((json['hashes'] as JsonObject)['sha256']);
    expect(parseEvent({ json, version, crypto }).eventId).toBe(message.eventId);
  });

  test('unsigned and signatures are part of neither hash', () => {
    const json = { ...message.json, unsigned: { age: 1 }, signatures: {} };
    expect(contentHash(json, crypto)).toBe(contentHash(message.json, crypto));
    expect(eventIdOf(json, version, crypto)).toBe(message.eventId);
  });

  test('another server signs beside the first', () => {
    const twice = signEvent(message.json, version, 'other.example' as ServerName, key);
    expect(Object.keys(twice['signatures'] as JsonObject)).toEqual([serverName, 'other.example']);
    expect(eventIdOf(twice, version, crypto)).toBe(message.eventId);
    const object = redactEventJson(twice, version);
    for (const entity of [serverName, 'other.example']) {
      expect(verifySignedJson({ object, entity, keyId: key.keyId, publicKey: key.publicKey, crypto })).toBe(true);
    }
  });

  test('content that has no canonical form is not built', () => {
    const { roomId, prevEvents: _prev, authEvents: _auth } = message;
    expect(() => build(version, { roomId, type: 'x', content: { x: 1.5 }, depth: 9, prevEvents: [], authEvents: [] })).toThrow('canonical');
  });
});
