/** Identifiers (Appendices, "Identifier grammar"): what others made is read leniently, what is made here strictly. */
import { invalidParam } from '../errors.ts';
import type { EventId, MxcUri, RoomAlias, RoomId, ServerName, UserId } from './types.ts';

/** Bytes in an identifier at most, sigil and server name included. */
export const MAX_ID_BYTES = 255;

const SERVER_NAME = /^(?:(?:\d{1,3}\.){3}\d{1,3}|\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,255})(?::\d{1,5})?$/;
const NEW_LOCALPART = /^[a-z0-9._=/+-]+$/;
const OPAQUE = /^[0-9A-Za-z_-]{1,254}$/;
const encoder = new TextEncoder();

function fits(id: string): boolean {
  return id.length <= MAX_ID_BYTES && (id.length * 3 <= MAX_ID_BYTES || encoder.encode(id).length <= MAX_ID_BYTES);
}

export function isServerName(text: string): text is ServerName {
  return SERVER_NAME.test(text);
}

/** A sigil, a localpart and a server name. The localpart may be anything but NUL, as older servers made it. */
function hasParts(text: string, sigil: string, emptyLocalpart: boolean): boolean {
  if (!text.startsWith(sigil) || !fits(text) || text.includes('\u0000') || !text.isWellFormed()) return false;
  const colon = text.indexOf(':');
  return colon > (emptyLocalpart ? 0 : 1) && isServerName(text.slice(colon + 1));
}

/** Historical localparts are accepted, the empty one too, as the specification asks for users of other servers. */
export const isUserId = (text: string): text is UserId => hasParts(text, '@', true);
export const isRoomAlias = (text: string): text is RoomAlias => hasParts(text, '#', false);
/** Before room version 12 `!opaque:server`, since then `!` and a hash. */
export const isRoomId = (text: string): text is RoomId => hasParts(text, '!', false) || (text.startsWith('!') && OPAQUE.test(text.slice(1)));
/** Room versions 1 and 2 `$opaque:server`, since then `$` and a hash (version 3 in standard Base64). */
export const isEventId = (text: string): text is EventId => hasParts(text, '$', false) || /^\$[0-9A-Za-z_/+-]{1,254}$/.test(text);

export function parseServerName(text: string): ServerName {
  if (!isServerName(text)) throw invalidParam(`"${text.slice(0, 80)}" is not a server name.`);
  return text;
}
export function parseUserId(text: string): UserId {
  if (!isUserId(text)) throw invalidParam(`"${text.slice(0, 80)}" is not a user id, which looks like @name:server.`);
  return text;
}
export function parseRoomId(text: string): RoomId {
  if (!isRoomId(text)) throw invalidParam(`"${text.slice(0, 80)}" is not a room id.`);
  return text;
}
export function parseRoomAlias(text: string): RoomAlias {
  if (!isRoomAlias(text)) throw invalidParam(`"${text.slice(0, 80)}" is not a room alias, which looks like #name:server.`);
  return text;
}
export function parseEventId(text: string): EventId {
  if (!isEventId(text)) throw invalidParam(`"${text.slice(0, 80)}" is not an event id.`);
  return text;
}

/** The server and media id of `mxc://server/media`; undefined if it is not one. */
export function readMxcUri(text: string): { readonly serverName: ServerName; readonly mediaId: string; readonly uri: MxcUri } | undefined {
  const match = /^mxc:\/\/([^/]+)\/([0-9A-Za-z_-]{1,255})$/.exec(text);
  if (!match || !isServerName(match[1]!)) return undefined;
  return { serverName: match[1], mediaId: match[2]!, uri: text as MxcUri };
}

/** What follows the first colon: the server that made the identifier. Empty for ids without a server. */
export function serverNameOf(id: string): ServerName {
  const colon = id.indexOf(':');
  return (colon === -1 ? '' : id.slice(colon + 1)) as ServerName;
}

/** What stands between the sigil and the first colon. */
export function localpartOf(id: string): string {
  const colon = id.indexOf(':');
  return id.slice(1, colon === -1 ? undefined : colon);
}

/** The grammar for localparts of new users. */
export function isValidNewLocalpart(localpart: string, serverName: string): boolean {
  return NEW_LOCALPART.test(localpart) && fits(`@${localpart}:${serverName}`);
}

/** The user id of a local user. */
export function userIdOf(localpart: string, serverName: ServerName): UserId {
  return `@${localpart}:${serverName}` as UserId;
}
