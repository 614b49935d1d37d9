import { Download, File as FileIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { MediaContent, Person } from '../../domain/timeline/timeline-item.ts';
import { formatBytes } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { useMediaUrl } from '../use-media.ts';
import styles from './message-media.module.css';
import { MessageTextView } from './message-text-view.tsx';

export interface MessageMediaProps {
  readonly media: MediaContent;
  readonly accountKey: string;
  readonly roomId: string;
  readonly eventId: string | undefined;
  readonly sender: Person;
  readonly ts: number;
}

const MOST = { width: 420, height: 320 } as const;

/** px, of the room a picture takes before it is there. */
function box(media: MediaContent): { width: number; height: number } {
  const [width, height] = [media.width || 320, media.height || 240];
  const factor = Math.min(1, MOST.width / width, MOST.height / height);
  return { width: Math.max(48, Math.round(width * factor)), height: Math.max(48, Math.round(height * factor)) };
}

export function MessageMedia(props: MessageMediaProps) {
  const { media } = props;
  return (
    <figure>
      {media.kind === 'image' || media.kind === 'sticker' ? (
        <Picture {...props} />
      ) : media.kind === 'video' || media.kind === 'audio' ? (
        <Player {...props} />
      ) : (
        <FileCard {...props} />
      )}
      {media.caption && (
        <figcaption>
          <MessageTextView text={media.caption} />
        </figcaption>
      )}
    </figure>
  );
}

function useLocalUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return blob ? url : undefined;
}

function Picture({ media, accountKey }: MessageMediaProps) {
  const t = useT();
  const size = box(media);
  const local = useLocalUrl(media.localBlob);
  const { url, failed, retry } = useMediaUrl(accountKey, {
    mxc: media.mxc,
    file: media.file,
    mimetype: media.mimetype,
    ...(media.file ? {} : { width: size.width, height: size.height, method: 'scale' as const }),
  });
  const src = local ?? url;
  return (
    <div className={styles.frame} style={{ width: size.width, aspectRatio: `${size.width} / ${size.height}` }}>
      {src !== undefined && <img className={styles.picture} src={src} alt={t('timeline.media.image', { name: media.name })} loading="lazy" />}
      {failed && (
        <Button size="small" onPress={retry}>
          {t('timeline.media.retry')}
        </Button>
      )}
    </div>
  );
}

function Player({ media, accountKey }: MessageMediaProps) {
  const t = useT();
  const local = useLocalUrl(media.localBlob);
  const [wanted, setWanted] = useState(false);
  const { url } = useMediaUrl(accountKey, wanted ? { mxc: media.mxc, file: media.file, mimetype: media.mimetype } : undefined);
  const src = local ?? url;
  if (!wanted && src === undefined) {
    return (
      <Button onPress={() => setWanted(true)}>
        {t('timeline.media.play')}: {media.name}
      </Button>
    );
  }
  return media.kind === 'video' ? <video className={styles.video} src={src} controls /> : <audio src={src} controls />;
}

function FileCard({ media, accountKey }: MessageMediaProps) {
  const t = useT();
  const app = useApp();
  const save = async (): Promise<void> => {
    const blob = media.localBlob ?? (await app.media.fetchBlob(accountKey, media));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = media.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  return (
    <div className={styles.file}>
      <FileIcon aria-hidden />
      <span className={styles.words}>
        <bdi className={styles.fileName}>{media.name}</bdi>
        {media.bytes !== undefined && <span className={styles.bytes}>{formatBytes(media.bytes)}</span>}
      </span>
      <Button size="small" icon={<Download />} aria-label={t('timeline.media.download', { name: media.name })} onPress={() => attempt(save())}>
        {t('common.save')}
      </Button>
    </div>
  );
}
