import { SPLITS, type Split, type SplitCount } from '../../domain/inbox/splits.ts';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './inbox-pane.module.css';

export function SplitTabs(props: { split: Split; counts: Readonly<Record<Split, SplitCount>>; onSelect(split: Split): void }) {
  const t = useT();
  return (
    <nav className={styles.splits} aria-label={t('inbox.splits')}>
      {SPLITS.map((name) => {
        const { unread, mentioning, conversations } = props.counts[name];
        const count = name === 'mentions' ? mentioning : name === 'snoozed' ? conversations : name === 'done' ? 0 : unread;
        return (
          <button
            key={name}
            type="button"
            className={classNames(styles.split, name === props.split && styles.chosen)}
            aria-current={name === props.split ? 'page' : undefined}
            onClick={() => props.onSelect(name)}
          >
            {t(`inbox.split.${name}`)}
            {count > 0 && <span className={styles.count}>{count}</span>}
          </button>
        );
      })}
    </nav>
  );
}
