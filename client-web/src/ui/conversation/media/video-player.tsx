import { useT } from '../../../i18n/i18n.ts';

export interface VideoPlayerProps {
  readonly name: string;
  readonly src: string;
  readonly poster: string | undefined;
  readonly className: string | undefined;
  readonly style?: React.CSSProperties;
  /** The browser can't play it. */
  readonly onBroken: () => void;
}

/** Plays at once: it is shown to whoever has asked for it. */
export function VideoPlayer({ name, onBroken, ...rest }: VideoPlayerProps) {
  const t = useT();
  return <video {...rest} controls autoPlay playsInline aria-label={t('timeline.media.video', { name })} onError={onBroken} />;
}
