/** node:crypto and tweetnacl must be the same function: one signs what the other verifies, and they refuse the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBase64 } from '@nexuscomm/spec/base64.ts';
import { tweetnaclCrypto } from '@nexuscomm/spec/crypto-tweetnacl.ts';
import { createSigningKey, nodeCrypto } from './node-crypto.ts';

interface Case {
  readonly why: string;
  readonly public_key: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
}

const fixture = readFileSync(new URL('../../../spec/fixtures/ed25519.json', import.meta.url), 'utf8');
const { cases } = JSON.parse(fixture) as { cases: readonly Case[] };

test.each(cases)('$why', ({ public_key: publicKey, message, signature, valid }) => {
  expect(nodeCrypto.verify(decodeBase64(publicKey)!, message, decodeBase64(signature)!)).toBe(valid);
});

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const messages = fc.string({ unit: 'grapheme' });
const bytes = (array: Uint8Array): number[] => [...array];

test('keys, signatures and hashes are the same byte for byte', () => {
  fc.assert(
    fc.property(seeds, messages, (seed, message) => {
      const signature = bytes(tweetnaclCrypto.sign(seed, message));
      const key = createSigningKey(seed, 'ed25519:1');
      expect(bytes(nodeCrypto.sign(seed, message))).toEqual(signature);
      expect(bytes(key.sign(message))).toEqual(signature);
      expect(bytes(nodeCrypto.publicKeyOf(seed))).toEqual(bytes(tweetnaclCrypto.publicKeyOf(seed)));
      expect(bytes(key.publicKey)).toEqual(bytes(tweetnaclCrypto.publicKeyOf(seed)));
      expect(bytes(nodeCrypto.sha256(message))).toEqual(bytes(tweetnaclCrypto.sha256(message)));
    }),
    { numRuns: 15 },
  );
});

test('a changed bit of key, signature or message is refused by both', () => {
  fc.assert(
    fc.property(seeds, messages, fc.nat({ max: 96 * 8 - 1 }), (seed, message, bit) => {
      const both = new Uint8Array([...nodeCrypto.publicKeyOf(seed), ...nodeCrypto.sign(seed, message)]);
      const verdicts = (): boolean[] =>
        [nodeCrypto, tweetnaclCrypto].map((crypto) => crypto.verify(both.subarray(0, 32), message, both.subarray(32)));
      expect(verdicts()).toEqual([true, true]);
      both[bit >> 3]! ^= 1 << (bit & 7);
      expect(verdicts()).toEqual([false, false]);
    }),
    { numRuns: 15 },
  );
});

test('random keys and signatures are refused, whatever they are', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      messages,
      (key, signature, message) => {
        expect([nodeCrypto, tweetnaclCrypto].map((crypto) => crypto.verify(key, message, signature))).toEqual([false, false]);
      },
    ),
    { numRuns: 15 },
  );
});
