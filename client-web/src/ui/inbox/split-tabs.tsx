/** The views of the inbox: those that matter by the hour as tabs, the two that hold what was put away behind a menu. */
import { CheckCheck, ChevronDown, Clock } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { Split, SplitCount } from '../../domain/inbox/splits.ts';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { Menu, MenuItem, MenuTrigger } from '../primitives/menu.tsx';
import styles from './inbox-pane.module.css';

const TABS = ['everything', 'important', 'unread', 'mentions'] as const satisfies readonly Split[];

export interface SplitTabsProps {
  readonly split: Split;
  readonly counts: Readonly<Record<Split, SplitCount>>;
  readonly onSelect: (split: Split) => void;
}

export function SplitTabs({ split, counts, onSelect }: SplitTabsProps) {
  const t = useT();
  const away = split === 'snoozed' || split === 'done';
  const countOf = (name: Split): number => (name === 'mentions' ? counts[name].mentioning : name === 'everything' ? 0 : counts[name].unread);
  const nav = useRef<HTMLElement>(null);
  // Where the list is narrow, what is chosen is in sight.
  useEffect(() => {
    // Not returned: newer browsers give a promise, which React would take for what ends the effect.
    nav.current?.querySelector(`.${styles.chosen}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [split]);
  return (
    <nav ref={nav} className={styles.splits} aria-label={t('inbox.splits')}>
      {TABS.map((name) => (
        <button
          key={name}
          type="button"
          className={classNames(styles.split, name === split && styles.chosen)}
          aria-current={name === split ? 'page' : undefined}
          onClick={() => onSelect(name)}
        >
          {t(`inbox.split.${name}`)}
          {countOf(name) > 0 && <span className={styles.count}>{countOf(name)}</span>}
        </button>
      ))}
      <MenuTrigger>
        <AriaButton className={classNames(styles.split, away && styles.chosen)} aria-label={away ? t(`inbox.split.${split}`) : t('inbox.moreViews')}>
          {away ? t(`inbox.split.${split}`) : null}
          <ChevronDown aria-hidden />
        </AriaButton>
        <Menu label={t('inbox.moreViews')} placement="bottom end">
          <MenuItem icon={<Clock />} keys="5" onAction={() => onSelect('snoozed')}>
            {counts.snoozed.conversations > 0 ? `${t('inbox.split.snoozed')} (${counts.snoozed.conversations})` : t('inbox.split.snoozed')}
          </MenuItem>
          <MenuItem icon={<CheckCheck />} keys="6" onAction={() => onSelect('done')}>
            {t('inbox.split.done')}
          </MenuItem>
        </Menu>
      </MenuTrigger>
    </nav>
  );
}
