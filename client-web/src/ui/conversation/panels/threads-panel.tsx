/** All threads of the room: those with something new first. */
import { MessagesSquare } from 'lucide-react';
import { createStore } from 'zustand/vanilla';
import type { Conversation } from '../../../domain/inbox/conversation.ts';
import type { LiveSession } from '../../../domain/matrix/live-session.ts';
import type { ThreadsState } from '../../../domain/matrix/live-threads.ts';
import type { ListedThread } from '../../../domain/rooms/listed-message.ts';
import { formatAgo } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { errorSentence } from '../../error-sentence.ts';
import { Badge } from '../../primitives/badge.tsx';
import { Banner } from '../../primitives/banner.tsx';
import { Button } from '../../primitives/button.tsx';
import { EmptyState } from '../../primitives/empty-state.tsx';
import { SkeletonRows } from '../../primitives/skeleton.tsx';
import { Spinner } from '../../primitives/spinner.tsx';
import { setPanel } from '../../route.ts';
import { PersonAvatar } from '../person-avatar.tsx';
import { MessageCard } from './message-card.tsx';
import styles from './panel.module.css';
import { useOpened } from './use-opened.ts';

const LOAD_WITHIN = 400;
const empty = createStore<ThreadsState>(() => ({ threads: [], loading: true, more: true, error: undefined }));
const open = (live: LiveSession, roomId: string) => live.openThreads(roomId);

export function ThreadsPanel({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const { accountKey, roomId } = conversation;
  const { opened, state } = useOpened(accountKey, roomId, open, empty);
  const { threads, loading, more, error } = state;
  const loadMore = (): void => void opened?.loadMore();
  return (
    <div
      className={styles.scroll}
      aria-busy={loading}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        if (more && error === undefined && scrollHeight - scrollTop - clientHeight < LOAD_WITHIN) loadMore();
      }}
    >
      {error !== undefined && <LoadProblem error={error} onRetry={loadMore} />}
      {threads.length > 0 ? (
        <div className={styles.cards}>
          {threads.map((thread) => (
            <MessageCard
              key={thread.root.eventId}
              accountKey={accountKey}
              message={thread.root}
              onOpen={() => setPanel('thread', thread.root.eventId)}
              corner={
                thread.mentions > 0 ? (
                  <Badge kind="mention" count={thread.mentions} />
                ) : (
                  thread.unread > 0 && <Badge kind="count" count={thread.unread} />
                )
              }
              foot={<LastReply thread={thread} accountKey={accountKey} />}
            />
          ))}
          {loading && (
            <div className={styles.end}>
              <Spinner />
            </div>
          )}
        </div>
      ) : loading ? (
        <SkeletonRows rows={5} />
      ) : (
        error === undefined && (
          <EmptyState size="small" illustration={<MessagesSquare />} title={t('timeline.noThreads')}>
            {t('timeline.noThreadsBody')}
          </EmptyState>
        )
      )}
    </div>
  );
}

function LastReply({ thread, accountKey }: { readonly thread: ListedThread; readonly accountKey: string }) {
  const t = useT();
  return (
    <span className={styles.foot}>
      {thread.lastSender && <PersonAvatar accountKey={accountKey} person={thread.lastSender} size={16} />}
      <span className={styles.replies}>
        {t('timeline.repliesWhen', { replies: t('timeline.replies', { count: thread.replies }), when: formatAgo(thread.lastTs) })}
      </span>
      <span className={styles.last}>{thread.lastText}</span>
    </span>
  );
}

export function LoadProblem({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const t = useT();
  return (
    <Banner
      kind="warning"
      action={
        <Button size="small" onPress={onRetry}>
          {t('common.retry')}
        </Button>
      }
    >
      {errorSentence(error)}
    </Banner>
  );
}
