import type { ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import styles from './section-heading.module.css';

export interface SectionHeadingProps {
  /** `list` over a group of rows, `page` over a part of a page. */
  readonly look?: 'list' | 'page';
  readonly level?: 2 | 3 | 4;
  readonly hint?: ReactNode;
  /** At the other end: a button, a count. */
  readonly action?: ReactNode;
  readonly id?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function SectionHeading({ look = 'list', level = 3, hint, action, id, className, children }: SectionHeadingProps) {
  const Level = `h${level}` as const;
  return (
    <div className={classNames(styles.heading, styles[look], className)}>
      <div className={styles.words}>
        <Level id={id} className={styles.title}>
          {children}
        </Level>
        {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      </div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
