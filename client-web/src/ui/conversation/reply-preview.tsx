import { Reply } from 'lucide-react';
import type { ReplyPreview } from '../../domain/timeline/timeline-item.ts';
import { useT } from '../../i18n/i18n.ts';
import { identityColour } from '../identity-colour.ts';
import { contentLine } from './content-line.ts';
import { useConversationPlace } from './conversation-context.ts';
import { MediaThumb } from './media-thumb.tsx';
import styles from './reply-preview.module.css';

export { contentLine };

export function ReplyPreviewLine({ reply, accountKey }: { readonly reply: ReplyPreview; readonly accountKey: string }) {
  const t = useT();
  const place = useConversationPlace();
  const { content, sender } = reply;
  const style = sender && ({ '--name': identityColour(sender.userId) } as React.CSSProperties);
  return (
    <button type="button" className={styles.reply} style={style} title={t('timeline.goToReply')} onClick={() => place?.goTo(reply.eventId)}>
      <Reply aria-hidden />
      {content?.type === 'media' && <MediaThumb media={content.media} accountKey={accountKey} />}
      {sender && <bdi className={styles.name}>{sender.name}</bdi>}
      <span className={styles.text} dir="auto">
        {content ? contentLine(content, t) : t('common.loading')}
      </span>
    </button>
  );
}
