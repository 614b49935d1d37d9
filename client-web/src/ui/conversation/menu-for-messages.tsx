/** One menu for all messages, by right click or long press: each having its own would cost with every row that comes into view. */
import { lazy, Suspense, useRef, useState, type ComponentType, type ReactNode, type SyntheticEvent } from 'react';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { ContextMenu } from '../primitives/context-menu.tsx';
import type { ConversationPlace } from './conversation-context.ts';
import styles from './menu-for-messages.module.css';
import type { MessageMenuProps } from './message-menu.tsx';
import { leaveRow } from './near-row.ts';
import type { Row } from './timeline-rows.ts';
import { toggleReaction } from './toggle-reaction.ts';

type MenuComponent = ComponentType<MessageMenuProps>;
/** Loaded with the first pointer over a timeline, so that it is there when the menu is asked for. */
let MessageMenu: MenuComponent | undefined;
const loadMenu = (): Promise<void> | undefined =>
  MessageMenu ? undefined : import('./message-menu.tsx').then((module) => void (MessageMenu = module.MessageMenu));
const preloadMenu = (): void => void loadMenu()?.catch(() => {});
const EmojiPanel = lazy(async () => ({ default: (await import('../emoji/emoji-popover.tsx')).EmojiPanel }));

interface MenuForMessagesProps {
  readonly place: ConversationPlace;
  readonly rows: readonly Row[];
  readonly children: (pressed: string | undefined) => ReactNode;
}

export function MenuForMessages({ place, rows, children }: MenuForMessagesProps) {
  const t = useT();
  const app = useApp();
  const live = useLive(place.accountKey);
  const target = useRef<string>(undefined);
  const article = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const [reacting, setReacting] = useState(false);
  const item = (): MessageItem | undefined => {
    const row = rows.find((one) => one.key === target.current);
    return row?.kind === 'message' && row.item.eventId !== undefined && row.item.content.type !== 'redacted' ? row.item : undefined;
  };
  const note = (event: SyntheticEvent): void => {
    if (!(event.target instanceof Element) || !event.currentTarget.contains(event.target)) return;
    const player = event.target.closest('video, audio, input') !== null;
    article.current = player ? null : event.target.closest<HTMLElement>('article[data-key]');
    target.current = article.current?.dataset['key'];
  };
  const { accountKey, roomId, timeline } = place;
  const { threadRootId } = timeline.target;
  return (
    <div
      className={styles.area}
      onPointerOver={preloadMenu}
      onPointerLeave={() => leaveRow()}
      onContextMenuCapture={note}
      onPointerDownCapture={note}
    >
      <ContextMenu
        label={t('timeline.actions.label')}
        onOpenChange={setOpen}
        prepare={() => {
          const coming = loadMenu();
          if (coming) attempt(coming);
          return coming;
        }}
        menu={() => {
          const found = item();
          if (!found) return undefined;
          return MessageMenu === undefined ? (
            <></>
          ) : (
            <MessageMenu item={found} accountKey={accountKey} roomId={roomId} threadRootId={threadRootId} whole onReact={() => setReacting(true)} />
          );
        }}
      >
        {children(open || reacting ? target.current : undefined)}
      </ContextMenu>
      {reacting && (
        <Suspense>
          <EmojiPanel
            triggerRef={article}
            live={live}
            placement="top"
            label={t('timeline.addReaction')}
            onClose={() => setReacting(false)}
            onPick={(key) => {
              const found = item();
              if (found) attempt(toggleReaction({ app, live, accountKey, roomId, item: found, key, threadRootId }));
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
