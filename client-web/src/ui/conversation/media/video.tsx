import { Play } from 'lucide-react';
import { useState } from 'react';
import type { MediaContent } from '../../../domain/timeline/timeline-item.ts';
import { formatBytes, formatDuration } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { Spinner } from '../../primitives/spinner.tsx';
import { useMediaUrl } from '../../use-media.ts';
import { Blur } from './blur.tsx';
import { FileCard } from './file-card.tsx';
import { shownSize } from './media-size.ts';
import styles from './media.module.css';
import { useLocalUrl } from './use-local-url.ts';
import { usePicture } from './use-picture.ts';
import { VideoPlayer } from './video-player.tsx';

/** Its first frame until it is played: nothing of it is loaded before. */
export function Video({ media, accountKey }: { readonly media: MediaContent; readonly accountKey: string }) {
  const t = useT();
  const size = shownSize(media);
  const poster = usePicture(media, accountKey, size);
  const [wanted, setWanted] = useState(false);
  const [broken, setBroken] = useState(false);
  const local = useLocalUrl(wanted ? media.localBlob : undefined);
  const { url, failed } = useMediaUrl(
    accountKey,
    wanted && media.localBlob === undefined ? { mxc: media.mxc, file: media.file, mimetype: media.mimetype } : undefined,
  );
  const src = local ?? url;
  // What the browser can't play can still be saved.
  if (broken || failed) return <FileCard media={media} accountKey={accountKey} />;
  const style = { width: size.width, aspectRatio: `${size.width} / ${size.height}` };
  if (wanted && src !== undefined) {
    return <VideoPlayer name={media.name} className={styles.video} style={style} src={src} poster={poster.src} onBroken={() => setBroken(true)} />;
  }
  const details = [
    media.durationMs === undefined ? undefined : formatDuration(media.durationMs),
    media.bytes === undefined ? undefined : formatBytes(media.bytes),
  ].filter((one) => one !== undefined);
  return (
    <button
      type="button"
      className={`${styles.frame} ${styles.opens}`}
      style={style}
      title={media.name}
      aria-label={t('timeline.media.playVideo', { name: media.name })}
      onClick={() => setWanted(true)}
    >
      {media.blurhash !== undefined && <Blur hash={media.blurhash} ratio={size.width / size.height} />}
      {poster.src !== undefined && !poster.failed && (
        <img className={styles.picture} src={poster.src} alt="" decoding="async" onError={poster.onError} />
      )}
      <span className={styles.play}>{wanted ? <Spinner size={24} /> : <Play aria-hidden />}</span>
      {details.length > 0 && <span className={styles.badge}>{details.join(' · ')}</span>}
    </button>
  );
}
