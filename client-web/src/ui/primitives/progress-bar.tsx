import { formatPercent } from '../../i18n/format.ts';
import { useLanguage } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './progress-bar.module.css';

export interface ProgressBarProps {
  /** What is under way, for screen readers, or written above the bar. */
  readonly label: string;
  readonly showLabel?: boolean;
  /** 0-1; undefined while nobody knows how far it is. */
  readonly value?: number;
  readonly kind?: 'accent' | 'success' | 'danger';
  readonly className?: string;
}

export function ProgressBar({ label, showLabel = false, value, kind = 'accent', className }: ProgressBarProps) {
  useLanguage();
  const fraction = value === undefined ? undefined : Math.min(1, Math.max(0, value));
  return (
    <div className={classNames(styles.progress, styles[kind], className)}>
      {showLabel && (
        <div className={styles.head} aria-hidden>
          <span>{label}</span>
          {fraction !== undefined && <span className={styles.percent}>{formatPercent(fraction)}</span>}
        </div>
      )}
      <div
        className={styles.track}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={fraction === undefined ? undefined : Math.round(fraction * 100)}
        aria-valuetext={fraction === undefined ? undefined : formatPercent(fraction)}
      >
        <div
          className={classNames(styles.bar, fraction === undefined && styles.unknown)}
          style={fraction === undefined ? undefined : { transform: `scaleX(${fraction})` }}
        />
      </div>
    </div>
  );
}
