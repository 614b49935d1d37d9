/** The list of conversations with its splits, filter and keys. */
import { ArrowUp } from 'lucide-react';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import { useStore } from 'zustand';
import { conversationId, type Conversation, type ConversationId } from '../../domain/inbox/conversation.ts';
import { effectiveTriage } from '../../domain/inbox/effective-triage.ts';
import { countOwnSplits } from '../../domain/inbox/splits.ts';
import { formatRelative } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { Button } from '../primitives/button.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import { SearchField } from '../primitives/search-field.tsx';
import { SkeletonRows } from '../primitives/skeleton.tsx';
import { openIdOf, useRoute, type Route } from '../route.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useNow } from '../use-now.ts';
import { ConversationRow } from './conversation-row.tsx';
import { cursorStore, neighbour, useCursor } from './inbox-cursor.ts';
import styles from './inbox-pane.module.css';
import { OWN_SPLIT_KEYS } from './own-split-actions.ts';
import { openSplit, toSplit, type AnySplit } from './split-route.ts';
import { KEYED_SPLITS, SplitTabs } from './split-tabs.tsx';
import { openById, triage, undoLast } from './triage-actions.ts';
import { useInboxView } from './use-inbox-view.ts';
import { useOwnSplits } from './use-own-splits.ts';
import { useSplitCounts } from './use-split-counts.ts';

export const InboxPane = memo(function InboxPane() {
  const t = useT();
  const app = useApp();
  const route = useRoute((now) => now);
  const own = useOwnSplits();
  const named = route.page === 'inbox' ? route.split : 'everything';
  const split = useMemo(() => toSplit(named, own), [named, own]);
  const [text, setText] = useState('');
  const all = useStore(app.inbox.state, (state) => state.conversations);
  const open = openLine(route, all, split);
  const sources = useStore(app.inbox.state, (state) => state.sources);
  const now = useNow();
  const counts = useSplitCounts();
  const ownCounts = useMemo(() => countOwnSplits([...all.values()], own, now), [all, own, now]);
  const container = useRef<HTMLDivElement>(null);
  const view = useInboxView(split, text, container);
  const cursor = useCursor();
  const list = useRef<VListHandle>(null);
  const filter = useRef<HTMLInputElement>(null);

  const moveTo = (id: string | undefined): void => {
    if (id === undefined) return;
    cursorStore.setState({ cursor: id });
    const index = cursorStore.getState().shown.indexOf(id);
    if (index >= 0) list.current?.scrollToIndex(index, { align: 'nearest' });
  };
  const at = (): Conversation | undefined => {
    const id = cursorStore.getState().cursor ?? open;
    return id === undefined ? undefined : app.inbox.get(id);
  };
  const step = (by: 1 | -1): void => {
    view.moved();
    const next = neighbour(cursorStore.getState().cursor ?? open, by);
    moveTo(next);
    // With a conversation open, moving reads on.
    if (next !== undefined && open !== undefined) openById(next);
  };
  const isAway = (row: Conversation): boolean => split === 'done' || (split === 'threads' && effectiveTriage(row, now).state === 'done');
  const withRow = (work: (row: Conversation) => void) => (): boolean => {
    const row = at();
    if (row) work(row);
    return row !== undefined;
  };
  useShortcuts(
    {
      j: () => step(1),
      k: () => step(-1),
      arrowdown: () => step(1),
      arrowup: () => step(-1),
      enter: () => {
        const { cursor: id } = cursorStore.getState();
        if (id === undefined) return false;
        openById(id, { write: true });
        return true;
      },
      e: withRow((row) => (isAway(row) ? triage.reopen(app, row) : triage.done(app, row))),
      h: withRow((row) => openDialog('snooze', { conversationId: row.id })),
      u: withRow((row) => triage.toggleUnread(app, row)),
      s: withRow((row) => triage.toggleFavourite(app, row)),
      z: () => undoLast(),
      '/': () => filter.current?.focus(),
      // First out of the field, then out of the conversation.
      escape: {
        inFields: true,
        run: ({ target }) => {
          if (!(target instanceof HTMLElement)) return false;
          if (target.closest('[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]')) return false;
          if (target.isContentEditable || target.matches('input, textarea, select')) {
            target.blur();
            return true;
          }
          if (open === undefined) return false;
          openSplit(split);
          return true;
        },
      },
      ...Object.fromEntries(KEYED_SPLITS.map((name, index) => [String(index + 1), () => openSplit(name)])),
      ...Object.fromEntries(
        OWN_SPLIT_KEYS.map((key, index) => [
          key,
          () => {
            const chosen = own[index];
            if (chosen) openSplit(chosen);
            return chosen !== undefined;
          },
        ]),
      ),
    },
    route.page === 'inbox',
  );

  // What is open is where keys go on from.
  useEffect(() => {
    if (open !== undefined) cursorStore.setState({ cursor: open });
  }, [open]);

  const loading = all.size === 0 && Object.values(sources).every((source) => source !== 'live');
  return (
    <section
      className={styles.pane}
      aria-label={t('inbox.title')}
      data-live={Object.keys(sources).length > 0 && Object.values(sources).every((source) => source === 'live')}
    >
      <header className={styles.head}>
        <h1 className={styles.title}>{split === 'threads' ? t('inbox.split.threads') : t('inbox.title')}</h1>
      </header>
      <div className={styles.filter}>
        <SearchField label={t('inbox.filter')} placeholder={t('inbox.filter')} value={text} onChange={setText} inputRef={filter} />
      </div>
      {split !== 'threads' && <SplitTabs split={split} own={own} counts={counts} ownCounts={ownCounts} />}
      <div ref={container} className={styles.list} {...view.handlers}>
        {view.arrived > 0 && (
          <div className={styles.arrived}>
            <Button kind="primary" size="small" icon={<ArrowUp />} onPress={view.thaw}>
              {t('inbox.arrived', { count: view.arrived })}
            </Button>
          </div>
        )}
        {view.conversations.length > 0 ? (
          <VList ref={list} className={styles.rows!} role="list" aria-label={t('inbox.list')} itemSize={64} data={view.conversations}>
            {(row) => <ConversationRow key={row.id} row={row} isOpen={row.id === open} isCursor={row.id === cursor} now={now} />}
          </VList>
        ) : loading ? (
          <SkeletonRows rows={8} />
        ) : (
          <Empty split={split} filtered={text !== ''} all={all} now={now} />
        )}
      </div>
    </section>
  );
});

/** A thread that has no line is open as part of its room. */
function openLine(route: Route, all: ReadonlyMap<ConversationId, Conversation>, split: AnySplit): ConversationId | undefined {
  const id = openIdOf(route);
  const line = id === undefined ? undefined : all.get(id);
  const shown = line !== undefined && (split === 'threads' || line.thread?.quiet !== true);
  if (id === undefined || shown || route.page !== 'inbox' || !route.conversation) return id;
  return conversationId(route.conversation.accountKey, route.conversation.roomId);
}

function Empty({ split, filtered, all, now }: { split: AnySplit; filtered: boolean; all: ReadonlyMap<string, Conversation>; now: number }) {
  const t = useT();
  if (filtered)
    return (
      <EmptyState size="small" title={t('inbox.empty.filterTitle')}>
        {t('inbox.empty.filterBody')}
      </EmptyState>
    );
  if (typeof split === 'object')
    return (
      <EmptyState
        size="small"
        title={t('views.emptyTitle', { name: split.name })}
        action={<Button onPress={() => openDialog('own-split', { splitId: split.id })}>{t('views.edit')}</Button>}
      >
        {split.accountKeys?.length === 0 ? t('views.emptyElsewhere') : t('views.emptyBody')}
      </EmptyState>
    );
  const body = (): string => {
    if (split !== 'important') return t(`inbox.empty.${split}Body`);
    const next = [...all.values()]
      .map(({ triage: state }) => (state.state === 'snoozed' && state.until > now ? state.until : Infinity))
      .reduce((least, one) => Math.min(least, one), Infinity);
    return next === Infinity ? t('inbox.empty.importantBody') : t('inbox.empty.importantBodySnoozed', { when: formatRelative(next) });
  };
  return (
    <EmptyState
      size="small"
      title={t(`inbox.empty.${split}Title`)}
      action={
        split === 'everything' || all.size === 0 ? (
          <span className={styles.first}>
            <Button kind="primary" onPress={() => openDialog('create-room', {})}>
              {t('inbox.createRoom')}
            </Button>
            <Button onPress={() => openDialog('start-chat', {})}>{t('inbox.startChat')}</Button>
            <Button kind="quiet" onPress={() => openDialog('directory', {})}>
              {t('inbox.browse')}
            </Button>
          </span>
        ) : undefined
      }
    >
      {body()}
    </EmptyState>
  );
}
