import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import stringify from 'canonical-json';
import fc from 'fast-check';
import { CanonicalJsonError, compareCodePoints, encodeCanonicalJson, MAX_DEPTH } from './canonical-json.ts';
import { MatrixError } from './errors.ts';
import { MAX_JSON_DEPTH, parseEventJson, parseJson } from './parse-json.ts';

interface Case {
  readonly why: string;
  readonly text: string;
  readonly canonical?: string;
  readonly error?: 'M_NOT_JSON' | 'M_BAD_JSON';
  readonly lenient?: string;
}

const { cases, old_numbers: oldNumbers } = JSON.parse(readFileSync(new URL('../fixtures/canonical-json.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
  readonly old_numbers: readonly { readonly why: string; readonly text: string; readonly canonical: string }[];
};

/** The canonical form of a text, or the code that reading refuses it with, or 'none' if the value has no such form. */
function outcome(parse: (text: string) => unknown, text: string): string {
  try {
    return encodeCanonicalJson(parse(text));
  } catch (error) {
    if (error instanceof MatrixError) return error.errcode;
    if (error instanceof CanonicalJsonError) return 'none';
    throw error;
  }
}

describe('texts', () => {
  test.each(cases)('$why', ({ text, canonical, error, lenient }) => {
    expect(outcome(parseEventJson, text)).toBe(canonical ?? error);
    expect(outcome(parseJson, text)).toBe(canonical ?? lenient ?? (error === 'M_BAD_JSON' ? 'none' : error));
  });
});

describe('numbers of old room versions', () => {
  test.each(oldNumbers)('$why', ({ text, canonical }) => {
    expect(encodeCanonicalJson(JSON.parse(text), 'lenient')).toBe(canonical);
  });

  test('a double can not hold them all', () => {
    expect(() => encodeCanonicalJson(JSON.parse('1e400'), 'lenient')).toThrow(CanonicalJsonError);
  });
});

describe('nesting', () => {
  const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);

  test.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('%s are read to a bound', (_name, open, close) => {
    const inner = open === '[' ? '' : '1';
    const text = (depth: number): string => open.repeat(depth) + inner + close.repeat(depth);
    expect(encodeCanonicalJson(parseEventJson(text(MAX_JSON_DEPTH)))).toBe(text(MAX_JSON_DEPTH));
    expect(outcome(parseJson, text(MAX_JSON_DEPTH + 1))).toBe('M_BAD_JSON');
    expect(outcome(parseEventJson, text(1_000_000))).toBe('M_BAD_JSON');
  });

  test('brackets in strings and in breadth do not count', () => {
    const text = `["${'['.repeat(1000)}\\"${'{'.repeat(1000)}",${'[],'.repeat(1000)}{}]`;
    expect(outcome(parseJson, text)).toBe(text);
  });

  test('values are encoded to a bound', () => {
    const deep = (depth: number): unknown => JSON.parse(nested(depth)) as unknown;
    expect(encodeCanonicalJson(deep(MAX_DEPTH))).toBe(nested(MAX_DEPTH));
    expect(() => encodeCanonicalJson(deep(MAX_DEPTH + 1))).toThrow(CanonicalJsonError);
    const circular: unknown[] = [];
    circular.push(circular);
    expect(() => encodeCanonicalJson(circular)).toThrow(CanonicalJsonError);
  });
});

test('long strings and many numbers do not exhaust the stack', () => {
  const text = `{"a":"${'x\\"'.repeat(3_000_000)}","b":[${'1,'.repeat(500_000)}1.0]}`;
  expect(outcome(parseEventJson, text)).toBe('M_BAD_JSON');
  expect(outcome(parseEventJson, text.replace('1.0]', '2]'))).toBe(text.replace('1.0]', '2]'));
});

test.each([
  ['undefined', undefined],
  ['a function', () => 1],
  ['a bigint', 1n],
  ['a symbol', Symbol('x')],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
])('%s has no canonical form', (_name, value) => {
  expect(() => encodeCanonicalJson(value)).toThrow(CanonicalJsonError);
  expect(() => encodeCanonicalJson([value])).toThrow(CanonicalJsonError);
});

test('undefined members are left out', () => {
  expect(encodeCanonicalJson({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
});

const integer = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER));
/** Keys of every kind, those that engines and prototypes treat apart more often than by chance. */
const anyKey = fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map(String), fc.constantFrom('__proto__', 'constructor', '\u{10000}', '\uffff', ''));
/** Keys that the npm package sorts and keeps rightly: its faults are integers, `__proto__` and surrogates. */
const plainKey = fc.string({ unit: 'binary' }).filter((key) => !/^\d+$|^__proto__$|[\ud800-\udfff]/.test(key));

function jsonWith(key: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, integer, fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null), tie('array'), tie('object')),
    array: fc.array(tie('value'), { maxLength: 5 }),
    // From entries, as JSON.parse does it: with `__proto__` as an own member.
    object: fc.array(fc.tuple(key, tie('value')), { maxLength: 8 }).map((entries) => Object.fromEntries(entries) as unknown),
  })).value;
}

describe('properties', () => {
  test('the npm package says the same where it is right', () => {
    fc.assert(
      fc.property(jsonWith(plainKey), (value) => expect(encodeCanonicalJson(value)).toBe(stringify(value))),
      { numRuns: 1000 },
    );
  });

  test('reading the canonical form gives the value again, which has the same canonical form', () => {
    fc.assert(
      fc.property(jsonWith(anyKey), (value) => {
        const text = encodeCanonicalJson(value);
        const read = parseEventJson(text);
        expect(read).toEqual(value);
        expect(encodeCanonicalJson(read)).toBe(text);
        expect(encodeCanonicalJson(parseEventJson(JSON.stringify(value, undefined, 1)))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test('keys are in the order of their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, (start, x, y) => {
        const [a, b] = [start + x, start + y];
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
  });
});
