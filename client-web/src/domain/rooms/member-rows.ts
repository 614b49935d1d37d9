/** The members of a room as rows of a list: grouped by role, found by what is typed. */
import { fold } from '@nexuscomm/spec/fold-text.ts';
import { roleOf, type Role } from './power-levels.ts';

export type Presence = 'online' | 'away' | 'busy' | 'offline';

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
  readonly membership: 'join' | 'invite' | 'knock' | 'ban';
  readonly level: number;
  /** undefined where nobody tells it */
  readonly presence: Presence | undefined;
  /** Why they ask to be let in, or were banned. */
  readonly reason: string | undefined;
}

export type MemberGroup = 'knock' | Role | 'invite' | 'ban';
export type MemberRow =
  | { readonly kind: 'group'; readonly group: MemberGroup; readonly count: number }
  | { readonly kind: 'member'; readonly group: MemberGroup; readonly member: Member };

/** Who asks to be let in waits for an answer, so they come first. */
const ORDER: readonly MemberGroup[] = ['knock', 'owner', 'admin', 'moderator', 'member', 'invite', 'ban'];

/** Digits: longer numbers in names are no numbers. */
const NUMBER_WIDTH = 12;
/** "Desk 2" comes before "Desk 10". */
const sortKey = (folded: string): string => (/\d/.test(folded) ? folded.replaceAll(/\d+/g, (digits) => digits.padStart(NUMBER_WIDTH, '0')) : folded);

const groupOf = ({ membership, level }: Member): MemberGroup => (membership === 'join' ? roleOf(level) : membership);

/** Rooms have tens of thousands of members: one pass, and keys that are compared as they are. */
export function memberRows(members: readonly Member[], typed: string): MemberRow[] {
  const wanted = fold(typed.trim());
  const groups = new Map<MemberGroup, { readonly key: string; readonly member: Member }[]>(ORDER.map((group) => [group, []]));
  for (const member of members) {
    const name = fold(member.name);
    if (wanted !== '' && !name.includes(wanted) && !member.userId.toLowerCase().includes(wanted)) continue;
    groups.get(groupOf(member))!.push({ key: sortKey(name), member });
  }
  return ORDER.flatMap((group) => {
    const found = groups.get(group)!;
    if (found.length === 0) return [];
    found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.member.userId < b.member.userId ? -1 : 1));
    return [{ kind: 'group', group, count: found.length } as const, ...found.map(({ member }) => ({ kind: 'member', group, member }) as const)];
  });
}
