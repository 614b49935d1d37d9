import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { forVersions } from '../auth-rules/testing/auth-fixtures.ts';
import { encodeCanonicalJson } from '../canonical-json.ts';
import { tweetnaclCrypto } from '../crypto-tweetnacl.ts';
import { MatrixError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { roomVersions } from '../room-versions.ts';
import { contentHash } from './event-hashes.ts';
import { eventFromStored, EventFormatError, parseEvent } from './parse-event.ts';
import { checkEventSize, MAX_EVENT_BYTES } from './size-limits.ts';
import { buildFixtureRoom, type FixtureEvents } from './testing/build-fixture-room.ts';

interface Case {
  readonly why: string;
  readonly versions: string;
  readonly of?: keyof FixtureEvents;
  readonly path: readonly string[];
  readonly value?: JsonValue;
  readonly repeat?: readonly [text: string, times: number];
  readonly valid: boolean;
}

const { cases } = JSON.parse(readFileSync(new URL('../../fixtures/events/formats.json', import.meta.url), 'utf8')) as { cases: readonly Case[] };
const rooms = new Map(Object.values(roomVersions).map((version) => [version, buildFixtureRoom(version)]));

function valueOf({ value, repeat }: Case): JsonValue | undefined {
  if (repeat) return (value as string).replace('{}', () => repeat[0].repeat(repeat[1]));
  const depth = (value as JsonObject | null | undefined)?.['nested'];
  return typeof depth === 'number' ? (JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as JsonValue) : value;
}

function changed(object: JsonObject, [name, ...path]: readonly string[], to: JsonValue | undefined): JsonObject {
  const { [name!]: old, ...others } = object;
  if (path.length > 0) return { ...object, [name!]: changed(old as JsonObject, path, to) };
  return to === undefined ? others : { ...object, [name!]: to };
}

describe('parseEvent', () => {
  test.each(forVersions(cases))('version $version.id: $case.why', ({ version, case: item }) => {
    const { json: whole } = rooms.get(version)![item.of ?? 'message'];
    const json = changed(whole, item.path, valueOf(item));
    const parse = (): unknown => parseEvent({ json, version, crypto: tweetnaclCrypto });
    if (item.valid) expect(parse()).toMatchObject({ json, content: json['content'] });
    else expect(parse).toThrow(EventFormatError);
  });

  test('__proto__ is a member like any other, and hashed', () => {
    const version = roomVersions[11];
    const { message } = rooms.get(version)!;
    const json = JSON.parse(JSON.stringify(message.json).replace('"body"', '"__proto__"')) as JsonObject;
    expect(contentHash(json, tweetnaclCrypto)).not.toBe(contentHash(message.json, tweetnaclCrypto));
    expect(Object.keys(parseEvent({ json, version, crypto: tweetnaclCrypto }).content)).toContain('__proto__');
  });

  test('redacts counts for redactions only, and only as a text', () => {
    for (const [version, { message, redaction }] of rooms) {
      const parse = (json: JsonObject): unknown => parseEvent({ json, version, crypto: tweetnaclCrypto }).redacts;
      expect(parse({ ...message.json, redacts: '$x', content: { redacts: '$x' } })).toBeUndefined();
      expect(parse({ ...redaction.json, redacts: 1, content: { redacts: 1 } })).toBeUndefined();
      expect(parse({ ...redaction.json, redacts: '$top', content: { redacts: '$in' } })).toBe(version.updatedRedactionRules ? '$in' : '$top');
    }
  });

  test('what was stored is read without checks', () => {
    for (const [version, events] of rooms) {
      for (const event of Object.values(events)) expect(eventFromStored({ ...event, version })).toEqual(event);
    }
  });
});

describe('checkEventSize', () => {
  /** An event of so many bytes, filled with a character of so many bytes. */
  function eventOf(bytes: number, character: string): JsonObject {
    const event = (body: string): JsonObject => ({ type: 'x', content: { body } });
    const room = bytes - Buffer.byteLength(encodeCanonicalJson(event('')));
    const width = Buffer.byteLength(character);
    return event(character.repeat(Math.floor(room / width)) + 'a'.repeat(room % width));
  }

  test.each(['a', 'é', '日', '\u{1f600}'])('the limit is in bytes: %s', (character) => {
    expect(() => checkEventSize(eventOf(MAX_EVENT_BYTES, character))).not.toThrow();
    expect(() => checkEventSize(eventOf(MAX_EVENT_BYTES + 1, character))).toThrow(MatrixError);
  });

  test('what is escaped counts as escaped', () => {
    expect(() => checkEventSize({ content: { body: '\u0001'.repeat(MAX_EVENT_BYTES / 6) } })).toThrow(MatrixError);
  });

  test('signatures count', () => {
    const event = eventOf(MAX_EVENT_BYTES, 'a');
    expect(() => checkEventSize({ ...event, signatures: {} })).toThrow(MatrixError);
  });

  test.each(['sender', 'room_id', 'type', 'state_key', 'event_id'])('%s has 255 bytes at most', (field) => {
    for (const [character, times] of [
      ['a', 255],
      ['é', 127],
      ['日', 85],
      ['\u{1f600}', 63],
    ] as const) {
      expect(() => checkEventSize({ [field]: character.repeat(times) })).not.toThrow();
      expect(() => checkEventSize({ [field]: character.repeat(times + 1) })).toThrow(
        expect.objectContaining({ errcode: 'M_TOO_LARGE', status: 413 }),
      );
    }
  });
});
