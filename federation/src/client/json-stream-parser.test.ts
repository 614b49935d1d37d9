import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '@nexuscomm/spec/json.ts';
import { JsonStreamParser } from './json-stream-parser.ts';

function parse(text: string, chunkSizes: readonly number[]): JsonValue {
  const bytes = Buffer.from(text);
  const parser = new JsonStreamParser();
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = chunkSizes[i % chunkSizes.length]!;
    parser.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parser.end();
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe('JSON in chunks', () => {
  test('is read as JSON.parse reads it, however it is cut', () => {
    fc.assert(
      fc.property(fc.jsonValue(), sizes, fc.constantFrom(undefined, 2, '\t'), (value, chunkSizes, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parse(text, chunkSizes)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('is refused wherever JSON.parse refuses it', () => {
    const alphabet = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '1', '-', 'null', ' ', 'x', '\\');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 9 }), sizes, (tokens, chunkSizes) => {
        const text = tokens.join('');
        let expected: JsonValue | undefined;
        try {
          expected = JSON.parse(text) as JsonValue;
        } catch {
          expect(() => parse(text, chunkSizes)).toThrow();
          return;
        }
        expect(parse(text, chunkSizes)).toEqual(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  test('keeps __proto__ as an own member', () => {
    const value = parse('{"__proto__":{"a":1},"b":[{"__proto__":2}]}', [3]) as Record<string, JsonValue>;
    expect(Object.keys(value)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('has a depth at which it ends', () => {
    expect(() => parse(`[[${'['.repeat(5_000)}`, [100])).toThrow();
    expect(() => parse(`[[${'['.repeat(500)}${']'.repeat(502)}`, [100])).toThrow();
  });
});
