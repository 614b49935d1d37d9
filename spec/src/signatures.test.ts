import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { encodeCanonicalJson } from './canonical-json.ts';
import type { SigningKey } from './crypto.ts';
import { tweetnaclCrypto } from './crypto-tweetnacl.ts';
import { signEvent } from './events/build-event.ts';
import { contentHash } from './events/event-hashes.ts';
import { redactEventJson } from './events/redact-event.ts';
import type { ServerName } from './identifiers/types.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { roomVersions } from './room-versions.ts';
import { signJson, verifySignedJson } from './signatures.ts';

interface Fixture {
  readonly seed: string;
  readonly public_key: string;
  readonly entity: ServerName;
  readonly key_id: string;
  readonly objects: readonly { readonly why: string; readonly object: JsonObject; readonly signature: string }[];
  readonly events: readonly { readonly why: string; readonly event: JsonObject; readonly hash: string; readonly signature: string }[];
  readonly refused: readonly { readonly why: string; readonly change: readonly [path: readonly string[], value: JsonValue] }[];
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as Fixture;
const { entity, key_id: keyId } = fixture;
const publicKey = decodeBase64(fixture.public_key)!;
const key = keyOf(decodeBase64(fixture.seed)!);

function keyOf(seed: Uint8Array): SigningKey {
  return { keyId, publicKey: tweetnaclCrypto.publicKeyOf(seed), sign: (message) => tweetnaclCrypto.sign(seed, message) };
}

function isSigned(object: JsonObject, changes: Partial<Parameters<typeof verifySignedJson>[0]> = {}): boolean {
  return verifySignedJson({ object, entity, keyId, publicKey, crypto: tweetnaclCrypto, ...changes });
}

/** The value with the member at the path replaced, or taken away by null. */
function changed(value: JsonValue | undefined, [name, ...path]: readonly string[], to: JsonValue): JsonValue {
  if (name === undefined) return to;
  const object = value as JsonObject;
  const { [name]: old, ...others } = object;
  return path.length === 0 && to === null ? others : { ...object, [name]: changed(old, path, to) };
}

test('the public key follows from the seed', () => {
  expect(encodeBase64(key.publicKey)).toBe(fixture.public_key);
});

describe('objects', () => {
  test.each(fixture.objects)('$why', ({ object, signature }) => {
    const signed = signJson(object, entity, key);
    expect(signed).toMatchObject({ ...object, signatures: { [entity]: { [keyId]: signature } } });
    expect(isSigned(signed)).toBe(true);
  });

  test('signatures of others, and of other keys, stay', () => {
    const twice = signJson(signJson({ one: 1 }, 'other', key), entity, { ...key, keyId: 'ed25519:2' });
    const thrice = signJson(twice, entity, key);
    expect(Object.keys(thrice.signatures)).toEqual(['other', entity]);
    expect([isSigned(thrice), isSigned(thrice, { keyId: 'ed25519:2' }), isSigned(thrice, { entity: 'other' })]).toEqual([true, true, true]);
  });

  test('the example of "Signing Details" can be read', () => {
    const signatures = { 'example.org': { 'ed25519:1': 's76RUgajp8w172am0zQb/iPTHsRnb4SkrzGoeCOSFfcBY2V/1c8QfrmdXHpvnc2jK5BD1WiJIxiMW95fMjK7Bw' } };
    expect(isSigned({ name: 'example.org', signatures }, { entity: 'example.org' })).toBe(false);
  });
});

describe('events', () => {
  test.each(fixture.events)('$why', ({ event, hash, signature }) => {
    const hashed = { ...event, hashes: { sha256: contentHash(event, tweetnaclCrypto) } };
    expect(hashed.hashes.sha256).toBe(hash);
    const signed = signEvent(hashed, roomVersions[1], entity, key);
    expect(signed).toEqual({ ...event, hashes: { sha256: hash }, signatures: { [entity]: { [keyId]: signature } } });
    expect(isSigned(redactEventJson(signed, roomVersions[1]))).toBe(true);
  });
});

describe('refused', () => {
  const signed = signJson({ one: 1, two: 'Two' }, entity, key);

  test.each(fixture.refused)('$why', ({ change: [path, value] }) => {
    expect(isSigned(changed(signed, path, value) as JsonObject)).toBe(false);
  });

  test('another key', () => {
    expect(isSigned(signed, { publicKey: tweetnaclCrypto.publicKeyOf(new Uint8Array(32).fill(1)) })).toBe(false);
  });

  test.each(['constructor', '__proto__', 'toString'])('names of Object.prototype are no entities: %s', (name) => {
    expect([isSigned(signed, { entity: name }), isSigned(signed, { keyId: name })]).toEqual([false, false]);
  });

  test('a signature counts in either order of keys, for the canonical form is one', () => {
    const reversed = Object.fromEntries(Object.entries(signed).toReversed());
    expect(encodeCanonicalJson(reversed)).toBe(encodeCanonicalJson(signed));
    expect(isSigned(reversed)).toBe(true);
  });
});
