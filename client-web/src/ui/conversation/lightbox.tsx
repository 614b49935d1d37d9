/** The pictures and videos of a conversation in full size: zoom, pan, one after the other, by pointer, fingers and keys. */
import { ChevronLeft, ChevronRight, Download, Maximize, MessageSquareText, X, ZoomIn, ZoomOut } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type WheelEvent } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { shownAs } from '../../domain/media/shown-types.ts';
import type { MediaContent, Person } from '../../domain/timeline/timeline-item.ts';
import { formatBytes, formatDateTime } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { useClosedByBack } from '../primitives/closed-by-back.ts';
import { IconButton } from '../primitives/icon-button.tsx';
import { Spinner } from '../primitives/spinner.tsx';
import type { Panel } from '../route.ts';
import { useMediaUrl } from '../use-media.ts';
import styles from './lightbox.module.css';
import { shownSize } from './media/media-size.ts';
import { saveMedia } from './media/save-media.ts';
import { usePicture } from './media/use-picture.ts';
import { VideoPlayer } from './media/video-player.tsx';
import { jumpTo } from './panels/jump-to.ts';
import { PersonAvatar } from './person-avatar.tsx';

export interface LightboxImage {
  readonly eventId: string;
  readonly media: MediaContent;
  readonly sender: Person;
  readonly ts: number;
}

export interface LightboxProps {
  readonly accountKey: string;
  readonly images: readonly LightboxImage[];
  readonly eventId: string;
  readonly from?: { readonly roomId: string; readonly panel: Panel } | undefined;
  readonly onClose: () => void;
}

interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}
const FIT: View = { scale: 1, x: 0, y: 0 };
const MOST = 8;
const STEP = 1.5;
/** px that a finger has to move for the next picture, or down to close. */
const SWIPE = 70;
const CLOSE = 110;

export function Lightbox({ accountKey, images, eventId, from, onClose }: LightboxProps) {
  const t = useT();
  const app = useApp();
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      images.findIndex((image) => image.eventId === eventId),
    ),
  );
  const image = images[index];
  const go = useCallback((by: number) => setIndex((at) => Math.max(0, Math.min(images.length - 1, at + by))), [images.length]);
  useClosedByBack(onClose);
  const view = useView(index, go, onClose);
  if (!image) return null;
  const { media, sender, ts } = image;
  const video = shownAs(media) === 'video';
  const onKeyDown = (event: KeyboardEvent): void => {
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => go(-1),
      ArrowRight: () => go(1),
      Home: () => go(-images.length),
      End: () => go(images.length),
      '+': () => view.zoom(STEP),
      '=': () => view.zoom(STEP),
      '-': () => view.zoom(1 / STEP),
      '0': view.fit,
      s: () => attempt(saveMedia(app, accountKey, media)),
    };
    const run = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    // A video has keys of its own.
    if (!run || event.target instanceof HTMLVideoElement) return;
    event.preventDefault();
    run();
  };
  const facts = [
    media.width === undefined ? undefined : `${media.width} × ${media.height}`,
    media.bytes === undefined ? undefined : formatBytes(media.bytes),
  ].filter((one) => one !== undefined);
  return (
    <ModalOverlay className={styles.overlay!} isOpen onOpenChange={(open) => !open && onClose()} isDismissable={false}>
      <Modal className={styles.modal!}>
        <Dialog className={styles.dialog!} aria-label={t('timeline.media.viewer', { name: media.name })}>
          <div className={styles.stage} onKeyDown={onKeyDown}>
            <header className={styles.head}>
              <PersonAvatar accountKey={accountKey} person={sender} size={32} />
              <span className={styles.words}>
                <bdi className={styles.sender}>{sender.name}</bdi>
                <span className={styles.when}>{formatDateTime(ts)}</span>
              </span>
              <span className={styles.tools}>
                {!video && (
                  <>
                    <IconButton
                      label={t('timeline.media.zoomOut')}
                      keys="-"
                      placement="bottom"
                      isDisabled={view.now.scale <= 1}
                      onPress={() => view.zoom(1 / STEP)}
                    >
                      <ZoomOut />
                    </IconButton>
                    <IconButton
                      label={t('timeline.media.zoomIn')}
                      keys="+"
                      placement="bottom"
                      isDisabled={view.now.scale >= MOST}
                      onPress={() => view.zoom(STEP)}
                    >
                      <ZoomIn />
                    </IconButton>
                    <IconButton
                      label={t('timeline.media.fit')}
                      keys="0"
                      placement="bottom"
                      isDisabled={view.now.scale === 1}
                      onPress={view.fit}
                      className={styles.wide!}
                    >
                      <Maximize />
                    </IconButton>
                  </>
                )}
                {from && (
                  <IconButton
                    label={t('timeline.media.goTo')}
                    placement="bottom"
                    onPress={() => {
                      onClose();
                      jumpTo({ accountKey, roomId: from.roomId }, image.eventId, from.panel);
                    }}
                  >
                    <MessageSquareText />
                  </IconButton>
                )}
                <IconButton
                  label={t('timeline.media.download', { name: media.name })}
                  keys="S"
                  placement="bottom"
                  onPress={() => attempt(saveMedia(app, accountKey, media))}
                >
                  <Download />
                </IconButton>
                <IconButton label={t('timeline.media.closeViewer')} keys="Escape" placement="bottom" onPress={onClose} autoFocus>
                  <X />
                </IconButton>
              </span>
            </header>
            <div
              className={styles.canvas}
              {...(video ? {} : view.handlers)}
              onClick={(event) => event.target === event.currentTarget && !view.moved() && onClose()}
            >
              {video ? (
                <FullVideo key={image.eventId} media={media} accountKey={accountKey} />
              ) : (
                <Full key={image.eventId} media={media} accountKey={accountKey} view={view.now} dragging={view.dragging} />
              )}
            </div>
            {index > 0 && (
              <span className={styles.previous}>
                <IconButton label={t('timeline.media.previous')} placement="right" size="large" onPress={() => go(-1)}>
                  <ChevronLeft />
                </IconButton>
              </span>
            )}
            {index < images.length - 1 && (
              <span className={styles.next}>
                <IconButton label={t('timeline.media.next')} placement="left" size="large" onPress={() => go(1)}>
                  <ChevronRight />
                </IconButton>
              </span>
            )}
            <footer className={styles.foot}>
              <bdi className={styles.name}>{media.caption?.body ?? media.name}</bdi>
              <span className={styles.facts}>{facts.join(' · ')}</span>
              {images.length > 1 && (
                <span className={styles.position} aria-live="polite">
                  {t('timeline.media.position_of', { index: index + 1, total: images.length })}
                </span>
              )}
            </footer>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The thumbnail of the conversation first, then the picture itself over it. */
function Full({ media, accountKey, view, dragging }: { media: MediaContent; accountKey: string; view: View; dragging: boolean }) {
  const t = useT();
  const [loaded, setLoaded] = useState(false);
  const [broken, setBroken] = useState(false);
  const small = usePicture({ ...media, kind: 'image' }, accountKey, shownSize(media));
  const { url, failed, retry } = useMediaUrl(accountKey, { mxc: media.mxc, file: media.file, mimetype: media.mimetype });
  const style = { transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` };
  return (
    <div className={styles.picture} style={style} data-dragging={dragging} data-loaded={loaded}>
      {!loaded && small.src !== undefined && <img className={styles.under} src={small.src} alt="" draggable={false} />}
      {url !== undefined && !broken && (
        <img
          className={styles.full}
          src={url}
          alt={t('timeline.media.image', { name: media.name })}
          draggable={false}
          onLoad={() => setLoaded(true)}
          onError={() => setBroken(true)}
        />
      )}
      {(failed || broken) && (
        <button
          type="button"
          className={styles.failed}
          onClick={() => {
            setBroken(false);
            retry();
          }}
        >
          {t('timeline.media.failed')} {t('timeline.media.retry')}
        </button>
      )}
      {!loaded && !failed && !broken && (
        <span className={styles.waiting}>
          <Spinner size={32} label={t('common.loading')} />
        </span>
      )}
    </div>
  );
}

function FullVideo({ media, accountKey }: { readonly media: MediaContent; readonly accountKey: string }) {
  const t = useT();
  const [broken, setBroken] = useState(false);
  // It may have been sent as a plain file.
  const poster = usePicture({ ...media, kind: 'video' }, accountKey, shownSize(media));
  const { url, failed } = useMediaUrl(accountKey, { mxc: media.mxc, file: media.file, mimetype: media.mimetype });
  return (
    <div className={styles.picture}>
      {broken || failed ? (
        <p className={styles.failed}>{t('timeline.media.noVideo')}</p>
      ) : url === undefined ? (
        <span className={styles.waiting}>
          <Spinner size={32} label={t('common.loading')} />
        </span>
      ) : (
        <VideoPlayer name={media.name} className={styles.full} src={url} poster={poster.src} onBroken={() => setBroken(true)} />
      )}
    </div>
  );
}

function useView(index: number, go: (by: number) => void, close: () => void) {
  const [now, setNow] = useState<View>(FIT);
  const [dragging, setDragging] = useState(false);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const start = useRef<{ view: View; distance: number; x: number; y: number; mx: number; my: number; moved: boolean }>(undefined);
  const wasMoved = useRef(false);
  useEffect(() => setNow(FIT), [index]);

  const clamp = (view: View): View => {
    const scale = Math.max(1, Math.min(MOST, view.scale));
    if (scale === 1) return FIT;
    const [mostX, mostY] = [(window.innerWidth * (scale - 1)) / 2, (window.innerHeight * (scale - 1)) / 2];
    return { scale, x: Math.max(-mostX, Math.min(mostX, view.x)), y: Math.max(-mostY, Math.min(mostY, view.y)) };
  };
  /** Around a point, which stays where it is; in px from the middle. */
  const zoomAt = (factor: number, px: number, py: number): void =>
    setNow((view) => {
      const scale = Math.max(1, Math.min(MOST, view.scale * factor));
      const by = scale / view.scale;
      return clamp({ scale, x: px - (px - view.x) * by, y: py - (py - view.y) * by });
    });
  const middle = (): { x: number; y: number; distance: number } => {
    const points = [...fingers.current.values()];
    const [a, b] = [points[0]!, points[1] ?? points[0]!];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.hypot(a.x - b.x, a.y - b.y) };
  };
  const begin = (): void => {
    const { x, y, distance } = middle();
    start.current = { view: now, distance, x, y, mx: 0, my: 0, moved: false };
  };

  const handlers = {
    onWheel: (event: WheelEvent) => {
      const { clientX, clientY, deltaY } = event;
      zoomAt(deltaY < 0 ? 1.15 : 1 / 1.15, clientX - window.innerWidth / 2, clientY - window.innerHeight / 2);
    },
    onDoubleClick: (event: { clientX: number; clientY: number }) => {
      if (now.scale > 1) setNow(FIT);
      else zoomAt(2.5, event.clientX - window.innerWidth / 2, event.clientY - window.innerHeight / 2);
    },
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      wasMoved.current = false;
      setDragging(true);
      begin();
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const from = start.current;
      if (!from || !fingers.current.has(event.pointerId)) return;
      fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const at = middle();
      const [dx, dy] = [at.x - from.x, at.y - from.y];
      from.mx = dx;
      from.my = dy;
      if (Math.hypot(dx, dy) > 6) wasMoved.current = true;
      if (fingers.current.size > 1 && from.distance > 0) {
        const scale = Math.max(1, Math.min(MOST, (from.view.scale * at.distance) / from.distance));
        setNow(clamp({ scale, x: from.view.x + dx, y: from.view.y + dy }));
      } else if (from.view.scale > 1) setNow(clamp({ ...from.view, x: from.view.x + dx, y: from.view.y + dy }));
      else if (event.pointerType !== 'mouse')
        setNow({ scale: 1, x: Math.abs(dx) > Math.abs(dy) ? dx : 0, y: Math.abs(dy) > Math.abs(dx) ? Math.max(0, dy) : 0 });
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const from = start.current;
      const single = fingers.current.size === 1;
      fingers.current.delete(event.pointerId);
      if (fingers.current.size > 0) {
        begin();
        return;
      }
      start.current = undefined;
      setDragging(false);
      if (!from || !single || from.view.scale > 1 || now.scale > 1 || event.pointerType === 'mouse') return;
      setNow(FIT);
      if (Math.abs(from.mx) > SWIPE && Math.abs(from.mx) > Math.abs(from.my)) go(from.mx < 0 ? 1 : -1);
      else if (from.my > CLOSE) close();
    },
    onPointerCancel: (event: PointerEvent<HTMLElement>) => {
      fingers.current.delete(event.pointerId);
      start.current = undefined;
      setDragging(false);
      setNow((view) => clamp(view));
    },
  };
  return { now, dragging, handlers, zoom: (factor: number) => zoomAt(factor, 0, 0), fit: () => setNow(FIT), moved: () => wasMoved.current };
}
