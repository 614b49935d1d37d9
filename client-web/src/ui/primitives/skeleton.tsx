import { classNames } from '../class-names.ts';
import styles from './skeleton.module.css';

export interface SkeletonProps {
  /** CSS length; as wide as its container if not said. */
  readonly width?: number | string;
  readonly height?: number | string;
  readonly shape?: 'line' | 'block' | 'circle';
  readonly className?: string;
}

/** The place of something that is loading. What contains it says `aria-busy`. */
export function Skeleton({ width, height, shape = 'line', className }: SkeletonProps) {
  return <span className={classNames(styles.skeleton, styles[shape], className)} style={{ width, height }} aria-hidden />;
}

/** As an inbox looks before it is there: a picture and two lines, of different lengths. */
export function SkeletonRows({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div className={styles.rows} aria-hidden>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row}>
          <Skeleton shape="circle" width="var(--avatar-row)" height="var(--avatar-row)" />
          <span className={styles.lines}>
            <Skeleton width={`${38 + ((row * 29) % 34)}%`} />
            <Skeleton width={`${64 + ((row * 37) % 32)}%`} />
          </span>
        </div>
      ))}
    </div>
  );
}
