/** Over the field: what is answered, or that a message is being changed. */
import { Pencil, Reply, X } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { MediaThumb } from '../conversation/media-thumb.tsx';
import { contentLine } from '../conversation/content-line.ts';
import type { Quoted } from './composer-store.ts';
import styles from './context-banner.module.css';
import { ToolButton } from './format-toolbar.tsx';

export interface ContextBannerProps {
  readonly quoted: Quoted;
  readonly kind: 'reply' | 'edit';
  readonly accountKey: string;
  readonly onLeave: () => void;
}

export function ContextBanner({ quoted, kind, accountKey, onLeave }: ContextBannerProps) {
  const t = useT();
  const { sender, content } = quoted;
  return (
    <div className={styles.banner} data-kind={kind}>
      {kind === 'edit' ? <Pencil aria-hidden /> : <Reply aria-hidden />}
      {content.type === 'media' && <MediaThumb media={content.media} accountKey={accountKey} />}
      <span className={styles.words}>
        <span className={styles.title}>{kind === 'edit' ? t('composer.editing') : <bdi>{t('composer.replyingTo', { name: sender.name })}</bdi>}</span>
        <span className={styles.line} dir="auto">
          {contentLine(content, t)}
        </span>
      </span>
      <ToolButton label={kind === 'edit' ? t('composer.leaveEdit') : t('composer.leaveReply')} keys="Escape" onPress={onLeave}>
        <X aria-hidden />
      </ToolButton>
    </div>
  );
}
