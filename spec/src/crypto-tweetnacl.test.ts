import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { tweetnaclCrypto } from './crypto-tweetnacl.ts';

interface Case {
  readonly why: string;
  readonly public_key: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
}

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/ed25519.json', import.meta.url), 'utf8')) as { cases: readonly Case[] };

test.each(cases)('$why', ({ public_key: publicKey, message, signature, valid }) => {
  expect(tweetnaclCrypto.verify(decodeBase64(publicKey)!, message, decodeBase64(signature)!)).toBe(valid);
});

test('SHA-256 is over UTF-8', () => {
  expect(encodeBase64(tweetnaclCrypto.sha256('日本語'))).toBe('d3EK7cdOz6M2heM6bH31zIMATaG9zvf7KA9cKy6X4KU');
});
