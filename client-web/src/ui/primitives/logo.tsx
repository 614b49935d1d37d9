import { classNames } from '../class-names.ts';
import styles from './logo.module.css';

export interface LogoProps {
  readonly size?: number;
  /** `tile`: on the accent, as the app's icon; `mark`: the three nodes alone, in the colour of the text around. */
  readonly look?: 'tile' | 'mark';
  /** With the name beside it. */
  readonly word?: boolean;
  readonly className?: string;
}

/** Three nodes, joined. */
export function Logo({ size = 32, look = 'tile', word = false, className }: LogoProps) {
  return (
    <span className={classNames(styles.logo, className)} role="img" aria-label="NexusComm" style={{ fontSize: size * 0.56 }}>
      <svg className={styles[look]} width={size} height={size} viewBox="0 0 512 512" aria-hidden>
        {look === 'tile' && <rect className={styles.ground} width="512" height="512" rx="128" />}
        <g className={styles.nodes} transform={look === 'tile' ? 'translate(96 96) scale(10)' : 'translate(0 0) scale(16)'}>
          <path d="M16 8v10M16 18 7.500 24M16 18l8.500 6" fill="none" strokeWidth="2.5" />
          <circle cx="16" cy="6.5" r="4.5" />
          <circle cx="6.5" cy="25" r="4.5" />
          <circle cx="25.500" cy="25" r="4.5" />
          <circle cx="16" cy="18" r="2.5" />
        </g>
      </svg>
      {word && (
        <span className={styles.word} aria-hidden>
          NexusComm
        </span>
      )}
    </span>
  );
}
