/**
 * Parses JSON from chunks of bytes. The outermost two levels are built as they come, everything below is cut out and parsed
 * value by value: an answer like `{"state": [event, ...]}` of any size costs no long pause and is never held as one text.
 */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import type { JsonValue } from '@nexuscomm/spec/json.ts';
import { parseJson } from '@nexuscomm/spec/parse-json.ts';

type Container = { kind: 'object'; value: Record<string, JsonValue>; key: string } | { kind: 'array'; value: JsonValue[] };
/** What may come next: a value, the first value or key or the end, a key, the colon, or what follows a value. */
type Expect = 'value' | 'first' | 'key' | 'colon' | 'next' | 'nothing';

const LEVELS = 2;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COMMA, COLON] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const notJson = (): MatrixError => new MatrixError('M_NOT_JSON', 400, 'The answer is not valid JSON.');

export class JsonStreamParser {
  readonly #open: Container[] = [];
  #expect: Expect = 'value';
  #result: JsonValue | undefined;
  /** the value that is being cut out: its bytes of earlier chunks; undefined: none is */
  #parts: Uint8Array[] | undefined;
  #leaf: 'text' | 'nested' | 'plain' = 'plain';
  #depth = 0;
  #inText = false;
  #escaped = false;

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let i = 0; i < chunk.length;) {
      if (this.#parts) {
        const end = this.#leafEnd(chunk, i);
        if (end === -1) break;
        this.#finishLeaf(chunk.subarray(start, end));
        i = end;
        continue;
      }
      const byte = chunk[i]!;
      if (isSpace(byte) || this.#structure(byte)) i++;
      else {
        start = i;
        this.#beginLeaf(byte);
        if (this.#leaf !== 'plain') i++;
      }
    }
    this.#parts?.push(chunk.subarray(start));
  }

  end(): JsonValue {
    if (this.#parts && this.#leaf === 'plain') this.#finishLeaf(new Uint8Array());
    if (this.#expect !== 'nothing' || this.#parts) throw notJson();
    return this.#result!;
  }

  /** Takes what belongs to the outer levels; false if a value begins here. */
  #structure(byte: number): boolean {
    const top = this.#open.at(-1);
    const expect = this.#expect;
    if (byte === COLON && expect === 'colon') this.#expect = 'value';
    else if (byte === COMMA && expect === 'next' && top) this.#expect = top.kind === 'object' ? 'key' : 'value';
    else if (byte === CLOSE_OBJECT && top?.kind === 'object' && (expect === 'next' || expect === 'first')) this.#close();
    else if (byte === CLOSE_ARRAY && top?.kind === 'array' && (expect === 'next' || expect === 'first')) this.#close();
    else if (byte === OPEN_OBJECT && this.#takesContainer()) this.#begin({ kind: 'object', value: {}, key: '' });
    else if (byte === OPEN_ARRAY && this.#takesContainer()) this.#begin({ kind: 'array', value: [] });
    else return false;
    return true;
  }

  #takesContainer(): boolean {
    return this.#open.length < LEVELS && this.#takesValue();
  }

  #takesValue(): boolean {
    return this.#expect === 'value' || (this.#expect === 'first' && this.#open.at(-1)!.kind === 'array');
  }

  #begin(container: Container): void {
    this.#open.push(container);
    this.#expect = 'first';
  }

  #close(): void {
    this.#add(this.#open.pop()!.value);
  }

  #add(value: JsonValue): void {
    const top = this.#open.at(-1);
    this.#expect = top ? 'next' : 'nothing';
    if (!top) this.#result = value;
    else if (top.kind === 'array') top.value.push(value);
    // An own member, whatever its name: `__proto__` too.
    else Object.defineProperty(top.value, top.key, { value, enumerable: true, configurable: true, writable: true });
  }

  #beginLeaf(byte: number): void {
    const isKey = this.#expect === 'key' || (this.#expect === 'first' && this.#open.at(-1)!.kind === 'object');
    if (isKey ? byte !== QUOTE : !this.#takesValue()) throw notJson();
    this.#parts = [];
    this.#leaf = byte === QUOTE ? 'text' : byte === OPEN_OBJECT || byte === OPEN_ARRAY ? 'nested' : 'plain';
    this.#depth = this.#leaf === 'nested' ? 1 : 0;
    this.#inText = byte === QUOTE;
    this.#escaped = false;
  }

  /** Where the value ends in this chunk, or -1. */
  #leafEnd(chunk: Uint8Array, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#inText = false;
          if (this.#leaf === 'text') return i + 1;
        }
      } else if (this.#leaf === 'plain') {
        if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || isSpace(byte)) return i;
      } else if (byte === QUOTE) this.#inText = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --this.#depth === 0) return i + 1;
    }
    return -1;
  }

  #finishLeaf(last: Uint8Array): void {
    const bytes = this.#parts!.length === 0 ? Buffer.from(last.buffer, last.byteOffset, last.length) : Buffer.concat([...this.#parts!, last]);
    this.#parts = undefined;
    const value = parseJson(bytes.toString('utf8'));
    const top = this.#open.at(-1);
    if (top?.kind === 'object' && this.#expect !== 'value') {
      top.key = value as string;
      this.#expect = 'colon';
    } else this.#add(value);
  }
}
