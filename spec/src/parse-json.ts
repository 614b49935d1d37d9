/**
 * Reading JSON from the wire. `JSON.parse` keeps `__proto__` as an own member, but it can't tell 1.0 from 1, and a deeply
 * nested text makes trouble for whatever walks the value.
 */
import { MatrixError } from './errors.ts';
import type { JsonValue } from './json.ts';

/** Nesting that is read at most; deeper texts are refused with M_BAD_JSON. */
export const MAX_JSON_DEPTH = 256;

/** Anything that could be a number of other than plain integer form, or out of range; strings may match too. */
const SUSPECT_NUMBER = /\d[.eE]|-0|\d{16}/;
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;

/** Parses JSON of any kind. Throws MatrixError: M_NOT_JSON, or M_BAD_JSON if it is nested too deep. */
export function parseJson(text: string): JsonValue {
  if (isTooDeep(text)) throw new MatrixError('M_BAD_JSON', 400, `The JSON is nested more than ${MAX_JSON_DEPTH} deep.`);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new MatrixError('M_NOT_JSON', 400, 'The request body is not valid JSON.');
  }
}

/**
 * Parses JSON that becomes (part of) an event: numbers are judged by their source text, so 1.0, 1e2 and -0 are refused
 * like 1.5 and 2^53, and strings must have a UTF-8 form. Throws MatrixError: M_NOT_JSON or M_BAD_JSON.
 */
export function parseEventJson(text: string): JsonValue {
  const value = parseJson(text);
  if (SUSPECT_NUMBER.test(text)) checkNumbers(text);
  if (ESCAPED_SURROGATE.test(text) || !text.isWellFormed()) checkStrings(value);
  return value;
}

/** Walks the tokens of a valid JSON text and refuses numbers that canonical JSON does not have. */
function checkNumbers(text: string): void {
  // By hand: a pattern for strings takes stack for each escape, of which a text may have millions.
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === BACKSLASH) i++;
      else if (unit === QUOTE) inString = false;
      continue;
    }
    if (unit === QUOTE) inString = true;
    if (!isOfNumber(unit)) continue;
    const start = i;
    while (isOfNumber(text.charCodeAt(i + 1))) i++;
    const found = text.slice(start, i + 1);
    // The letters of true, false and null are no numbers.
    if (!/\d/.test(found)) continue;
    if (!/^-?\d+$/.test(found) || found === '-0' || !Number.isSafeInteger(Number(found))) {
      throw new MatrixError('M_BAD_JSON', 400, `${found.slice(0, 40)} can't be in an event: numbers must be integers between -(2^53)+1 and 2^53-1.`);
    }
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Digits, and `+`, `-`, `.`, `E` and `e`. */
function isOfNumber(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x2b || unit === 0x2d || unit === 0x2e || unit === 0x45 || unit === 0x65;
}

function checkStrings(value: JsonValue): void {
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string' && !next.isWellFormed()) {
      throw new MatrixError('M_BAD_JSON', 400, 'A string has a lone surrogate, which UTF-8 cannot carry.');
    }
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, inner] of Object.entries(next)) {
      open.push(key);
      if (inner !== undefined && inner !== null) open.push(inner);
    }
  }
}

/** Counts brackets outside strings; only texts with many brackets are looked at. */
function isTooDeep(text: string): boolean {
  if (text.length <= MAX_JSON_DEPTH) return false;
  let depth = 0;
  let deepest = 0;
  let inString = false;
  let opened = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5b || unit === 0x7b) opened++;
  }
  if (opened <= MAX_JSON_DEPTH) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === BACKSLASH) i++;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) inString = true;
    else if (unit === 0x5b || unit === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return deepest > MAX_JSON_DEPTH;
}
