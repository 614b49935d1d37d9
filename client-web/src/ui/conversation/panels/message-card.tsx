/** A message in a list beside its conversation: who, when, what; pressed, it is shown where it was said. */
import { FileText, Image } from 'lucide-react';
import type { ReactNode } from 'react';
import { textOfContent } from '../../../domain/messages/preview-text.ts';
import type { ListedMessage } from '../../../domain/rooms/listed-message.ts';
import type { MessageContent } from '../../../domain/timeline/timeline-item.ts';
import { formatDateTime, formatShort } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { PersonAvatar } from '../person-avatar.tsx';
import { contentLine } from '../reply-preview.tsx';
import styles from './panel.module.css';

export interface MessageCardProps {
  readonly accountKey: string;
  readonly message: ListedMessage;
  readonly onOpen: () => void;
  readonly foot?: ReactNode;
  readonly corner?: ReactNode;
}

export function MessageCard({ accountKey, message, onOpen, foot, corner }: MessageCardProps) {
  const t = useT();
  const { sender, ts, content } = message;
  return (
    <article className={styles.card} data-event={message.eventId}>
      <button type="button" className={styles.open} onClick={onOpen}>
        <PersonAvatar accountKey={accountKey} person={sender} size={32} />
        <span className={styles.words}>
          <span className={styles.first}>
            <bdi className={styles.name}>{sender.name}</bdi>
            <time className={styles.time} title={formatDateTime(ts)}>
              {formatShort(ts)}
            </time>
          </span>
          <span className={styles.text}>
            {content.type === 'media' ? (
              <>
                {content.media.kind === 'image' ? <Image aria-hidden /> : <FileText aria-hidden />} {content.media.name}
              </>
            ) : (
              plain(content) || contentLine(content, t)
            )}
          </span>
          {foot}
        </span>
      </button>
      {corner !== undefined && <span className={styles.corner}>{corner}</span>}
    </article>
  );
}

/** Spoilers stay covered. */
function plain(content: MessageContent): string {
  if (content.type !== 'text' && content.type !== 'emote' && content.type !== 'notice') return '';
  const { body, html } = content.text;
  return textOfContent({ msgtype: 'm.text', body, ...(html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: html }) }).slice(
    0,
    600,
  );
}
