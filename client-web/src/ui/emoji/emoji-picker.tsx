/** All emoji: searched in words, in their groups, those used lately first. The focus stays in the search; arrows walk through the grid. */
import { Apple, Car, Clock3, Flag, Hash, Lightbulb, PawPrint, Search, Smile, Trophy, Users } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { VList, type VListHandle } from 'virtua';
import { EMOJI_GROUPS, inTone, loadEmoji, type Emoji, type EmojiGroup, type EmojiIndex, type SkinTone } from '../../domain/composer/emoji.ts';
import { mostUsedEmoji, rememberUsed } from '../../domain/composer/recent-emoji.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { currentLanguage, useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { EmptyState } from '../primitives/empty-state.tsx';
import { LoadingPane } from '../primitives/spinner.tsx';
import styles from './emoji-picker.module.css';
import { useSkinTone } from './skin-tone.ts';

export interface EmojiPickerProps {
  readonly live: LiveSession | undefined;
  /** `more`: another one is wanted, Shift was held. */
  readonly onPick: (emoji: string, more: boolean) => void;
}

const COLUMNS = 9;
const MOST_RECENT = 27;
const TONE_NAMES = ['none', 'light', 'mediumLight', 'medium', 'mediumDark', 'dark'] as const;
const TONES = ['👋', '👋🏻', '👋🏼', '👋🏽', '👋🏾', '👋🏿'] as const;
type Section = EmojiGroup | 'recent';

const ICONS: Readonly<Record<Section, ReactNode>> = {
  recent: <Clock3 />,
  smileys: <Smile />,
  people: <Users />,
  animals: <PawPrint />,
  food: <Apple />,
  travel: <Car />,
  activities: <Trophy />,
  objects: <Lightbulb />,
  symbols: <Hash />,
  flags: <Flag />,
};

interface Shown {
  readonly text: string;
  readonly label: string;
  readonly shortcode: string | undefined;
}
type PickerRow =
  | { readonly kind: 'title'; readonly section: Section }
  | { readonly kind: 'emoji'; readonly first: number; readonly items: readonly Shown[] };

interface Grid {
  readonly rows: readonly PickerRow[];
  readonly flat: readonly Shown[];
  /** Row of each item. */
  readonly rowOf: readonly number[];
  readonly starts: ReadonlyMap<Section, number>;
}

function gridOf(sections: readonly (readonly [Section | undefined, readonly Shown[]])[]): Grid {
  const rows: PickerRow[] = [];
  const flat: Shown[] = [];
  const rowOf: number[] = [];
  const starts = new Map<Section, number>();
  for (const [section, items] of sections) {
    if (items.length === 0) continue;
    if (section !== undefined) {
      starts.set(section, rows.length);
      rows.push({ kind: 'title', section });
    }
    for (let at = 0; at < items.length; at += COLUMNS) {
      const line = items.slice(at, at + COLUMNS);
      for (const _ of line) rowOf.push(rows.length);
      rows.push({ kind: 'emoji', first: flat.length, items: line });
      flat.push(...line);
    }
  }
  return { rows, flat, rowOf, starts };
}

export function EmojiPicker({ live, onPick }: EmojiPickerProps) {
  const t = useT();
  const [index, setIndex] = useState<EmojiIndex>();
  const [failed, setFailed] = useState(false);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const [tone, setTone] = useSkinTone();
  const [choosing, setChoosing] = useState(false);
  const [section, setSection] = useState<Section>('recent');
  const list = useRef<VListHandle>(null);
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => {
    let current = true;
    loadEmoji(currentLanguage()).then(
      (loaded) => current && setIndex(loaded),
      () => current && setFailed(true),
    );
    return () => {
      current = false;
    };
  }, []);

  // As it was when the picker opened: what is picked does not move under the pointer.
  const recent = useMemo(() => mostUsedEmoji(live?.writing.recentEmoji.read(), MOST_RECENT), [live]);
  const grid = useMemo(() => {
    if (!index) return gridOf([]);
    const show = (emoji: Emoji): Shown => ({ text: inTone(emoji, tone), label: emoji.label, shortcode: emoji.shortcodes[0] });
    if (query.trim() !== '') return gridOf([[undefined, index.search(query, { limit: 90, recent }).map(show)]]);
    const used = recent.map((text): Shown => {
      const known = index.byEmoji(text);
      return { text, label: known?.label ?? text, shortcode: known?.shortcodes[0] };
    });
    const groups = index.groups();
    return gridOf([['recent', used], ...EMOJI_GROUPS.map((group) => [group, groups.get(group)!.map(show)] as const)]);
  }, [index, query, tone, recent]);

  const move = (to: number): void => {
    const next = Math.max(0, Math.min(grid.flat.length - 1, to));
    setActive(next);
    list.current?.scrollToIndex(grid.rowOf[next] ?? 0, { align: 'nearest' });
  };
  /** A row up or down, in the same column as far as there is one. */
  const moveRow = (by: 1 | -1): void => {
    let row = (grid.rowOf[active] ?? 0) + by;
    while (grid.rows[row]?.kind === 'title') row += by;
    const target = grid.rows[row];
    const here = grid.rows[grid.rowOf[active] ?? 0];
    if (target?.kind !== 'emoji' || here?.kind !== 'emoji') return;
    move(target.first + Math.min(active - here.first, target.items.length - 1));
  };
  const pick = (shown: Shown | undefined, more: boolean): void => {
    if (!shown) return;
    if (live) void rememberUsed(live.writing.recentEmoji, [shown.text]).catch(() => {});
    onPick(shown.text, more);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const empty = event.currentTarget.value === '' || event.key === 'ArrowUp' || event.key === 'ArrowDown';
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => moveRow(1),
      ArrowUp: () => moveRow(-1),
      ...(empty || event.currentTarget.selectionStart === event.currentTarget.value.length ? { ArrowRight: () => move(active + 1) } : {}),
      ...(empty || event.currentTarget.selectionStart === event.currentTarget.value.length ? { ArrowLeft: () => move(active - 1) } : {}),
      Enter: () => pick(grid.flat[active], event.shiftKey),
    };
    const step = steps[event.key];
    if (!step || event.nativeEvent.isComposing) return;
    event.preventDefault();
    step();
  };
  const shown = grid.flat[active];

  if (failed) return <EmptyState size="small" title={t('errors.offline')} />;
  return (
    <div className={styles.picker}>
      <div className={styles.head}>
        <span className={styles.search}>
          <Search aria-hidden />
          <input
            ref={search}
            type="text"
            className={styles.input}
            autoFocus
            value={query}
            placeholder={t('composer.emoji.search')}
            aria-label={t('composer.emoji.search')}
            role="combobox"
            aria-expanded
            aria-controls="emoji-grid"
            aria-activedescendant={shown ? `emoji-${active}` : undefined}
            onChange={(event) => {
              setQuery(event.target.value);
              setActive(0);
              list.current?.scrollToIndex(0);
            }}
            onKeyDown={onKeyDown}
          />
        </span>
        <button
          type="button"
          className={styles.tone}
          aria-label={t('composer.emoji.skinTone')}
          title={t('composer.emoji.skinTone')}
          aria-expanded={choosing}
          onClick={() => setChoosing(!choosing)}
        >
          {TONES[tone]}
        </button>
      </div>
      {choosing && (
        <div className={styles.tones} role="radiogroup" aria-label={t('composer.emoji.skinTone')}>
          {TONES.map((hand, which) => (
            <button
              key={hand}
              type="button"
              role="radio"
              aria-checked={which === tone}
              aria-label={t(`composer.emoji.tone.${TONE_NAMES[which]!}`)}
              className={styles.emoji}
              onClick={() => {
                setTone(which as SkinTone);
                setChoosing(false);
                search.current?.focus();
              }}
            >
              {hand}
            </button>
          ))}
        </div>
      )}
      {query.trim() === '' && (
        <div className={styles.groups} role="group" aria-label={t('composer.emoji.groups')}>
          {[...grid.starts].map(([name, row]) => (
            <button
              key={name}
              type="button"
              className={classNames(styles.group, name === section && styles.current)}
              aria-label={t(`composer.emoji.group.${name}`)}
              title={t(`composer.emoji.group.${name}`)}
              onClick={() => {
                list.current?.scrollToIndex(row);
                setSection(name);
              }}
            >
              {ICONS[name]}
            </button>
          ))}
        </div>
      )}
      <div className={styles.grid} id="emoji-grid" role="grid" aria-label={t('composer.emoji.all')}>
        {!index ? (
          <LoadingPane />
        ) : grid.flat.length === 0 ? (
          <p className={styles.none}>{t('composer.emoji.none')}</p>
        ) : (
          <VList
            ref={list}
            className={styles.list!}
            itemSize={36}
            onScroll={(offset) => {
              const row = list.current?.findItemIndex(offset + 20) ?? 0;
              let at: Section | undefined;
              for (const [name, start] of grid.starts) if (start <= row) at = name;
              if (at !== undefined) setSection(at);
            }}
          >
            {grid.rows.map((row, at) =>
              row.kind === 'title' ? (
                <h3 key={row.section} className={styles.title}>
                  {t(`composer.emoji.group.${row.section}`)}
                </h3>
              ) : (
                <div key={at} className={styles.row} role="row">
                  {row.items.map((item, column) => (
                    <button
                      key={item.text}
                      id={`emoji-${row.first + column}`}
                      type="button"
                      role="gridcell"
                      tabIndex={-1}
                      className={classNames(styles.emoji, row.first + column === active && styles.active)}
                      aria-label={item.label}
                      onMouseDown={(event) => event.preventDefault()}
                      onPointerMove={() => setActive(row.first + column)}
                      onClick={(event) => pick(item, event.shiftKey)}
                    >
                      {item.text}
                    </button>
                  ))}
                </div>
              ),
            )}
          </VList>
        )}
      </div>
      <footer className={styles.foot} aria-hidden>
        {shown && (
          <>
            <span className={styles.big}>{shown.text}</span>
            <span className={styles.words}>
              <span className={styles.label}>{shown.label}</span>
              {shown.shortcode !== undefined && <span className={styles.code}>:{shown.shortcode}:</span>}
            </span>
          </>
        )}
      </footer>
    </div>
  );
}
