/** Addresses of rooms as people type them. */
import { isRoomAlias, isRoomId, isServerName, isUserId } from '@nexuscomm/spec/identifiers/parse.ts';
import { parseMatrixLink } from '../messages/permalinks.ts';

/** What stands for a room's name in an address: `#plans-for-2027:example.org`. */
export function aliasLocalpart(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 100);
}

/** What was typed as an address of this server: `plans`, `#plans` or `#plans:example.org`. undefined: it will not do. */
export function localAlias(text: string, serverName: string): { readonly localpart: string; readonly alias: string } | undefined {
  let localpart = text.trim().replace(/^#/, '');
  if (localpart.endsWith(`:${serverName}`)) localpart = localpart.slice(0, -serverName.length - 1);
  if (localpart === '' || /[\s:#]/.test(localpart)) return undefined;
  const alias = `#${localpart}:${serverName}`;
  return isRoomAlias(alias) ? { localpart, alias } : undefined;
}

export type JoinTarget =
  | { readonly kind: 'room'; readonly room: string; readonly via: readonly string[]; readonly eventId: string | undefined }
  | { readonly kind: 'user'; readonly userId: string };

/** An alias, room id, user id, matrix.to or matrix: link; `plans:example.org` is taken for an alias. */
export function parseJoinTarget(text: string): JoinTarget | undefined {
  const typed = text.trim();
  const link = parseMatrixLink(typed);
  if (link?.kind === 'user') return { kind: 'user', userId: link.userId };
  if (link) return { kind: 'room', room: link.room, via: link.via, eventId: link.kind === 'event' ? link.eventId : undefined };
  if (isUserId(typed)) return { kind: 'user', userId: typed };
  if (isRoomAlias(typed) || isRoomId(typed)) return { kind: 'room', room: typed, via: [], eventId: undefined };
  const guessed = `#${typed}`;
  return /^[^\s:/@!#]+:[^\s/]+$/.test(typed) && isRoomAlias(guessed) ? { kind: 'room', room: guessed, via: [], eventId: undefined } : undefined;
}

/** A server's name as typed, with or without `https://`; undefined if it is none. */
export function typedServerName(text: string): string | undefined {
  const name = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return /[.:]|^localhost$/.test(name) && isServerName(name) ? name : undefined;
}
