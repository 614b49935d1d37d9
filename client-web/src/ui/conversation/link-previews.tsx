/** What stands behind the links of a message. Shown when it can appear without moving what the person looks at. */
import { X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { LinkPreview } from '../../domain/matrix/link-previews.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { useMediaUrl } from '../use-media.ts';
import { useConversationPlace, type ConversationPlace } from './conversation-context.ts';
import styles from './link-previews.module.css';
import { closePreview, useIsClosed, usePreviewsOn } from './preview-settings.ts';

export interface LinkPreviewsProps {
  readonly links: readonly string[];
  readonly eventId: string;
  readonly ts: number;
}

export function LinkPreviews(props: LinkPreviewsProps) {
  const place = useConversationPlace();
  const on = usePreviewsOn(`${place?.accountKey}/${place?.roomId}`, place?.encrypted ?? true);
  const closed = useIsClosed(props.eventId);
  return place && on && !closed ? <Previews {...props} place={place} /> : null;
}

function Previews({ links, eventId, ts, place }: LinkPreviewsProps & { readonly place: ConversationPlace }) {
  const t = useT();
  const live = useLive(place.accountKey);
  const anchor = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<readonly LinkPreview[]>(() => links.flatMap((url) => live?.previews.known(url) ?? []));
  const wanted = links.join(' ');
  useEffect(() => {
    if (!live) return;
    let current = true;
    let watcher: IntersectionObserver | undefined;
    const urls = wanted.split(' ');
    if (urls.every((url) => live.previews.known(url) !== null)) {
      setShown(urls.flatMap((url) => live.previews.known(url) ?? []));
      return;
    }
    void Promise.all(urls.map(async (url) => live.previews.load(url, ts))).then((found) => {
      const previews = found.filter((one) => one !== undefined);
      const element = anchor.current;
      if (!current || !element || previews.length === 0) return;
      if (place.mayGrow(element)) {
        setShown(previews);
        return;
      }
      // Being read: it comes when the message has left the view.
      watcher = new IntersectionObserver(([entry]) => {
        if (entry?.isIntersecting !== false) return;
        watcher?.disconnect();
        setShown(previews);
      });
      watcher.observe(element);
    });
    return () => {
      current = false;
      watcher?.disconnect();
    };
  }, [live, wanted, ts, place]);
  useLayoutEffect(() => {
    if (shown.length > 0) place.keepEnd();
  }, [shown, place]);
  return (
    <div ref={anchor} className={styles.previews}>
      {shown.map((preview) => (
        <Card key={preview.url} preview={preview} accountKey={place.accountKey} />
      ))}
      {shown.length > 0 && (
        <button
          type="button"
          className={styles.close}
          aria-label={t('timeline.preview.close')}
          title={t('timeline.preview.close')}
          onClick={() => closePreview(eventId)}
        >
          <X aria-hidden />
        </button>
      )}
    </div>
  );
}

function Card({ preview, accountKey }: { readonly preview: LinkPreview; readonly accountKey: string }) {
  const { url, title, description, site, imageMxc, imageWidth, imageHeight } = preview;
  const host = new URL(url).host;
  const wide = imageMxc !== undefined && (imageWidth ?? 0) >= 400 && (imageWidth ?? 0) > (imageHeight ?? 0) * 1.2;
  return (
    <a className={styles.card} data-wide={wide} href={url} target="_blank" rel="noopener noreferrer">
      <span className={styles.words}>
        <bdi className={styles.site}>{site ?? host}</bdi>
        <bdi className={styles.title}>{title}</bdi>
        {description !== undefined && (
          <span className={styles.description} dir="auto">
            {description}
          </span>
        )}
      </span>
      {imageMxc !== undefined && <Picture mxc={imageMxc} wide={wide} accountKey={accountKey} />}
    </a>
  );
}

function Picture({ mxc, wide, accountKey }: { readonly mxc: string; readonly wide: boolean; readonly accountKey: string }) {
  const { url } = useMediaUrl(accountKey, { mxc, width: wide ? 400 : 96, height: wide ? 210 : 96, method: wide ? 'scale' : 'crop' });
  const [failed, setFailed] = useState(false);
  return <span className={styles.picture}>{url !== undefined && !failed && <img src={url} alt="" onError={() => setFailed(true)} />}</span>;
}
