/** The hostile messages of `client-web/fixtures`, as they would arrive. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text, or its parts: a pair is a text and how often it is repeated. */
type Written = string | readonly (string | readonly [string, number])[];

export interface HostileMessage {
  readonly id: string;
  /** `html` is a formatted_body, `svg` the content of an upload. */
  readonly kind: 'html' | 'body' | 'display-name' | 'file-name' | 'svg';
  /** Names may be anything but text. */
  readonly value: unknown;
  readonly expect?: {
    /** All that is read of it. */
    readonly text?: string;
    readonly problem?: string;
    readonly warning?: string;
    readonly noLink?: boolean;
    readonly noImage?: boolean;
    readonly noPill?: boolean;
    /** Of names: what is left; null for nothing. */
    readonly shown?: string | null;
  };
}

export function expandWritten(written: Written): string {
  if (typeof written === 'string') return written;
  return written.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('');
}

const FILE = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures', 'hostile-messages.json');

export function hostileMessages(kind: HostileMessage['kind']): readonly HostileMessage[] {
  const all = JSON.parse(readFileSync(FILE, 'utf8')) as HostileMessage[];
  return all
    .filter((message) => message.kind === kind)
    .map((message) => (Array.isArray(message.value) ? { ...message, value: expandWritten(message.value as Written) } : message));
}
