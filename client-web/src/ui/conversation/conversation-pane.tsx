/** The open conversation with its panel, or a calm picture if there is none. */
import { lazy, memo, Suspense, useEffect, useState } from 'react';
import { conversationId, type Conversation } from '../../domain/inbox/conversation.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useConversation, useLive } from '../app-context.ts';
import { Composer } from '../composer/composer.tsx';
import { triage } from '../inbox/triage-actions.ts';
import { Button } from '../primitives/button.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import { ErrorBoundary } from '../primitives/error-boundary.tsx';
import { SkeletonRows } from '../primitives/skeleton.tsx';
import { MxcAvatar } from '../rooms/mxc-avatar.tsx';
import { useRoomDetails } from '../rooms/use-room-details.ts';
import { useRoute, type OpenConversation } from '../route.ts';
import { ConversationHeader } from './conversation-header.tsx';
import styles from './conversation-pane.module.css';
import { Gone } from './gone.tsx';
import { NothingOpen } from './nothing-open.tsx';
import { SuccessorBanner } from './successor-banner.tsx';
import { Timeline } from './timeline.tsx';
import { TypingLine } from './typing-line.tsx';
import { useTimeline } from './use-timeline.ts';

const ANNOUNCED_AFTER_MS = 120;

const SidePanel = lazy(async () => ({ default: (await import('./side-panel.tsx')).SidePanel }));

export const ConversationPane = memo(function ConversationPane() {
  const t = useT();
  const open = useRoute((route) => (route.page === 'inbox' ? route.conversation : undefined));
  const conversation = useConversation(open && conversationId(open.accountKey, open.roomId));
  const live = useLive(open?.accountKey);
  if (!open) {
    return (
      <main className={styles.empty}>
        <NothingOpen />
      </main>
    );
  }
  if (!conversation) {
    return (
      <main className={styles.empty}>{live ? <Gone key={open.roomId} open={open} live={live} /> : <EmptyState title={t('timeline.notLive')} />}</main>
    );
  }
  return (
    <>
      <ErrorBoundary resetKey={conversation.id}>
        {conversation.membership === 'join' ? (
          <OpenRoom conversation={conversation} open={open} />
        ) : (
          <Invitation key={conversation.id} conversation={conversation} />
        )}
      </ErrorBoundary>
      {open.panel !== undefined && conversation.membership === 'join' && (
        <Suspense>
          <SidePanel conversation={conversation} panel={open.panel} threadRootId={open.threadRootId} />
        </Suspense>
      )}
    </>
  );
});

/** What is here already comes within a frame: only what takes longer is announced. */
function Loading() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ANNOUNCED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return <div className={styles.loading}>{late && <SkeletonRows rows={8} />}</div>;
}

function OpenRoom({ conversation, open }: { readonly conversation: Conversation; readonly open: OpenConversation }) {
  const { accountKey, roomId } = conversation;
  const { timeline, state } = useTimeline(accountKey, roomId, { eventId: open.eventId });
  const replaced = useRoomDetails(accountKey, roomId)?.successor !== undefined;
  return (
    <main className={styles.pane} aria-label={conversation.name} data-room={roomId} data-account={accountKey}>
      <ConversationHeader conversation={conversation} panel={open.panel} />
      <SuccessorBanner key={roomId} conversation={conversation} />
      {timeline && (state.items.length > 0 || state.loading === undefined) ? (
        <Timeline
          key={conversation.id}
          conversation={conversation}
          timeline={timeline}
          state={state}
          focusEventId={open.eventId}
          beside={open.panel === 'thread'}
        />
      ) : (
        <Loading />
      )}
      <TypingLine people={state.typing} />
      {!replaced && <Composer conversation={conversation} threadRootId={undefined} items={state.items} />}
    </main>
  );
}

function Invitation({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const app = useApp();
  return (
    <main className={styles.pane} aria-label={conversation.name}>
      <ConversationHeader conversation={conversation} panel={undefined} />
      <div className={styles.center}>
        <EmptyState
          illustration={
            <MxcAvatar
              accountKey={conversation.accountKey}
              id={conversation.otherUserId ?? conversation.roomId}
              name={conversation.name}
              mxc={conversation.avatarMxc}
              size={80}
              shape={conversation.kind === 'direct' ? 'person' : 'room'}
            />
          }
          title={conversation.name}
          action={
            conversation.membership === 'invite' ? (
              <span className={styles.answers}>
                <Button kind="primary" onPress={() => triage.accept(app, conversation)}>
                  {t('inbox.accept')}
                </Button>
                <Button onPress={() => triage.decline(app, conversation)}>{t('inbox.decline')}</Button>
              </span>
            ) : (
              <Button onPress={() => triage.decline(app, conversation)}>{t('rooms.join.withdraw')}</Button>
            )
          }
        >
          {conversation.membership === 'knock'
            ? t('inbox.knocking')
            : conversation.inviter
              ? t('inbox.invitedBy', { name: conversation.inviter.name })
              : t('inbox.invited')}
        </EmptyState>
      </div>
    </main>
  );
}
