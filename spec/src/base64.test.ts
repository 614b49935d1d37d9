import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBase64, encodeBase64 } from './base64.ts';

interface Fixture {
  readonly cases: readonly { readonly why: string; readonly bytes: string; readonly base64: string; readonly url_safe?: string }[];
  readonly read: readonly { readonly why: string; readonly bytes: string; readonly base64: string }[];
  readonly refused: readonly { readonly why: string; readonly base64: string }[];
}

const { cases, read, refused } = JSON.parse(readFileSync(new URL('../fixtures/base64.json', import.meta.url), 'utf8')) as Fixture;

const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');

test.each(cases)('$why', ({ bytes, base64, url_safe: urlSafe = base64 }) => {
  const raw = new Uint8Array(Buffer.from(bytes, 'hex'));
  expect([encodeBase64(raw), encodeBase64(raw, 'base64url')]).toEqual([base64, urlSafe]);
  expect([hex(decodeBase64(base64)), hex(decodeBase64(urlSafe, 'base64url'))]).toEqual([bytes, bytes]);
});

test.each(read)('read: $why', ({ bytes, base64 }) => expect(hex(decodeBase64(base64))).toBe(bytes));

test.each(refused)('refused: $why', ({ base64 }) => expect(decodeBase64(base64)).toBeUndefined());

test('the URL-safe alphabet has no standard characters', () => {
  expect(decodeBase64('++++////', 'base64url')).toBeUndefined();
});

test('as Buffer writes it, without padding', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64').replaceAll('=', ''));
      expect(encodeBase64(bytes, 'base64url')).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    }),
  );
});
