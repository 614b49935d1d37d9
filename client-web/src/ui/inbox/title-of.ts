/** How a conversation is called in a sentence, and what stands for a thread in the list. */
import type { Conversation, ThreadPart } from '../../domain/inbox/conversation.ts';
import type { Translate } from '../../i18n/i18n.ts';

export const titleOf = (row: Conversation, t: Translate): string =>
  row.thread ? t('inbox.threadName', { room: row.name, text: rootOf(row.thread, t) }) : row.name;

/** The first message of a thread in one line. */
export function rootOf({ rootText, rootKind }: ThreadPart, t: Translate): string {
  if (rootText !== '') return rootText;
  switch (rootKind) {
    case 'text':
    case 'emote':
    case 'state':
      return t('timeline.thread');
    case 'encrypted':
    case 'redacted':
      return t(`inbox.preview.${rootKind}`);
    default:
      return t(`inbox.threadRoot.${rootKind}`);
  }
}
