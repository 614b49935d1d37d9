import { memo } from 'react';
import type { Person } from '../../domain/timeline/timeline-item.ts';
import { formatList } from '../../i18n/format.ts';
import { translateKey, useT } from '../../i18n/i18n.ts';
import styles from './typing-line.module.css';

const MOST_NAMED = 3;

export const TypingLine = memo(function TypingLine({ people }: { readonly people: readonly Person[] }) {
  const t = useT();
  return (
    <div className={styles.line} aria-live="polite">
      {people.length > 0 && (
        <>
          <span className={styles.dots} aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {people.length > MOST_NAMED
            ? t('timeline.typingMany')
            : translateKey('timeline.typing', { count: people.length, names: formatList(people.map((one) => one.name)) })}
        </>
      )}
    </div>
  );
});
