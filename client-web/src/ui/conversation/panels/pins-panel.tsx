/** The pinned messages, newest pin first. */
import { Pin as PinIcon, PinOff } from 'lucide-react';
import { createStore } from 'zustand/vanilla';
import type { Conversation } from '../../../domain/inbox/conversation.ts';
import type { PinsState } from '../../../domain/matrix/live-pins.ts';
import type { LiveSession } from '../../../domain/matrix/live-session.ts';
import { mayChange } from '../../../domain/rooms/room-details.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useLive } from '../../app-context.ts';
import { attempt } from '../../error-sentence.ts';
import { EmptyState } from '../../primitives/empty-state.tsx';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Skeleton } from '../../primitives/skeleton.tsx';
import { useRoomDetails } from '../../rooms/use-room-details.ts';
import { jumpTo } from './jump-to.ts';
import { MessageCard } from './message-card.tsx';
import styles from './panel.module.css';
import { useOpened } from './use-opened.ts';

const empty = createStore<PinsState>(() => ({ pins: [] }));
const open = (live: LiveSession, roomId: string) => live.openPins(roomId);

export function PinsPanel({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const { accountKey, roomId } = conversation;
  const live = useLive(accountKey);
  const details = useRoomDetails(accountKey, roomId);
  const { state } = useOpened(accountKey, roomId, open, empty);
  const may = details !== undefined && mayChange(details, 'm.room.pinned_events');
  const unpin = (eventId: string) =>
    may ? (
      <IconButton label={t('timeline.actions.unpin')} size="small" onPress={() => live && attempt(live.messages.setPinned(roomId, eventId, false))}>
        <PinOff />
      </IconButton>
    ) : undefined;
  if (state.pins.length === 0) {
    return (
      <div className={styles.scroll}>
        <EmptyState size="small" illustration={<PinIcon />} title={t('timeline.noPins')}>
          {t('timeline.noPinsBody')}
        </EmptyState>
      </div>
    );
  }
  return (
    <div className={styles.scroll}>
      <div className={styles.cards}>
        {state.pins.map(({ eventId, message }) =>
          message ? (
            <MessageCard
              key={eventId}
              accountKey={accountKey}
              message={message}
              onOpen={() => jumpTo(conversation, eventId, 'pins')}
              corner={unpin(eventId)}
            />
          ) : (
            <div key={eventId} className={styles.card}>
              <div className={styles.missing}>{message === null ? t('rooms.pins.missing') : <Skeleton width="70%" />}</div>
              <span className={styles.corner}>{message === null && unpin(eventId)}</span>
            </div>
          ),
        )}
      </div>
    </div>
  );
}
