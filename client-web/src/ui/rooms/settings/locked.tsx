/** What can't be changed here: the value in words, and why. */
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

export function Value({ label, value, hint }: { readonly label: string; readonly value: string; readonly hint?: string }) {
  return (
    <div>
      <div className={styles.label}>{label}</div>
      <p className={styles.value}>{value}</p>
      {hint !== undefined && <p className={styles.id}>{hint}</p>}
    </div>
  );
}
