/**
 * Sync tokens: the position up to which a client has been told, and, when to-device messages were held back because
 * there were too many for one answer, the position up to which it has those. Opaque to clients.
 */
import { invalidParam } from '@nexuscomm/spec/errors.ts';

export interface SyncToken {
  readonly pos: number;
  readonly toDevice: number;
}

export function formatSyncToken({ pos, toDevice }: SyncToken): string {
  return toDevice === pos ? `s${pos}` : `s${pos}_${toDevice}`;
}

export function parseSyncToken(text: string): SyncToken {
  const match = /^s(\d{1,15})(?:_(\d{1,15}))?$/.exec(text);
  if (!match) throw invalidParam('That sync token was not issued by this server.');
  const pos = Number(match[1]);
  return { pos, toDevice: match[2] === undefined ? pos : Number(match[2]) };
}
