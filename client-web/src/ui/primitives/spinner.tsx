import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './spinner.module.css';

export interface SpinnerProps {
  readonly size?: 16 | 20 | 24 | 32;
  /** Read out; without it the spinner is an ornament of something that says so itself. */
  readonly label?: string;
  readonly className?: string;
}

export function Spinner({ size = 20, label, className }: SpinnerProps) {
  const described = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return (
    <svg {...described} className={classNames(styles.spinner, className)} width={size} height={size} viewBox="0 0 24 24" fill="none">
      <circle className={styles.track} cx="12" cy="12" r="9.5" strokeWidth="2.6" />
      <path className={styles.arc} d="M12 2.5a9.500 9.500 0 0 1 9.500 9.500" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}

/** In the middle of what is loading; appears after a moment, so that fast loads do not flicker. */
export function LoadingPane({ label }: { readonly label?: string }) {
  const t = useT();
  return (
    <div className={styles.pane} role="status">
      <Spinner size={24} />
      <span className={styles.paneLabel}>{label ?? t('common.loading')}</span>
    </div>
  );
}
