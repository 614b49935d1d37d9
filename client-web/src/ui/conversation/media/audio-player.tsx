import { Mic, Music2, Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { MediaContent } from '../../../domain/timeline/timeline-item.ts';
import { formatDuration } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { Spinner } from '../../primitives/spinner.tsx';
import { useMediaUrl } from '../../use-media.ts';
import { FileCard } from './file-card.tsx';
import styles from './media.module.css';
import { useLocalUrl } from './use-local-url.ts';

/** One at a time. */
let playing: HTMLAudioElement | undefined;

export function AudioPlayer({ media, accountKey }: { readonly media: MediaContent; readonly accountKey: string }) {
  const t = useT();
  const [wanted, setWanted] = useState(false);
  const [on, setOn] = useState(false);
  const [broken, setBroken] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(() => (media.durationMs ?? 0) / 1000);
  const audio = useRef<HTMLAudioElement>(null);
  const local = useLocalUrl(wanted ? media.localBlob : undefined);
  const { url, failed } = useMediaUrl(
    accountKey,
    wanted && media.localBlob === undefined ? { mxc: media.mxc, file: media.file, mimetype: media.mimetype } : undefined,
  );
  const src = local ?? url;
  useEffect(() => {
    const element = audio.current;
    return () => {
      if (playing === element) playing = undefined;
    };
  }, []);
  if (broken || failed) return <FileCard media={media} accountKey={accountKey} />;
  const loading = wanted && src === undefined;
  const toggle = (): void => {
    if (!wanted) setWanted(true);
    else if (on) audio.current?.pause();
    else void audio.current?.play().catch(() => {});
  };
  const name = media.voice ? t('timeline.media.voice') : media.name;
  return (
    <div className={styles.audio} role="group" aria-label={name}>
      <button type="button" className={styles.playButton} aria-label={on ? t('timeline.media.pause') : t('timeline.media.play')} onClick={toggle}>
        {loading ? <Spinner size={20} /> : on ? <Pause aria-hidden /> : <Play aria-hidden />}
      </button>
      <span className={styles.audioMain}>
        <span className={styles.audioName}>
          {media.voice ? <Mic aria-hidden /> : <Music2 aria-hidden />}
          <bdi>{name}</bdi>
        </span>
        <input
          type="range"
          className={styles.seek}
          min={0}
          max={length || 1}
          step={0.1}
          value={Math.min(at, length || 1)}
          disabled={src === undefined}
          aria-label={t('timeline.media.position')}
          aria-valuetext={formatDuration(at * 1000)}
          onChange={(event) => {
            const to = Number(event.target.value);
            setAt(to);
            if (audio.current) audio.current.currentTime = to;
          }}
        />
      </span>
      <span className={styles.audioTime}>{formatDuration((on || at > 0 ? at : length) * 1000)}</span>
      {src !== undefined && (
        <audio
          ref={audio}
          src={src}
          autoPlay
          onPlay={(event) => {
            if (playing !== event.currentTarget) playing?.pause();
            playing = event.currentTarget;
            setOn(true);
          }}
          onPause={() => setOn(false)}
          onEnded={() => setAt(0)}
          onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
          onDurationChange={(event) => {
            if (Number.isFinite(event.currentTarget.duration)) setLength(event.currentTarget.duration);
          }}
          onError={() => setBroken(true)}
        />
      )}
    </div>
  );
}
