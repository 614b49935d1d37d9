/** What a message says. */
import { Ban, KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { useT } from '../../i18n/i18n.ts';
import { Button } from '../primitives/button.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import { MessageMedia } from './message-media.tsx';
import styles from './message-body.module.css';
import { MessageTextView } from './message-text-view.tsx';

export interface MessageBodyProps {
  /** Behind the text: that it was edited. */
  readonly after: ReactNode;
  readonly item: MessageItem;
  readonly accountKey: string;
}

export function MessageBody({ item, accountKey, after }: MessageBodyProps) {
  const t = useT();
  const { content, eventId, key, ts } = item;
  const previewsOf = eventId === undefined ? undefined : { eventId, ts };
  switch (content.type) {
    case 'text':
      return <MessageTextView id={key} text={content.text} previewsOf={previewsOf} after={after} />;
    case 'notice':
      return (
        <div className={styles.notice}>
          <MessageTextView id={key} text={content.text} previewsOf={previewsOf} after={after} />
        </div>
      );
    case 'emote':
      return (
        <div className={styles.emote}>
          <bdi>{item.sender.name}</bdi> <MessageTextView id={key} text={content.text} after={after} />
        </div>
      );
    case 'media':
      return <MessageMedia media={content.media} accountKey={accountKey} eventId={eventId} after={after} />;
    case 'redacted':
      return (
        <p className={styles.quiet}>
          <Ban aria-hidden />
          {content.by && content.by.userId !== item.sender.userId ? t('timeline.deletedBy', { name: content.by.name }) : t('timeline.deleted')}
          {content.reason !== undefined && ` ${t('timeline.deletedBecause', { reason: content.reason })}`}
        </p>
      );
    case 'undecryptable':
      return (
        <p className={styles.quiet}>
          <KeyRound aria-hidden />
          {t(`timeline.undecryptable.${content.reason}`)}
          {(content.reason === 'no-backup' || content.reason === 'waiting-for-key' || content.reason === 'device-not-verified') && (
            <Button size="small" kind="quiet" onPress={() => openDialog('unlock', { accountKey })}>
              {t('encryption.unlock')}
            </Button>
          )}
        </p>
      );
    case 'unknown':
      return <p className={styles.quiet}>{content.body ?? t('timeline.unknownType', { type: content.eventType })}</p>;
  }
}
