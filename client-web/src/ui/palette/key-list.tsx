/** What keys do, a line each. */
import { Kbd } from '../primitives/kbd.tsx';
import styles from './key-list.module.css';

export interface KeyListProps {
  /** Keys as `Kbd` takes them, and what they do. */
  readonly lines: readonly (readonly [keys: readonly string[], what: string])[];
}

export function KeyList({ lines }: KeyListProps) {
  return (
    <dl>
      {lines.map(([keys, what]) => (
        <div key={what} className={styles.line}>
          <dt>{what}</dt>
          <dd className={styles.keys}>
            {keys.map((key) => (
              <Kbd key={key} keys={key} />
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
