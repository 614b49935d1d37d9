/** A section of the gallery, and a row within it. */
import type { ReactNode } from 'react';
import { classNames } from '../ui/class-names.ts';
import { SectionHeading } from '../ui/primitives/section-heading.tsx';
import styles from './gallery.module.css';

export function Card({ title, whole = false, children }: { readonly title: string; readonly whole?: boolean; readonly children: ReactNode }) {
  return (
    <section className={classNames(styles.card, whole && styles.whole)} aria-label={title}>
      <SectionHeading level={2}>{title}</SectionHeading>
      {children}
    </section>
  );
}

export const Row = ({ children }: { readonly children: ReactNode }) => <div className={styles.row}>{children}</div>;
