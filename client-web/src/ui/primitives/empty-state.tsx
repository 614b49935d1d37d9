import type { ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import styles from './empty-state.module.css';

export interface EmptyStateProps {
  /** An SVG, drawn with `currentColor` and the accent; one of `illustrations.tsx` or an icon. */
  readonly illustration?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  /** One button, or two. */
  readonly action?: ReactNode;
  readonly size?: 'small' | 'large';
  readonly className?: string;
}

export function EmptyState({ illustration, title, children, action, size = 'large', className }: EmptyStateProps) {
  return (
    <div className={classNames(styles.empty, styles[size], className)}>
      {illustration !== undefined && (
        <div className={styles.illustration} aria-hidden>
          {illustration}
        </div>
      )}
      <h2 className={styles.title}>{title}</h2>
      {children !== undefined && <div className={styles.text}>{children}</div>}
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
