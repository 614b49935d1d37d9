/** The second line of a conversation in the list. */
import type { Conversation } from '../../domain/inbox/conversation.ts';
import type { Translate } from '../../i18n/i18n.ts';

export function previewOf(row: Conversation, t: Translate): string {
  if (row.membership === 'invite') return row.inviter ? t('inbox.invitedBy', { name: row.inviter.name }) : t('inbox.invited');
  if (row.membership === 'knock') return t('inbox.knocking');
  const { last } = row;
  if (!last) return row.topic ?? t('inbox.noMessages');
  switch (last.kind) {
    case 'state':
      return row.topic ?? t('inbox.noMessages');
    case 'redacted':
      return t('inbox.preview.redacted');
    case 'encrypted':
      return t('inbox.preview.encrypted');
    case 'text': {
      const text = last.text || t('inbox.preview.blank');
      if (last.mine) return t('inbox.you', { text });
      return row.kind === 'direct' && !row.thread ? text : t('inbox.from', { name: last.senderName, text });
    }
    case 'emote':
      return `${last.senderName} ${last.text}`;
    default: {
      if (last.mine) return t('inbox.you', { text: t(`inbox.threadRoot.${last.kind}`) });
      const what = t(`inbox.preview.${last.kind}`);
      return `${last.senderName} ${what}`;
    }
  }
}
