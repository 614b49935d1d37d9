/** The open conversation with its panel, or a calm picture if there is none. */
import { lazy, Suspense } from 'react';
import { conversationId, type Conversation } from '../../domain/inbox/conversation.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useConversation, useLive } from '../app-context.ts';
import { Composer } from '../composer/composer.tsx';
import { triage } from '../inbox/triage-actions.ts';
import { Button } from '../primitives/button.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import { ErrorBoundary } from '../primitives/error-boundary.tsx';
import { SkeletonRows } from '../primitives/skeleton.tsx';
import { useRoute, type OpenConversation } from '../route.ts';
import { ConversationHeader } from './conversation-header.tsx';
import styles from './conversation-pane.module.css';
import { SuccessorBanner } from './successor-banner.tsx';
import { Timeline } from './timeline.tsx';
import { TypingLine } from './typing-line.tsx';
import { useTimeline } from './use-timeline.ts';

const SidePanel = lazy(async () => ({ default: (await import('./side-panel.tsx')).SidePanel }));

export function ConversationPane() {
  const t = useT();
  const open = useRoute((route) => (route.page === 'inbox' ? route.conversation : undefined));
  const conversation = useConversation(open && conversationId(open.accountKey, open.roomId));
  const live = useLive(open?.accountKey);
  if (!open) {
    return (
      <main className={styles.empty}>
        <EmptyState title={t('timeline.emptyTitle')}>{t('timeline.emptyBody')}</EmptyState>
      </main>
    );
  }
  if (!conversation) {
    return <main className={styles.empty}>{live ? <EmptyState title={t('timeline.gone')} /> : <EmptyState title={t('timeline.notLive')} />}</main>;
  }
  return (
    <>
      <ErrorBoundary key={conversation.id}>
        {conversation.membership === 'join' ? <OpenRoom conversation={conversation} open={open} /> : <Invitation conversation={conversation} />}
      </ErrorBoundary>
      {open.panel !== undefined && conversation.membership === 'join' && (
        <Suspense>
          <SidePanel conversation={conversation} panel={open.panel} threadRootId={open.threadRootId} />
        </Suspense>
      )}
    </>
  );
}

function OpenRoom({ conversation, open }: { readonly conversation: Conversation; readonly open: OpenConversation }) {
  const { accountKey, roomId } = conversation;
  const { timeline, state } = useTimeline(accountKey, roomId, { eventId: open.eventId });
  return (
    <main className={styles.pane} aria-label={conversation.name} data-room={roomId} data-account={accountKey}>
      <ConversationHeader conversation={conversation} panel={open.panel} />
      <SuccessorBanner conversation={conversation} />
      {timeline && (state.items.length > 0 || state.loading === undefined) ? (
        <Timeline conversation={conversation} timeline={timeline} state={state} focusEventId={open.eventId} />
      ) : (
        <div className={styles.loading}>
          <SkeletonRows rows={8} />
        </div>
      )}
      <TypingLine people={state.typing} />
      <Composer conversation={conversation} threadRootId={undefined} items={state.items} />
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
          title={conversation.name}
          action={
            conversation.membership === 'invite' ? (
              <span className={styles.answers}>
                <Button kind="primary" onPress={() => triage.accept(app, conversation)}>
                  {t('inbox.accept')}
                </Button>
                <Button onPress={() => triage.decline(app, conversation)}>{t('inbox.decline')}</Button>
              </span>
            ) : undefined
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
