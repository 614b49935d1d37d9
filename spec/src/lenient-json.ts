/**
 * Canonical JSON of what has numbers that canonical JSON does not know: whole requests are signed (Server-Server API,
 * "Request Authentication"), and one EDU with a float, or one event of an old room version, must not void the rest. Such
 * numbers keep the text they came with. Everything else is as in canonical-json.ts.
 */
import { compareCodePoints } from './canonical-json.ts';
import { MatrixError } from './errors.ts';
import { parseJson } from './parse-json.ts';

class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Numbers other than plain integers that JavaScript holds exactly; strings may match too. */
const SUSPECT_NUMBER = /\d[.eE]|-0|\d{16}/;

/** The canonical form of a JSON text. Throws MatrixError (M_NOT_JSON, M_BAD_JSON). */
export function canonicaliseJsonText(text: string): string {
  const value = parseJson(text);
  return encodeLenientJson(SUSPECT_NUMBER.test(text) ? (JSON.parse(text, keepNumbers as never) as unknown) : value);
}

function keepNumbers(_key: string, value: unknown, context: { readonly source: string }): unknown {
  return typeof value === 'number' && (!Number.isSafeInteger(value) || context.source !== String(value)) ? new NumberText(context.source) : value;
}

/** Encodes a JSON value; members that are undefined are left out. Throws M_BAD_JSON for what no JSON can carry. */
export function encodeLenientJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return encodeText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(encodeLenientJson).join(',')}]`;
  if (typeof value !== 'object') throw new MatrixError('M_BAD_JSON', 400, `A ${typeof value} is not JSON.`);
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  members.sort(([a], [b]) => compareCodePoints(a, b));
  return `{${members.map(([key, inner]) => `${encodeText(key)}:${encodeLenientJson(inner)}`).join(',')}}`;
}

function encodeText(text: string): string {
  if (!text.isWellFormed()) throw new MatrixError('M_BAD_JSON', 400, 'A string has a lone surrogate, which UTF-8 cannot carry.');
  return JSON.stringify(text);
}
