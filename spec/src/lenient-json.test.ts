import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeCanonicalJson } from './canonical-json.ts';
import { canonicaliseJsonText, encodeLenientJson } from './lenient-json.ts';

describe('lenient canonical JSON', () => {
  test('is canonical JSON for what has a canonical form', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.maxSafeInteger().map((n) => n + 0 || 0),
      fc.boolean(),
      fc.constant(null),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(leaf, fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(fc.string({ unit: 'grapheme' }), tie('any'), { maxKeys: 4 })),
    })).any;
    fc.assert(
      fc.property(value, (any) => {
        expect(encodeLenientJson(any)).toBe(encodeCanonicalJson(any));
        expect(canonicaliseJsonText(JSON.stringify(any, undefined, 1))).toBe(encodeCanonicalJson(any));
      }),
    );
  });

  test('keeps the text of numbers that canonical JSON does not know', () => {
    const text = '{ "z": 1.0, "a": [1e3, -0, 12345678901234567890, 1.5], "n": 7, "s": "1.0" }';
    expect(canonicaliseJsonText(text)).toBe('{"a":[1e3,-0,12345678901234567890,1.5],"n":7,"s":"1.0","z":1.0}');
  });

  test('keeps __proto__ as a member like others', () => {
    expect(canonicaliseJsonText('{"b":1.5,"__proto__":{"x":2.5}}')).toBe('{"__proto__":{"x":2.5},"b":1.5}');
  });

  test.each([['{'], ['"\\ud800"'], [`${'['.repeat(300)}${']'.repeat(300)}`]])('refuses %s', (text) => {
    expect(() => canonicaliseJsonText(text)).toThrow();
  });

  test('leaves out what is undefined and refuses what is no JSON', () => {
    expect(encodeLenientJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(() => encodeLenientJson(Number.NaN)).toThrow();
    expect(() => encodeLenientJson(() => {})).toThrow();
  });
});
