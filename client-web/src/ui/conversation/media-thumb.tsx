/** A picture or the first frame of a video, as small as a line. Nothing where there is none. */
import { isShownPicture } from '../../domain/media/shown-types.ts';
import type { MediaContent } from '../../domain/timeline/timeline-item.ts';
import { useMediaUrl } from '../use-media.ts';
import styles from './media-thumb.module.css';

const SIZE = 32;

export function MediaThumb({ media, accountKey }: { readonly media: MediaContent; readonly accountKey: string }) {
  const source = thumbSource(media);
  const { url } = useMediaUrl(accountKey, source);
  if (!source) return null;
  return <span className={styles.thumb}>{url !== undefined && <img src={url} alt="" />}</span>;
}

function thumbSource(media: MediaContent) {
  const { kind, mxc, file, thumbnailMxc, thumbnailFile, mimetype } = media;
  if (kind !== 'image' && kind !== 'sticker' && kind !== 'video') return undefined;
  if (thumbnailFile) return { mxc: undefined, file: thumbnailFile, mimetype: 'image/jpeg' };
  if (thumbnailMxc !== undefined) return { mxc: thumbnailMxc, width: SIZE, height: SIZE, method: 'crop' as const };
  if (!isShownPicture(media)) return undefined;
  return file ? { mxc: undefined, file, mimetype } : { mxc, width: SIZE, height: SIZE, method: 'crop' as const };
}
