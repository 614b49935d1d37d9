import { Reply } from 'lucide-react';
import type { MessageContent, ReplyPreview } from '../../domain/timeline/timeline-item.ts';
import { useT, type Translate } from '../../i18n/i18n.ts';
import styles from './reply-preview.module.css';

export function contentLine(content: MessageContent, t: Translate): string {
  switch (content.type) {
    case 'text':
    case 'emote':
    case 'notice':
      return content.text.body.slice(0, 200);
    case 'media':
      return content.media.name;
    case 'redacted':
      return t('timeline.deleted');
    case 'undecryptable':
      return t(`timeline.undecryptable.${content.reason}`);
    case 'unknown':
      return content.body ?? content.eventType;
  }
}

export function ReplyPreviewLine(props: { reply: ReplyPreview; onGo(eventId: string): void; accountKey: string; roomId: string }) {
  const t = useT();
  const { reply } = props;
  return (
    <button type="button" className={styles.reply} title={t('timeline.goToReply')} onClick={() => props.onGo(reply.eventId)}>
      <Reply aria-hidden />
      {reply.sender && <bdi className={styles.name}>{reply.sender.name}</bdi>}
      <span className={styles.text}>{reply.content ? contentLine(reply.content, t) : t('common.loading')}</span>
    </button>
  );
}
