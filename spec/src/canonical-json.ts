/**
 * Canonical JSON (Appendices, "Canonical JSON"): the one byte form of a value, which hashes and signatures are made of.
 * Keys are sorted by Unicode code point, numbers are integers within [-(2^53)+1, 2^53-1], there is no white space.
 */

/** A value has no canonical form: a float, a number out of range, a lone surrogate, or nesting beyond MAX_DEPTH. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError';
}

/** Nesting that is encoded at most; deeper values can't be in an event of 65,536 bytes that other servers would read. */
export const MAX_DEPTH = 512;

/**
 * Which numbers are encoded. lenient: others too, as the Python servers that made the events of room versions 1-5 wrote
 * them; what JSON.parse has lost (1.0, digits beyond a double) stays lost.
 */
export type NumberRule = 'strict' | 'lenient';

/**
 * Encodes a value. Members that are undefined are left out, as in JSON.stringify. A lone surrogate has no UTF-8 form, so
 * a string with one is refused. Throws CanonicalJsonError.
 */
export function encodeCanonicalJson(value: unknown, numbers: NumberRule = 'strict'): string {
  return encode(value, numbers, 0);
}

function encode(value: unknown, numbers: NumberRule, depth: number): string {
  switch (typeof value) {
    case 'string':
      return encodeString(value);
    case 'number':
      if (!Number.isSafeInteger(value)) return encodeOtherNumber(value, numbers);
      // -0 becomes 0, as in the specification's examples. Events whose text has it are refused by parseEventJson.
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === MAX_DEPTH) throw new CanonicalJsonError(`nested more than ${MAX_DEPTH} deep`);
      return Array.isArray(value) ? encodeArray(value, numbers, depth + 1) : encodeObject(value as Record<string, unknown>, numbers, depth + 1);
    default:
      throw new CanonicalJsonError(`a ${typeof value} is not JSON`);
  }
}

/** A float or a large integer in the form of Python's repr: exponents from 1e-5 down have two digits at least. */
function encodeOtherNumber(value: number, numbers: NumberRule): string {
  if (numbers === 'strict' || !Number.isFinite(value)) throw new CanonicalJsonError(`${value} is not a canonical number`);
  if (Number.isInteger(value)) return BigInt(value).toString();
  return Math.abs(value) >= 1e-4 ? String(value) : value.toExponential().replace(/-(\d)$/, '-0$1');
}

function encodeString(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalJsonError('a string has a lone surrogate');
  // JSON.stringify escapes exactly what canonical JSON escapes: controls, quote and backslash, in their short forms.
  return JSON.stringify(text);
}

function encodeArray(items: readonly unknown[], numbers: NumberRule, depth: number): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) text += (i === 0 ? '' : ',') + encode(items[i], numbers, depth);
  return `${text}]`;
}

function encodeObject(object: Record<string, unknown>, numbers: NumberRule, depth: number): string {
  let text = '{';
  for (const key of sortedKeys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    if (text.length > 1) text += ',';
    text += `${encodeString(key)}:${encode(value, numbers, depth)}`;
  }
  return `${text}}`;
}

/** UTF-16 order is code point order as long as no key has a surrogate. */
function sortedKeys(object: object): string[] {
  const keys = Object.keys(object);
  if (keys.length < 2) return keys;
  return keys.some((key) => /[\ud800-\udfff]/.test(key)) ? keys.toSorted(compareCodePoints) : keys.sort();
}

/** Orders strings by Unicode code point, which is the order of their UTF-8 bytes. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Where one of two units is a surrogate it stands for a code point above all others.
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}
