/**
 * Links to users, rooms and events (Appendices, "URIs"): `https://matrix.to/#/...` and `matrix:...`. What others sent is read
 * leniently where the specification asks for it (unencoded sigils and slashes), and refused where it is no identifier.
 */
import { isEventId, isRoomAlias, isRoomId, isServerName, isUserId } from '@nexuscomm/spec/identifiers/parse.ts';

export type MatrixLink =
  | { readonly kind: 'user'; readonly userId: string; readonly via: readonly string[]; readonly action: 'chat' | undefined }
  /** `room` is a room id or an alias. */
  | { readonly kind: 'room'; readonly room: string; readonly via: readonly string[]; readonly action: 'join' | undefined }
  | { readonly kind: 'event'; readonly room: string; readonly eventId: string; readonly via: readonly string[] };

/** UTF-16 units: two identifiers of 255 bytes, percent-encoded, and some servers. */
export const MAX_LINK_LENGTH = 4_096;
/** Servers to join through; more would only make the request longer. */
export const MAX_VIA = 10;

/** 255 bytes, each percent-encoded. */
const MAX_ENCODED_ID = 765;

const MATRIX_TO = /^https?:\/\/(?:www\.)?matrix\.to\/?#\/(.+)$/is;
const MATRIX_URI = /^matrix:(?!\/)(.+)$/is;
/** No identifier that means well has control characters, line breaks or characters that turn the direction. */
const UNFIT = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]/u;

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text);
    return UNFIT.test(plain) ? undefined : plain;
  } catch {
    return undefined;
  }
}

const isRoom = (id: string): boolean => isRoomId(id) || isRoomAlias(id);

function readVia(query: URLSearchParams): readonly string[] {
  return [...new Set(query.getAll('via').filter((server) => isServerName(server)))].slice(0, MAX_VIA);
}

function linkTo(id: string, eventId: string | undefined, query: URLSearchParams): MatrixLink | undefined {
  const via = readVia(query);
  const action = query.get('action');
  if (eventId !== undefined) return isRoom(id) && isEventId(eventId) ? { kind: 'event', room: id, eventId, via } : undefined;
  if (isUserId(id)) return { kind: 'user', userId: id, via, action: action === 'chat' ? action : undefined };
  return isRoom(id) ? { kind: 'room', room: id, via, action: action === 'join' ? action : undefined } : undefined;
}

/** Slashes within identifiers are not always encoded: where the rest looks like an event id the path is split, otherwise it is one identifier. */
function readPath(path: string, query: URLSearchParams): MatrixLink | undefined {
  for (let slash = path.indexOf('/'); slash !== -1 && slash <= MAX_ENCODED_ID; slash = path.indexOf('/', slash + 1)) {
    if (!/^(?:\$|%24)/.test(path.slice(slash + 1, slash + 4))) continue;
    const link = linkTo(decoded(path.slice(0, slash)) ?? '', decoded(path.slice(slash + 1)) ?? '', query);
    if (link) return link;
  }
  return linkTo(decoded(path) ?? '', undefined, query);
}

function parseMatrixTo(rest: string): MatrixLink | undefined {
  const mark = rest.lastIndexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : rest.slice(mark + 1));
  return readPath(path, query) ?? (path.endsWith('/') ? readPath(path.replace(/\/+$/, ''), query) : undefined);
}

/** The last two are from while the scheme was being made, and are still read. */
const SIGILS: Readonly<Record<string, string>> = { u: '@', r: '#', roomid: '!', user: '@', room: '#' };

function parseMatrixUri(rest: string): MatrixLink | undefined {
  const [hierarchy = '', ...queries] = (rest.split('#', 1)[0] ?? '').split('?');
  const [type = '', ...segments] = hierarchy.split('/');
  const sigil = Object.hasOwn(SIGILS, type) ? SIGILS[type] : undefined;
  const query = new URLSearchParams(queries.join('?'));
  if (!sigil || segments.length === 0) return undefined;
  if (sigil === '@' || segments.length === 1) {
    const id = decoded(segments.join('/'));
    return id === undefined ? undefined : linkTo(`${sigil}${id}`, undefined, query);
  }
  const [room = '', event, ...rests] = segments;
  const id = decoded(room);
  const eventId = decoded(rests.join('/'));
  if ((event !== 'e' && event !== 'event') || id === undefined || eventId === undefined) return undefined;
  return linkTo(`${sigil}${id}`, `$${eventId}`, query);
}

/** What the link leads to; undefined if it is not a link into Matrix, or a broken one. */
export function parseMatrixLink(uri: string): MatrixLink | undefined {
  const text = uri.trim();
  if (text.length > MAX_LINK_LENGTH) return undefined;
  const matrixTo = MATRIX_TO.exec(text);
  if (matrixTo) return parseMatrixTo(matrixTo[1]!);
  const matrixUri = MATRIX_URI.exec(text);
  return matrixUri ? parseMatrixUri(matrixUri[1]!) : undefined;
}

/** What `encodeURIComponent` leaves though Markdown and link finders trip over it is encoded, what is only clutter is not. */
function encoded(id: string): string {
  return encodeURIComponent(id)
    .replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%40', '@')
    .replaceAll('%3A', ':')
    .replaceAll('%24', '$');
}

function queryOf(link: MatrixLink): string {
  const parts = link.via.map((server) => `via=${encodeURIComponent(server)}`);
  if (link.kind !== 'event' && link.action) parts.push(`action=${link.action}`);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/** The form that goes into messages: every client knows it. */
export function makeMatrixToLink(link: MatrixLink): string {
  const id = link.kind === 'user' ? link.userId : link.room;
  return `https://matrix.to/#/${encoded(id)}${link.kind === 'event' ? `/${encoded(link.eventId)}` : ''}${queryOf(link)}`;
}

/** The form that opens in whatever client the system has for Matrix. */
export function makeMatrixUri(link: MatrixLink): string {
  const id = link.kind === 'user' ? link.userId : link.room;
  const type = { '@': 'u', '#': 'r', '!': 'roomid' }[id[0]!]!;
  return `matrix:${type}/${encoded(id.slice(1))}${link.kind === 'event' ? `/e/${encoded(link.eventId.slice(1))}` : ''}${queryOf(link)}`;
}

export const linkToUser = (userId: string): string => makeMatrixToLink({ kind: 'user', userId, via: [], action: undefined });
