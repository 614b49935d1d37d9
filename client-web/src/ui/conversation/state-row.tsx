import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { StateItem } from '../../domain/timeline/timeline-item.ts';
import { formatTime } from '../../i18n/format.ts';
import { translateKey, useT } from '../../i18n/i18n.ts';
import styles from './state-row.module.css';

export function StateLine({ item }: { readonly item: StateItem }) {
  return (
    <p className={styles.line}>
      <bdi>{translateKey(`timeline.state.${item.sentence}`, item.values) ?? item.sentence}</bdi>
      <time className={styles.time}>{formatTime(item.ts)}</time>
    </p>
  );
}

export function StateGroup({ items }: { readonly items: readonly StateItem[] }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button type="button" className={styles.group} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
        {t('timeline.stateGroup', { count: items.length })}
      </button>
      {open && items.map((item) => <StateLine key={item.key} item={item} />)}
    </div>
  );
}
