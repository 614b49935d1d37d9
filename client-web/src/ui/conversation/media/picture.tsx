import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import type { MediaContent } from '../../../domain/timeline/timeline-item.ts';
import { useT } from '../../../i18n/i18n.ts';
import { classNames } from '../../class-names.ts';
import { Blur } from './blur.tsx';
import { shownSize } from './media-size.ts';
import styles from './media.module.css';
import { usePicture } from './use-picture.ts';

export interface PictureProps {
  readonly media: MediaContent;
  readonly accountKey: string;
  readonly onOpen: (() => void) | undefined;
}

export function Picture({ media, accountKey, onOpen }: PictureProps) {
  const t = useT();
  const size = shownSize(media);
  const { src, failed, onError, retry, attempt } = usePicture(media, accountKey, size);
  const [loaded, setLoaded] = useState(false);
  const sticker = media.kind === 'sticker';
  if (failed) {
    return (
      <div className={styles.frame} style={{ width: size.width, aspectRatio: `${size.width} / ${size.height}` }}>
        <span className={styles.failed}>
          <ImageOff aria-hidden />
          <span>{t('timeline.media.failed')}</span>
          <button type="button" className={styles.retry} onClick={retry}>
            {t('timeline.media.retry')}
          </button>
        </span>
      </div>
    );
  }
  const content = (
    <>
      {!loaded && media.blurhash !== undefined && <Blur hash={media.blurhash} ratio={size.width / size.height} />}
      {src !== undefined && (
        <img
          key={attempt}
          className={styles.picture}
          src={src}
          alt={t('timeline.media.image', { name: media.name })}
          decoding="async"
          onLoad={() => setLoaded(true)}
          onError={onError}
        />
      )}
    </>
  );
  const style = { width: size.width, aspectRatio: `${size.width} / ${size.height}` };
  if (sticker || !onOpen) {
    return (
      <div className={classNames(styles.frame, sticker && styles.sticker)} style={style} title={sticker ? media.name : undefined}>
        {content}
      </div>
    );
  }
  return (
    <button type="button" className={classNames(styles.frame, styles.opens)} style={style} title={media.name} onClick={onOpen}>
      {content}
    </button>
  );
}
