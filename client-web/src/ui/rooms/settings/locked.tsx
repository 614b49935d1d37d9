/** Why something can't be changed here. */
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './room-settings.module.css';

export function Locked({ children }: { readonly children: ReactNode }) {
  return (
    <p className={styles.reason}>
      <Lock aria-hidden />
      <span>{children}</span>
    </p>
  );
}
