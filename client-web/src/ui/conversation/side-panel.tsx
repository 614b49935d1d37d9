/** What stands beside the open conversation: about it, its members, pins, threads and files. Over it where there is no room. */
import { ArrowLeft, Bell, BellOff, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { conversationId, type Conversation } from '../../domain/inbox/conversation.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { useT, type SentenceKey } from '../../i18n/i18n.ts';
import { useApp, useConversation } from '../app-context.ts';
import { Composer } from '../composer/composer.tsx';
import { triage } from '../inbox/triage-actions.ts';
import { IconButton } from '../primitives/icon-button.tsx';
import { ResizeHandle } from '../primitives/resize-handle.tsx';
import { goBack, setPanel, type Panel } from '../route.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { FilesPanel } from './panels/files-panel.tsx';
import { InfoPanel } from './panels/info-panel.tsx';
import { MembersPanel } from './panels/members-panel.tsx';
import { PinsPanel } from './panels/pins-panel.tsx';
import { ThreadsPanel } from './panels/threads-panel.tsx';
import styles from './side-panel.module.css';
import { Timeline } from './timeline.tsx';
import { useTimeline } from './use-timeline.ts';

const WIDTH = { min: 300, start: 380, max: 640 } as const;
const KEPT = 'nexuscomm.panel-width';

const TITLES = {
  info: 'rooms.info',
  members: 'rooms.members.title',
  thread: 'timeline.thread',
  threads: 'timeline.threads',
  pins: 'timeline.pins',
  files: 'rooms.files.title',
} as const satisfies Readonly<Record<Panel, SentenceKey>>;

/** Where the arrow leads. */
const BACK: Readonly<Partial<Record<Panel, Panel>>> = { members: 'info', pins: 'info', files: 'info', threads: 'info', thread: 'threads' };

/** On a phone a thread may have been opened from the inbox. */
const isAlone = (): boolean => matchMedia('(max-width: 760px)').matches;

export interface SidePanelProps {
  readonly conversation: Conversation;
  readonly panel: Panel;
  readonly threadRootId: string | undefined;
}

export function SidePanel({ conversation, panel, threadRootId }: SidePanelProps) {
  const t = useT();
  const [width, setWidth] = useState(readKept);
  /** Of the open thread: ms, of its newest reply; where nobody has answered yet there is nothing to follow. */
  const [newest, setNewest] = useState<{ readonly rootId: string; readonly newestTs: number }>();
  const title = t(TITLES[panel]);
  const back = BACK[panel];
  const close = (): void => setPanel(undefined);
  useShortcuts({ escape: close });
  return (
    <>
      <ResizeHandle
        pane={title}
        controls="side-panel"
        side="start"
        className={styles.handle!}
        width={width}
        min={WIDTH.min}
        max={WIDTH.max}
        onReset={() => setWidth(keep(WIDTH.start))}
        onResize={(next) => setWidth(keep(next))}
      />
      <aside
        id="side-panel"
        className={styles.panel}
        aria-label={title}
        style={{ '--panel-width': `${width}px` } as React.CSSProperties}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return;
          event.preventDefault();
          close();
        }}
      >
        <header className={styles.head}>
          {back !== undefined && (
            <IconButton label={t('common.back')} onPress={() => (panel === 'thread' && isAlone() ? goBack(() => setPanel(back)) : setPanel(back))}>
              <ArrowLeft />
            </IconButton>
          )}
          <h2 className={styles.title}>{title}</h2>
          {panel === 'thread' && newest !== undefined && newest.rootId === threadRootId && <FollowButton conversation={conversation} {...newest} />}
          <IconButton label={t('timeline.closePanel')} keys="Escape" onPress={close}>
            <X />
          </IconButton>
        </header>
        <PanelBody conversation={conversation} panel={panel} threadRootId={threadRootId} onNewest={setNewest} />
      </aside>
    </>
  );
}

interface NewestReply {
  readonly onNewest: (newest: { readonly rootId: string; readonly newestTs: number } | undefined) => void;
}

function PanelBody({ conversation, panel, threadRootId, onNewest }: SidePanelProps & NewestReply) {
  switch (panel) {
    case 'info':
      return <InfoPanel key={conversation.id} conversation={conversation} />;
    case 'members':
      return <MembersPanel key={conversation.id} conversation={conversation} />;
    case 'pins':
      return <PinsPanel key={conversation.id} conversation={conversation} />;
    case 'files':
      return <FilesPanel key={conversation.id} conversation={conversation} />;
    case 'threads':
      return <ThreadsPanel key={conversation.id} conversation={conversation} />;
    case 'thread':
      return threadRootId === undefined ? null : (
        <ThreadPanel key={threadRootId} conversation={conversation} rootId={threadRootId} onNewest={onNewest} />
      );
  }
}

function FollowButton({
  conversation,
  rootId,
  newestTs,
}: {
  readonly conversation: Conversation;
  readonly rootId: string;
  readonly newestTs: number;
}) {
  const t = useT();
  const app = useApp();
  const { accountKey, roomId } = conversation;
  const followed = useConversation(conversationId(accountKey, roomId, rootId)) !== undefined;
  return (
    <IconButton
      label={followed ? t('inbox.unfollow') : t('inbox.follow')}
      onPress={() => triage.setFollowed(app, { accountKey, roomId, rootId, newestTs }, !followed)}
    >
      {followed ? <BellOff /> : <Bell />}
    </IconButton>
  );
}

function ThreadPanel({ conversation, rootId, onNewest }: { readonly conversation: Conversation; readonly rootId: string } & NewestReply) {
  const { timeline, state } = useTimeline(conversation.accountKey, conversation.roomId, { threadRootId: rootId });
  const newestTs = state.items.findLast(
    (item): item is MessageItem => item.type === 'message' && item.sendState === 'sent' && item.eventId !== rootId,
  )?.ts;
  useEffect(() => onNewest(newestTs === undefined ? undefined : { rootId, newestTs }), [rootId, newestTs, onNewest]);
  return (
    <>
      {timeline ? <Timeline conversation={conversation} timeline={timeline} state={state} /> : <div className={styles.fill} />}
      <Composer conversation={conversation} threadRootId={rootId} items={state.items} />
    </>
  );
}

function readKept(): number {
  try {
    const kept = Number(localStorage.getItem(KEPT));
    return kept >= WIDTH.min && kept <= WIDTH.max ? kept : WIDTH.start;
  } catch {
    return WIDTH.start;
  }
}

function keep(width: number): number {
  try {
    localStorage.setItem(KEPT, String(width));
  } catch {
    // The width lasts as long as the window.
  }
  return width;
}
