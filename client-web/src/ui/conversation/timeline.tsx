/** The messages of a conversation: virtual, keeps its place when older ones arrive, follows the end while the person is there. */
import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { VList, type VListHandle } from 'virtua';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import type { LiveTimeline } from '../../domain/matrix/live-timeline.ts';
import { SETTLED_MS } from '../../domain/timeline/settled.ts';
import type { TimelineState } from '../../domain/timeline/timeline-item.ts';
import { translateKey, useT } from '../../i18n/i18n.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Divider } from '../primitives/divider.tsx';
import { Spinner } from '../primitives/spinner.tsx';
import { Time } from '../primitives/time.tsx';
import { ConversationPlaceProvider, type ConversationPlace } from './conversation-context.ts';
import { ConversationParts } from './conversation-parts.tsx';
import { MenuForMessages } from './menu-for-messages.tsx';
import { MessageRow } from './message-row.tsx';
import { RoomStart } from './room-start.tsx';
import { StateGroup, StateLine } from './state-row.tsx';
import styles from './timeline.module.css';
import { timelineRows, type Row } from './timeline-rows.ts';

/** px from an edge within which more is loaded, or the end counts as seen. */
const LOAD_WITHIN = 900;
const END_WITHIN = 60;
const READ_AFTER_MS = 400;
/** ms after a wheel, finger or key: a scroll is theirs. */
const BY_HAND_MS = 300;

const GROWN_WITHIN_MS = 200;

export interface TimelineProps {
  readonly conversation: Conversation;
  readonly timeline: LiveTimeline;
  readonly state: TimelineState;
  readonly focusEventId?: string | undefined;
  /** A thread is open beside it or over it: what is here counts as read when the person turns to it. */
  readonly beside?: boolean;
}

export function Timeline({ conversation, timeline, state, focusEventId: openedAt, beside = false }: TimelineProps) {
  const t = useT();
  const list = useRef<VListHandle>(null);
  const known = useRef<ReadonlyMap<string, Row>>(new Map());
  const rows = useMemo(() => timelineRows(state.items, known.current), [state.items]);
  const last = useRef<{ rows: readonly Row[]; timeline: LiveTimeline }>({ rows: [], timeline });
  const atEnd = useRef(true);
  const lastScroll = useRef({ offset: 0, size: 0, view: 0, byHand: 0 });
  /** The end was left without scrolling, and being near it does not mean to be there until the person moves. */
  const leftEnd = useRef(false);
  const noteHand = (): void => {
    lastScroll.current.byHand = performance.now();
    leftEnd.current = false;
  };
  const placed = useRef<LiveTimeline | undefined>(undefined);
  const focused = useRef<string | undefined>(undefined);
  const [away, setAway] = useState(false);
  const [missed, setMissed] = useState(0);
  const [day, setDay] = useState<number>();
  const pane = useRef<HTMLDivElement>(null);
  /** A message to go to: the one in the address, or the last that was asked for since. */
  const [asked, setAsked] = useState<{ readonly eventId: string; readonly count: number }>();
  useEffect(() => setAsked(undefined), [openedAt]);
  const focusEventId = asked?.eventId ?? openedAt;
  const focusKey = asked ? `${asked.eventId} ${asked.count}` : openedAt;
  const { accountKey } = timeline;
  const { roomId, encrypted } = conversation;

  const keepEnd = useCallback(() => {
    const handle = list.current;
    if (!atEnd.current || !handle || handle.scrollSize - handle.viewportSize - handle.scrollOffset <= 1) return;
    handle.scrollToIndex(last.current.rows.length - 1, { align: 'end' });
  }, []);
  const leaveEnd = useCallback((growing: Element) => {
    atEnd.current = false;
    leftEnd.current = true;
    // After older messages have come, the list keeps its distance from the end until it is scrolled; what grows here has to
    // grow downwards. This observer comes after the list's own, and before anything is painted.
    const scroller = pane.current!.querySelector('[role="log"]')!;
    const { top } = growing.getBoundingClientRect();
    const observer = new ResizeObserver(() => {
      scroller.scrollTop += growing.getBoundingClientRect().top - top;
    });
    observer.observe(growing);
    setTimeout(() => observer.disconnect(), GROWN_WITHIN_MS);
  }, []);
  /** The list knows where the message starts; the page does not, before the list has measured what became smaller. */
  const showStart = useCallback((shrunk: Element) => {
    const key = shrunk.closest('[data-key]')?.getAttribute('data-key');
    const index = last.current.rows.findIndex((row) => row.key === key);
    if (index < 0 || shrunk.getBoundingClientRect().top >= pane.current!.getBoundingClientRect().top) return;
    list.current?.scrollToIndex(index, { align: 'start' });
  }, []);
  const place = useMemo(
    (): ConversationPlace => ({
      accountKey,
      roomId,
      encrypted,
      timeline,
      keepEnd,
      leaveEnd,
      showStart,
      goTo: (eventId) => {
        setAsked((before) => ({ eventId, count: (before?.count ?? 0) + 1 }));
        void timeline.jumpTo(eventId);
      },
      mayGrow: (element) => {
        if (atEnd.current) return true;
        const view = pane.current!.getBoundingClientRect();
        const { top, bottom } = element.getBoundingClientRect();
        return bottom < view.top || top > view.bottom;
      },
    }),
    [accountKey, roomId, encrypted, timeline, keepEnd, leaveEnd, showStart],
  );

  // The field grows, the window shrinks, a message gets higher: the end stays in view.
  useEffect(() => {
    const observer = new ResizeObserver(() => keepEnd());
    observer.observe(pane.current!);
    const content = pane.current!.querySelector('[role="log"]')?.firstElementChild;
    if (content) observer.observe(content);
    return () => observer.disconnect();
  }, [keepEnd]);

  // Older rows came in front: the list keeps its distance from the end.
  const before = last.current.timeline === timeline ? last.current.rows : [];
  const shift = before.length > 0 && rows.length > before.length && rows.at(-1)?.key === before.at(-1)?.key;

  useLayoutEffect(() => {
    known.current = new Map(rows.map((row) => [row.key, row]));
    const old = last.current.timeline === timeline ? last.current.rows : [];
    last.current = { rows, timeline };
    const handle = list.current;
    if (!handle || rows.length === 0) return;
    if (focusEventId === undefined) focused.current = undefined;
    if (focusEventId !== undefined && focused.current !== focusKey) {
      const index = rows.findIndex((row) => row.kind === 'message' && row.item.eventId === focusEventId);
      if (index < 0) return;
      focused.current = focusKey;
      placed.current = timeline;
      atEnd.current = false;
      handle.scrollToIndex(index, { align: 'center' });
      return;
    }
    if (placed.current !== timeline) {
      placed.current = timeline;
      const unread = rows.findIndex((row) => row.kind === 'unread');
      atEnd.current = unread < 0 || rows.length - unread < 8;
      handle.scrollToIndex(atEnd.current ? rows.length - 1 : unread, { align: atEnd.current ? 'end' : 'start' });
      return;
    }
    const newest = rows.at(-1);
    const grew = newest !== undefined && newest.key !== old.at(-1)?.key;
    if (grew && (atEnd.current || (newest.kind === 'message' && newest.item.mine && newest.item.sendState !== 'sent'))) {
      handle.scrollToIndex(rows.length - 1, { align: 'end' });
      atEnd.current = true;
    } else if (grew && newest.kind === 'message' && !newest.item.mine) setMissed((count) => count + 1);
    else if (atEnd.current) handle.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [rows, timeline, focusEventId, focusKey]);

  const turnedTo = useRef(!beside);
  useEffect(() => {
    turnedTo.current = !beside;
  }, [beside]);
  const isLookedAt = (): boolean => turnedTo.current || pane.current?.closest('main')?.contains(document.activeElement) === true;
  const read = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const markReadSoon = useCallback(() => {
    clearTimeout(read.current);
    read.current = setTimeout(() => {
      if (document.visibilityState === 'visible' && document.hasFocus() && atEnd.current && isLookedAt()) void timeline.markRead().catch(() => {});
    }, READ_AFTER_MS);
  }, [timeline]);

  useEffect(() => {
    markReadSoon();
  }, [rows, markReadSoon]);
  useEffect(() => {
    window.addEventListener('focus', markReadSoon);
    return () => {
      window.removeEventListener('focus', markReadSoon);
      clearTimeout(read.current);
    };
  }, [markReadSoon]);

  const turnTo = (): void => {
    if (turnedTo.current) return;
    turnedTo.current = true;
    markReadSoon();
  };

  const onScroll = (offset: number): void => {
    const handle = list.current;
    if (!handle) return;
    const fromEnd = handle.scrollSize - handle.viewportSize - offset;
    // Only who goes up leaves the end. Messages that turn out higher or lower than was thought, and a window that grows, move nobody from it.
    const before = lastScroll.current;
    // The list learns of a new height only after what the browser scrolls for it.
    const view = pane.current!.clientHeight;
    const shrank = Math.max(0, before.size - handle.scrollSize) + Math.max(0, view - before.view);
    const wentUp = before.offset - offset > (performance.now() - before.byHand < BY_HAND_MS ? 0 : shrank + 1);
    lastScroll.current = { ...before, offset, size: handle.scrollSize, view };
    const nowAtEnd = (fromEnd < END_WITHIN && !state.canPaginateForward && !leftEnd.current) || (atEnd.current && !wentUp);
    if (nowAtEnd && !atEnd.current) {
      setMissed(0);
      atEnd.current = true;
      markReadSoon();
    }
    atEnd.current = nowAtEnd;
    if (nowAtEnd && fromEnd > 1) keepEnd();
    setAway(fromEnd > handle.viewportSize || state.canPaginateForward);
    setDay(nowAtEnd ? undefined : dayAt(rows, handle.findItemIndex(offset + DAY_HEIGHT)));
    if (offset < LOAD_WITHIN && state.canPaginateBack) void timeline.paginate('back');
    if (fromEnd < LOAD_WITHIN && state.canPaginateForward) void timeline.paginate('forward');
  };

  // Few rows: nothing scrolls, so nothing would ask for more.
  const { canPaginateBack, loading, error } = state;
  useEffect(() => {
    if (!canPaginateBack || loading !== undefined || error !== undefined) return;
    const timer = setTimeout(() => {
      const handle = list.current;
      if (handle && handle.scrollSize <= handle.viewportSize) void timeline.paginate('back');
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [rows, canPaginateBack, loading, error, timeline]);

  const toEnd = async (): Promise<void> => {
    leftEnd.current = false;
    await timeline.jumpToEnd();
    list.current?.scrollToIndex(last.current.rows.length - 1, { align: 'end' });
    setMissed(0);
  };

  return (
    <div
      className={styles.timeline}
      ref={pane}
      onPointerMove={turnTo}
      onFocus={turnTo}
      onWheel={noteHand}
      onTouchMove={noteHand}
      onPointerDown={noteHand}
      onKeyDown={noteHand}
    >
      {state.error !== undefined && (
        <Banner
          kind="warning"
          edge
          action={
            <Button size="small" onPress={() => void timeline.paginate('back')}>
              {t('common.retry')}
            </Button>
          }
        >
          {translateKey(`errors.timeline.${state.error}`)}
        </Banner>
      )}
      {(state.loading === 'back' || state.loading === 'initial') && (
        <div className={styles.loading}>
          <Spinner />
        </div>
      )}
      {day !== undefined && state.loading === undefined && (
        <div className={styles.day} aria-hidden>
          <Time ts={day} format="day" />
        </div>
      )}
      <ConversationPlaceProvider value={place}>
        <ConversationParts accountKey={accountKey} roomId={roomId}>
          <MenuForMessages place={place} rows={rows}>
            {(pressed) => (
              <VList
                ref={list}
                className={styles.list!}
                shift={shift}
                onScroll={onScroll}
                onKeyDown={moveFocus}
                role="log"
                aria-label={t('timeline.label', { name: conversation.name })}
                tabIndex={0}
                itemSize={56}
                data={rows}
              >
                {(row) => (
                  <TimelineRow
                    key={row.key}
                    row={row}
                    conversation={conversation}
                    timeline={timeline}
                    isFocused={isFocused(row, focusEventId)}
                    isPressed={row.key === pressed}
                  />
                )}
              </VList>
            )}
          </MenuForMessages>
        </ConversationParts>
      </ConversationPlaceProvider>
      {(away || missed > 0) && (
        <div className={styles.jump}>
          <Button kind={missed > 0 ? 'primary' : 'secondary'} size="small" icon={<ArrowDown />} onPress={() => void toEnd()}>
            {missed > 0 ? t('timeline.newMessages', { count: missed }) : t('timeline.jumpToEnd')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** px, of the label that says which day is at the top. */
const DAY_HEIGHT = 24;

/** The day of the message at the top; undefined where its divider is in view. */
function dayAt(rows: readonly Row[], index: number): number | undefined {
  const row = rows[index];
  if (row === undefined || row.kind === 'day' || row.kind === 'start') return undefined;
  for (let at = index; at >= 0; at--) {
    const before = rows[at]!;
    if (before.kind === 'day') return before.ts;
  }
  return row.kind === 'message' || row.kind === 'state' ? row.item.ts : undefined;
}

/** Up and down walk through messages; a focused message shows what can be done with it. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  const list = event.currentTarget;
  const messages = [...list.querySelectorAll<HTMLElement>('article')];
  const current = document.activeElement?.closest('article');
  if (current !== null && document.activeElement !== current) return; // within a message arrows belong to what is there
  const index = current ? messages.indexOf(current as HTMLElement) : messages.length;
  const next = messages[index + (event.key === 'ArrowUp' ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

const isFocused = (row: Row, eventId: string | undefined): boolean => eventId !== undefined && row.kind === 'message' && row.item.eventId === eventId;

function TimelineRow(props: { row: Row; conversation: Conversation; timeline: LiveTimeline; isFocused: boolean; isPressed: boolean }) {
  const t = useT();
  const { row, conversation, timeline } = props;
  switch (row.kind) {
    case 'message':
      return (
        <MessageRow
          row={row}
          accountKey={timeline.accountKey}
          roomId={conversation.roomId}
          timeline={timeline}
          isFocused={props.isFocused}
          isPressed={props.isPressed}
        />
      );
    case 'state':
      return <StateLine item={row.item} />;
    case 'states':
      return <StateGroup items={row.items} />;
    case 'day':
      return (
        <div className={styles.divider}>
          <Divider>
            <Time ts={row.ts} format="day" />
          </Divider>
        </div>
      );
    case 'unread':
      return (
        <div className={styles.divider}>
          <Divider kind="unread">{t('timeline.unread')}</Divider>
        </div>
      );
    case 'start':
      return <RoomStart conversation={conversation} />;
  }
}
