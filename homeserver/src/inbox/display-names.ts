/**
 * What rooms and users are called (Client-Server API, "Calculating the display name for a room", "... for a user"), in the
 * words of matrix-js-sdk, so that nothing is renamed once that has loaded.
 */

export interface NamedUser {
  readonly userId: string;
  /** of their membership; anything that a server may have sent */
  readonly displayName: unknown;
}

/** Invisible: a name of nothing else is none, and names that differ in nothing else are the same. */
const INVISIBLE = /[\u{300}-\u{36F}]|[\u2000-\u200F\u202A-\u202F\uFEFF\u061C\u2800\u2062-\u2063\s]/gu;
const DIRECTION_OVERRIDES = /[\u202D-\u202E]/g;
const DIRECTION = /[\u200E\u200F\u202A-\u202F]/;
const LIKE_USER_ID = /@.+:.+/;

const visible = (name: string): string => name.normalize('NFD').replaceAll(INVISIBLE, '');

/** A user's name; with others of that name, or if it looks like another's id, the id goes along. */
export function userName({ userId, displayName }: NamedUser, others: readonly NamedUser[] = []): string {
  if (typeof displayName !== 'string' || displayName === userId || visible(displayName) === '') return userId;
  const name = displayName.replaceAll(DIRECTION_OVERRIDES, '');
  const isSame = (other: NamedUser): boolean =>
    other.userId !== userId && typeof other.displayName === 'string' && visible(other.displayName) === visible(displayName);
  const unclear = LIKE_USER_ID.test(visible(displayName)) || DIRECTION.test(displayName) || others.some(isSame);
  return unclear ? `${name} (${userId})` : name;
}

export interface RoomNaming {
  /** content of m.room.name and m.room.canonical_alias */
  readonly name: unknown;
  readonly alias: unknown;
  readonly heroes: readonly NamedUser[];
  /** who is not counted as a person (`io.element.functional_members`) */
  readonly bots: ReadonlySet<string>;
  /** joined and invited, the user not counted */
  readonly others: number;
  readonly self: NamedUser;
}

export function roomName({ name, alias, heroes, bots, others, self }: RoomNaming): string {
  if (typeof name === 'string' && name !== '') return name;
  if (typeof alias === 'string' && alias !== '') return alias;
  const people = heroes.filter((hero) => !bots.has(hero.userId));
  const names = people.map((hero) => userName(hero, [...heroes, self]));
  const count = others - (heroes.length - people.length);
  if (count !== 0) return listed(names, count);
  return names.length === 0 ? EMPTY : `${EMPTY} (was ${listed(names, names.length + 1)})`;
}

const EMPTY = 'Empty room';

function listed([first, second, ...rest]: readonly string[], count: number): string {
  const further = count - 1;
  if (first === undefined) return EMPTY;
  if (second === undefined && further <= 1) return first;
  if (second !== undefined && rest.length === 0 && further <= 2) return `${first} and ${second}`;
  return further > 1 ? `${first} and ${further} others` : `${first} and 1 other`;
}
