/** What stands beside the open conversation. */
import { X } from 'lucide-react';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import { useT } from '../../i18n/i18n.ts';
import { Composer } from '../composer/composer.tsx';
import { IconButton } from '../primitives/icon-button.tsx';
import { setPanel, type Panel } from '../route.ts';
import styles from './side-panel.module.css';
import { Timeline } from './timeline.tsx';
import { useTimeline } from './use-timeline.ts';

export interface SidePanelProps {
  readonly conversation: Conversation;
  readonly panel: Panel;
  readonly threadRootId: string | undefined;
}

export function SidePanel({ conversation, panel, threadRootId }: SidePanelProps) {
  const t = useT();
  const title =
    panel === 'thread' ? t('timeline.thread') : panel === 'threads' ? t('timeline.threads') : panel === 'pins' ? t('timeline.pins') : t('rooms.info');
  return (
    <aside className={styles.panel} aria-label={title}>
      <header className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        <IconButton label={t('timeline.closePanel')} onPress={() => setPanel(undefined)}>
          <X />
        </IconButton>
      </header>
      {panel === 'thread' && threadRootId !== undefined && <ThreadPanel key={threadRootId} conversation={conversation} rootId={threadRootId} />}
    </aside>
  );
}

function ThreadPanel({ conversation, rootId }: { readonly conversation: Conversation; readonly rootId: string }) {
  const { timeline, state } = useTimeline(conversation.accountKey, conversation.roomId, { threadRootId: rootId });
  return (
    <>
      {timeline ? <Timeline conversation={conversation} timeline={timeline} state={state} /> : <div className={styles.fill} />}
      <Composer conversation={conversation} threadRootId={rootId} items={state.items} />
    </>
  );
}
