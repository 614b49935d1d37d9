/** Where a page of the inbox ends. Opaque to clients. */
import { invalidParam } from '@nexuscomm/spec/errors.ts';

export interface InboxToken {
  /** The order is that of this position, when the first page was asked for: what moves up meanwhile keeps its place. */
  readonly upto: number;
  /** position of the activity of the last room that was told */
  readonly key: number;
  readonly roomNid: number;
}

export function formatInboxToken({ upto, key, roomNid }: InboxToken): string {
  return `i${upto}_${key}_${roomNid}`;
}

export function parseInboxToken(text: string): InboxToken {
  const match = /^i(\d{1,15})_(\d{1,15})_(\d{1,15})$/.exec(text);
  if (!match) throw invalidParam('That token was not issued by this server.');
  return { upto: Number(match[1]), key: Number(match[2]), roomNid: Number(match[3]) };
}
