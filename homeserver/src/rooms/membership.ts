/** Memberships as the integers of table `member`. */

export const MEMBERSHIPS = ['', 'join', 'invite', 'knock', 'leave', 'ban'] as const;
export type Membership = 'join' | 'invite' | 'knock' | 'leave' | 'ban';

export const JOIN = 1;
export const INVITE = 2;
export const KNOCK = 3;
export const LEAVE = 4;
export const BAN = 5;

/** The integer of a membership; undefined for a value outside the specification. */
export function membershipCode(membership: unknown): number | undefined {
  const code = MEMBERSHIPS.indexOf(membership as (typeof MEMBERSHIPS)[number]);
  return code > 0 ? code : undefined;
}

export function membershipName(code: number): Membership {
  return MEMBERSHIPS[code] as Membership;
}

/** What the room knows of one user's membership. */
export interface Member {
  readonly userNid: number;
  /** JOIN, INVITE, KNOCK, LEAVE or BAN */
  readonly membership: number;
  /** the membership event in force */
  readonly nid: number;
  readonly pos: number;
  /** position at which this membership began: changes of name and picture keep it */
  readonly since: number;
  readonly senderNid: number;
  /** string-table id of the server that the user is of */
  readonly serverNid: number;
}
