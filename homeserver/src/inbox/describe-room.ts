/** What a room of an inbox is, what it is called, whose face it has. */
import type { Static } from 'typebox';
import type { inboxEntry } from '@nexuscomm/spec/endpoints/nexuscomm/inbox.ts';
import type { UnreadCounts } from '../sync/sources.ts';
import { roomName, userName, type NamedUser } from './display-names.ts';
import type { RoomFacts } from './room-facts.ts';

export type InboxEntry = Static<typeof inboxEntry>;

const nonEmpty = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const hasName = (facts: RoomFacts): boolean =>
  nonEmpty(facts['m.room.name']?.['name']) || nonEmpty(facts['m.room.canonical_alias']?.['alias']);

/** What the room is, and whose face it has. */
export function faceOf(of: {
  readonly facts: RoomFacts;
  readonly isDirect: boolean;
  readonly otherId: string | undefined;
  readonly otherAvatar: unknown;
}): Pick<InboxEntry, 'kind' | 'avatar_url' | 'other_user_id'> {
  const { facts, isDirect, otherId, otherAvatar } = of;
  const isSpace = facts['m.room.create']?.['type'] === 'm.space';
  const avatar = [facts['m.room.avatar']?.['url'], isDirect ? otherAvatar : undefined].find(
    (url): url is string => typeof url === 'string' && url.startsWith('mxc://'),
  );
  return {
    kind: isSpace ? 'space' : isDirect ? 'direct' : 'room',
    ...(avatar === undefined ? {} : { avatar_url: avatar }),
    ...(isDirect && !isSpace && otherId !== undefined ? { other_user_id: otherId } : {}),
  };
}

/** The room's name, and whoever invited: a room that somebody is only invited to is called by them. */
export function nameOf(of: {
  readonly facts: RoomFacts;
  readonly heroes: readonly NamedUser[];
  readonly others: number;
  readonly self: NamedUser;
  readonly inviter: NamedUser | undefined;
  readonly isJoined: boolean;
}): Pick<InboxEntry, 'name' | 'inviter'> {
  const { facts, self, inviter, isJoined } = of;
  const name = roomName({
    name: facts['m.room.name']?.['name'],
    alias: facts['m.room.canonical_alias']?.['alias'],
    heroes: isJoined ? of.heroes : inviter ? [inviter] : [],
    bots: botsOf(facts),
    others: isJoined ? of.others : inviter ? 1 : 0,
    self,
  });
  return { name, ...(inviter ? { inviter: { user_id: inviter.userId, name: userName(inviter) } } : {}) };
}

export function total(unread: UnreadCounts | undefined): Pick<InboxEntry, 'notification_count' | 'highlight_count'> {
  const all = unread ? [unread, ...unread.threads.values()] : [];
  return {
    notification_count: all.reduce((sum, { notifications }) => sum + notifications, 0),
    highlight_count: all.reduce((sum, { highlights }) => sum + highlights, 0),
  };
}

function botsOf(facts: RoomFacts): ReadonlySet<string> {
  const bots = facts['io.element.functional_members']?.['service_members'];
  return new Set(Array.isArray(bots) ? bots.filter((bot) => typeof bot === 'string') : []);
}
