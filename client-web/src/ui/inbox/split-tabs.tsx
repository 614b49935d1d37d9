/** The views of the inbox: those that matter by the hour and the person's own as tabs, all of them in a menu. */
import { ChevronDown, Plus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { MAX_SPLITS } from '../../domain/inbox/saved-splits.ts';
import type { OwnSplit, Split, SplitCount } from '../../domain/inbox/splits.ts';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { ContextMenu } from '../primitives/context-menu.tsx';
import { Menu, MenuItem, MenuSection, MenuSeparator, MenuTrigger } from '../primitives/menu.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import styles from './inbox-pane.module.css';
import { OWN_SPLIT_KEYS } from './own-split-actions.ts';
import { OwnSplitItems } from './own-split-items.tsx';
import { openSplit, splitName, toSplit, type AnySplit } from './split-route.ts';

const TABS = ['everything', 'important', 'unread', 'mentions'] as const satisfies readonly Split[];
/** In the order of their number keys. */
export const KEYED_SPLITS = [...TABS, 'snoozed', 'done'] as const satisfies readonly Split[];

export interface SplitTabsProps {
  readonly split: AnySplit;
  readonly own: readonly OwnSplit[];
  readonly counts: Readonly<Record<Split, SplitCount>>;
  /** By their ids. */
  readonly ownCounts: ReadonlyMap<string, SplitCount>;
}

export function SplitTabs({ split, own, counts, ownCounts }: SplitTabsProps) {
  const t = useT();
  const away = split === 'snoozed' || split === 'done';
  const chosen = splitName(split);
  const countOf = (name: Split): number => (name === 'mentions' ? counts[name].mentioning : name === 'everything' ? 0 : counts[name].unread);
  const tabs = useRef<HTMLDivElement>(null);
  // Where the list is narrow, what is chosen is in sight.
  useEffect(() => {
    // Not returned: newer browsers give a promise, which React would take for what ends the effect.
    tabs.current?.querySelector(`.${styles.chosen}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [chosen, own]);
  const tab = (each: AnySplit, name: string, count: number) => (
    <button
      key={splitName(each)}
      type="button"
      className={classNames(styles.split, splitName(each) === chosen && styles.chosen)}
      aria-current={splitName(each) === chosen ? 'page' : undefined}
      onClick={() => openSplit(each)}
    >
      <bdi className={styles.name}>{name}</bdi>
      {count > 0 && <span className={styles.count}>{count}</span>}
    </button>
  );
  const withCount = (name: string, count: number): string => (count > 0 ? t('views.withCount', { name, count }) : name);
  return (
    <nav className={styles.splits} aria-label={t('inbox.splits')}>
      <div
        ref={tabs}
        className={styles.tabs}
        // A wheel that only turns one way moves what only moves the other.
        onWheel={({ currentTarget, deltaX, deltaY }) => {
          if (deltaX === 0) currentTarget.scrollLeft += deltaY;
        }}
      >
        {TABS.map((name) => tab(name, t(`inbox.split.${name}`), countOf(name)))}
        {own.map((each) => (
          <ContextMenu key={each.id} label={t('views.actions', { name: each.name })} menu={() => <OwnSplitItems split={each} />}>
            {tab(each, each.name, ownCounts.get(each.id)?.unread ?? 0)}
          </ContextMenu>
        ))}
      </div>
      <MenuTrigger>
        <AriaButton className={classNames(styles.split, away && styles.chosen)} aria-label={away ? t(`inbox.split.${split}`) : t('inbox.moreViews')}>
          {away ? t(`inbox.split.${split}`) : null}
          <ChevronDown aria-hidden />
        </AriaButton>
        <Menu label={t('inbox.moreViews')} placement="bottom end">
          <MenuSection
            title={t('inbox.splits')}
            hideTitle
            selectionMode="single"
            selectedKeys={[chosen]}
            disallowEmptySelection
            onSelectionChange={(keys) => openSplit(toSplit(String([...(keys as Set<string>)][0]), own))}
          >
            {KEYED_SPLITS.map((name, index) => (
              <MenuItem key={name} id={name} keys={String(index + 1)} textValue={t(`inbox.split.${name}`)}>
                {withCount(t(`inbox.split.${name}`), name === 'snoozed' ? counts.snoozed.conversations : countOf(name))}
              </MenuItem>
            ))}
            {own.map((each, index) => (
              <MenuItem key={each.id} id={splitName(each)} keys={OWN_SPLIT_KEYS[index]} textValue={each.name}>
                {withCount(each.name, ownCounts.get(each.id)?.unread ?? 0)}
              </MenuItem>
            ))}
          </MenuSection>
          {typeof split === 'object' && (
            <MenuSection title={split.name}>
              <OwnSplitItems split={split} />
            </MenuSection>
          )}
          <MenuSeparator />
          <MenuItem
            icon={<Plus />}
            isDisabled={own.length >= MAX_SPLITS}
            hint={own.length >= MAX_SPLITS ? t('views.full', { count: MAX_SPLITS }) : undefined}
            onAction={() => openDialog('own-split', {})}
          >
            {t('views.newItem')}
          </MenuItem>
        </Menu>
      </MenuTrigger>
    </nav>
  );
}
