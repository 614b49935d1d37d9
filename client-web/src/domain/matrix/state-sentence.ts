/** What a state event says, as the name of a sentence (i18n `timeline.state.*`) and its values. undefined: nothing worth telling. */
import type { MatrixEvent, Room } from 'matrix-js-sdk';

import { safeName } from '../messages/safe-text.ts';

export interface StateSentence {
  readonly sentence: string;
  readonly values: Readonly<Record<string, string>>;
}

export function stateSentence(event: MatrixEvent, room: Room): StateSentence | undefined {
  const name = (userId: string | undefined): string => (userId === undefined ? '' : safeName(room.getMember(userId)?.name, userId));
  const who = name(event.getSender());
  const content = event.getContent();
  const text = (field: string): string => (typeof content[field] === 'string' ? (content[field] as string) : '');
  const tell = (sentence: string, values: Record<string, string> = {}): StateSentence => ({ sentence, values: { who, ...values } });
  switch (event.getType()) {
    case 'm.room.member':
      return member(event, who, name);
    case 'm.room.create':
      return tell('created');
    case 'm.room.name':
      return text('name') ? tell('name', { name: text('name') }) : tell('nameRemoved');
    case 'm.room.topic':
      return text('topic') ? tell('topic', { topic: text('topic') }) : tell('topicRemoved');
    case 'm.room.avatar':
      return tell(text('url') ? 'avatar' : 'avatarRemoved');
    case 'm.room.encryption':
      return tell('encrypted');
    case 'm.room.join_rules':
      return tell(
        `joinRule_${['public', 'invite', 'knock', 'restricted', 'knock_restricted'].includes(text('join_rule')) ? text('join_rule') : 'invite'}`,
      );
    case 'm.room.history_visibility':
      return tell(
        `history_${['world_readable', 'shared', 'invited', 'joined'].includes(text('history_visibility')) ? text('history_visibility') : 'shared'}`,
      );
    case 'm.room.guest_access':
      return tell(text('guest_access') === 'can_join' ? 'guestsAllowed' : 'guestsForbidden');
    case 'm.room.canonical_alias':
      return text('alias') ? tell('alias', { alias: text('alias') }) : tell('aliasRemoved');
    case 'm.room.pinned_events':
      return tell('pinned');
    case 'm.room.power_levels':
      return tell('powerLevels');
    case 'm.room.server_acl':
      return tell('serverAcl');
    case 'm.room.tombstone':
      return tell('upgraded');
    case 'm.space.child':
      return tell(Array.isArray(content['via']) ? 'spaceChildAdded' : 'spaceChildRemoved');
    default:
      return undefined;
  }
}

function member(event: MatrixEvent, who: string, name: (userId: string | undefined) => string): StateSentence | undefined {
  const target = event.getStateKey();
  const content = event.getContent();
  const before = event.getPrevContent();
  const self = target === event.getSender();
  const targetName = name(target);
  const reason = typeof content['reason'] === 'string' ? content['reason'] : '';
  const tell = (sentence: string, values: Record<string, string> = {}): StateSentence => ({
    sentence,
    values: { who, target: targetName, reason, ...values },
  });
  switch (content['membership']) {
    case 'invite':
      return tell('invited');
    case 'knock':
      return tell('knocked');
    case 'ban':
      return tell(reason ? 'bannedBecause' : 'banned');
    case 'join': {
      if (before['membership'] !== 'join') return tell('joined', { target: safeName(content['displayname'], targetName) });
      if (before['displayname'] !== content['displayname']) {
        return content['displayname']
          ? tell('displayName', { from: safeName(before['displayname'], target ?? ''), to: safeName(content['displayname'], target ?? '') })
          : tell('displayNameRemoved', { from: safeName(before['displayname'], target ?? '') });
      }
      if (before['avatar_url'] !== content['avatar_url']) return tell('memberAvatar');
      return undefined;
    }
    case 'leave':
      if (self) return tell(before['membership'] === 'invite' ? 'rejectedInvite' : before['membership'] === 'knock' ? 'withdrewKnock' : 'left');
      if (before['membership'] === 'ban') return tell('unbanned');
      if (before['membership'] === 'invite') return tell('withdrewInvite');
      if (before['membership'] === 'knock') return tell('deniedKnock');
      return tell(reason ? 'removedBecause' : 'removed');
    default:
      return undefined;
  }
}
