/** One message: who, when, what, and what others made of it. */
import { AlertCircle, Clock3, RotateCw, ShieldAlert, Trash2 } from 'lucide-react';
import { lazy, memo, Suspense, useCallback, useState } from 'react';
import type { LiveTimeline } from '../../domain/matrix/live-timeline.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { formatDateTime, formatList, formatPercent, formatTime } from '../../i18n/format.ts';
import { translateKey, useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { identityColour } from '../identity-colour.ts';
import { Button } from '../primitives/button.tsx';
import { ProgressBar } from '../primitives/progress-bar.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import { MessageBody } from './message-body.tsx';
import styles from './message-row.module.css';
import { enterRow, leaveRow } from './near-row.ts';
import { PersonAvatar } from './person-avatar.tsx';
import { Reactions } from './reactions.tsx';
import { ReplyPreviewLine } from './reply-preview.tsx';
import { ThreadSummaryLine } from './thread-summary.tsx';
import type { Row } from './timeline-rows.ts';

const MessageActions = lazy(async () => ({ default: (await import('./message-actions.tsx')).MessageActions }));

const MOST_READERS = 5;

export interface MessageRowProps {
  readonly row: Extract<Row, { kind: 'message' }>;
  readonly accountKey: string;
  readonly roomId: string;
  readonly timeline: LiveTimeline;
  readonly isFocused: boolean;
  /** Its menu is open. */
  readonly isPressed: boolean;
}

export const MessageRow = memo(function MessageRow({ row, accountKey, roomId, timeline, isFocused, isPressed }: MessageRowProps) {
  const t = useT();
  const app = useApp();
  const [busy, setBusy] = useState(false);
  // The bar is made only where it can be used: a screen of messages would have hundreds of buttons otherwise.
  const [near, setNear] = useState(false);
  const notNear = useCallback(() => setNear(false), []);
  const { item, continued } = row;
  const { sender } = item;
  const openPerson = (): void => openDialog('person', { accountKey, userId: sender.userId, roomId });
  return (
    <article
      className={classNames(
        styles.row,
        continued && styles.continued,
        item.mentionsMe && styles.mention,
        isFocused && styles.focused,
        item.sendState !== 'sent' && styles[item.sendState],
        (busy || isPressed) && styles.busy,
      )}
      tabIndex={-1}
      onPointerEnter={() => {
        enterRow(notNear);
        setNear(true);
      }}
      onPointerLeave={() => leaveRow(notNear)}
      onFocus={(event) => {
        // By keys: what was pressed needs no second bar when its dialog has closed.
        if (event.target.matches(':focus-visible')) setNear(true);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setNear(false);
      }}
      data-event={item.eventId}
      data-key={row.key}
      data-state={item.sendState}
      aria-label={`${sender.name}, ${formatTime(item.ts)}`}
    >
      <div className={styles.gutter}>
        {continued ? (
          <time className={styles.smallTime} title={formatDateTime(item.ts)}>
            {formatTime(item.ts)}
          </time>
        ) : (
          <button type="button" className={styles.face} onClick={openPerson} tabIndex={-1} aria-hidden>
            <PersonAvatar accountKey={accountKey} person={sender} size={36} />
          </button>
        )}
      </div>
      <div className={styles.main}>
        {!continued && (
          <header className={styles.head}>
            <button
              type="button"
              className={styles.name}
              style={{ '--name': identityColour(sender.userId) } as React.CSSProperties}
              onClick={openPerson}
            >
              <bdi>{sender.name}</bdi>
            </button>
            <time className={styles.time} title={formatDateTime(item.ts)} dateTime={new Date(item.ts).toISOString()}>
              {formatTime(item.ts)}
            </time>
            {item.shield !== undefined && (
              <span className={styles.shield} role="img" aria-label={t(`timeline.shield.${item.shield}`)} title={t(`timeline.shield.${item.shield}`)}>
                <ShieldAlert aria-hidden />
              </span>
            )}
          </header>
        )}
        {item.replyTo && <ReplyPreviewLine reply={item.replyTo} accountKey={accountKey} />}
        <div className={styles.body}>
          <MessageBody item={item} accountKey={accountKey} after={item.edited && <Edited item={item} accountKey={accountKey} roomId={roomId} />} />
        </div>
        {item.uploadProgress !== undefined && (
          <div className={styles.upload}>
            <ProgressBar label={t('timeline.uploading', { percent: formatPercent(item.uploadProgress) })} value={item.uploadProgress} showLabel />
            <Button size="small" kind="quiet" onPress={() => void app.outbox.discard(item.key)}>
              {t('timeline.cancelUpload')}
            </Button>
          </div>
        )}
        {item.reactions.length > 0 && (
          <Reactions
            item={item}
            accountKey={accountKey}
            roomId={roomId}
            threadRootId={timeline.target.threadRootId}
            near={near || busy}
            onBusy={setBusy}
          />
        )}
        {item.thread && <ThreadSummaryLine thread={item.thread} accountKey={accountKey} />}
        {item.sendState === 'failed' && (
          <div className={styles.problem} role="alert">
            <AlertCircle aria-hidden />
            <span>
              {t('timeline.failed')}: {translateKey(`errors.send.${item.sendError}`) ?? t('errors.unknown')}
            </span>
            <Button size="small" icon={<RotateCw />} onPress={() => void app.outbox.retry(item.key)}>
              {t('timeline.retry')}
            </Button>
            <Button size="small" kind="quiet" icon={<Trash2 />} onPress={() => void app.outbox.discard(item.key)}>
              {t('timeline.discard')}
            </Button>
          </div>
        )}
        {item.sendState === 'waiting' && item.uploadProgress === undefined && (
          <div className={styles.waiting}>
            <Clock3 aria-hidden /> {t('timeline.waiting')}
            {item.eventId === undefined && (
              <Button size="small" kind="quiet" onPress={() => void app.outbox.discard(item.key)}>
                {t('timeline.discard')}
              </Button>
            )}
          </div>
        )}
      </div>
      {item.readBy.length > 0 && (
        <button
          type="button"
          className={styles.readers}
          aria-label={t('timeline.readBy', { names: formatList(item.readBy.map((person) => person.name)) })}
          title={item.readBy.map((person) => person.name).join(', ')}
          onClick={() => openDialog('seen-by', { accountKey, roomId, userIds: item.readBy.map(({ userId }) => userId) })}
        >
          {item.readBy.slice(0, MOST_READERS).map((person) => (
            <PersonAvatar key={person.userId} accountKey={accountKey} person={person} size={16} />
          ))}
          {item.readBy.length > MOST_READERS && <span className={styles.moreReaders}>+{item.readBy.length - MOST_READERS}</span>}
        </button>
      )}
      {(near || busy) && item.eventId !== undefined && item.content.type !== 'redacted' && (
        <Suspense>
          <MessageActions
            item={item}
            accountKey={accountKey}
            roomId={roomId}
            threadRootId={timeline.target.threadRootId}
            className={styles.actions!}
            onBusy={setBusy}
          />
        </Suspense>
      )}
    </article>
  );
});

function Edited({ item, accountKey, roomId }: { readonly item: MessageItem; readonly accountKey: string; readonly roomId: string }) {
  const t = useT();
  const { edited, eventId } = item;
  if (!edited || eventId === undefined) return null;
  return (
    <>
      {' '}
      <button
        type="button"
        className={styles.edited}
        title={t('timeline.editedAt', { when: formatDateTime(edited.ts) })}
        onClick={() => openDialog('edit-history', { accountKey, roomId, eventId })}
      >
        ({t('timeline.edited')})
      </button>
    </>
  );
}
