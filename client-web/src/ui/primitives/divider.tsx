import type { ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import styles from './divider.module.css';

export interface DividerProps {
  /** In the middle of the line: a day, "New". */
  readonly children?: ReactNode;
  readonly kind?: 'neutral' | 'unread';
  readonly orientation?: 'horizontal' | 'vertical';
  readonly className?: string;
}

export function Divider({ children, kind = 'neutral', orientation = 'horizontal', className }: DividerProps) {
  return (
    <div
      role="separator"
      aria-orientation={orientation}
      aria-label={typeof children === 'string' ? children : undefined}
      className={classNames(styles.divider, styles[kind], styles[orientation], className)}
    >
      {children !== undefined && <span className={styles.words}>{children}</span>}
    </div>
  );
}
