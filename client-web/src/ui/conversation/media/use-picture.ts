/** Where the picture of a message comes from: the outbox, a thumbnail, or the file itself if there is none or it fails. */
import { useState } from 'react';
import type { MediaSource } from '../../../domain/media/media.ts';
import { isShownPicture } from '../../../domain/media/shown-types.ts';
import type { MediaContent } from '../../../domain/timeline/timeline-item.ts';
import { useMediaUrl } from '../../use-media.ts';
import type { ShownSize } from './media-size.ts';
import { useLocalUrl } from './use-local-url.ts';

/** Bytes; moving pictures of more are shown still. */
const MOST_GIF = 12_000_000;

export interface ShownPicture {
  readonly src: string | undefined;
  readonly failed: boolean;
  readonly onError: () => void;
  readonly retry: () => void;
  /** Changes with every try. */
  readonly attempt: number;
}

export function usePicture(media: MediaContent, accountKey: string, size: ShownSize): ShownPicture {
  const [full, setFull] = useState(false);
  const [broken, setBroken] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const local = useLocalUrl(media.kind === 'video' ? media.localPoster : media.localBlob);
  const isLocal = media.localBlob !== undefined;
  const small = full ? undefined : thumbnail(media, size);
  const source = isLocal ? undefined : (small ?? original(media));
  const { url, failed, retry } = useMediaUrl(accountKey, source);
  return {
    src: local ?? url,
    failed: broken || (failed && (full || small === undefined || original(media) === undefined)),
    attempt,
    onError: () => {
      if (small !== undefined && original(media) !== undefined) setFull(true);
      else setBroken(true);
    },
    retry: () => {
      setBroken(false);
      setFull(false);
      setAttempt((count) => count + 1);
      retry();
    },
  };
}

function original(media: MediaContent): MediaSource | undefined {
  const { mxc, file, mimetype } = media;
  if (!isShownPicture(media)) return undefined;
  return file ? { mxc: undefined, file, mimetype } : mxc === undefined ? undefined : { mxc };
}

function thumbnail(media: MediaContent, { width, height }: ShownSize): MediaSource | undefined {
  const { kind, mxc, file, thumbnailMxc, thumbnailFile, mimetype, bytes } = media;
  if (mimetype === 'image/gif' && kind !== 'video' && (bytes ?? 0) <= MOST_GIF) return undefined;
  if (file) return thumbnailFile && { mxc: undefined, file: thumbnailFile, mimetype: 'image/jpeg' };
  if (kind === 'video') return thumbnailMxc === undefined ? undefined : { mxc: thumbnailMxc, width, height, method: 'scale' };
  return mxc === undefined ? undefined : { mxc, width, height, method: 'scale' };
}
