/** Where no conversation is open: a calm picture, and the keys one needs most. */
import { useT } from '../../i18n/i18n.ts';
import { Bubbles } from '../illustrations.tsx';
import { KeyList } from '../palette/key-list.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import styles from './nothing-open.module.css';

export function NothingOpen() {
  const t = useT();
  const lines = [
    [['J', 'K'], t('palette.keys.move')],
    [['Enter'], t('palette.keys.open')],
    [['mod+K'], t('palette.keys.find')],
    [['?'], t('palette.shortcuts')],
  ] as const;
  return (
    <EmptyState illustration={<Bubbles />} title={t('timeline.emptyTitle')}>
      <div className={styles.keys}>
        <KeyList lines={lines} />
      </div>
    </EmptyState>
  );
}
