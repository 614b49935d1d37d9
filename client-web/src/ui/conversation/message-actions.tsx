/** The bar over a message under the pointer or focus. */
import { MessagesSquare, MoreHorizontal, Pencil, Reply, SmilePlus } from 'lucide-react';
import { draftKey } from '../../domain/composer/drafts.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { composerContexts } from '../composer/composer-store.ts';
import { attempt } from '../error-sentence.ts';
import { IconButton } from '../primitives/icon-button.tsx';
import { Menu, MenuTrigger } from '../primitives/menu.tsx';
import { setPanel } from '../route.ts';
import styles from './message-actions.module.css';
import { MessageMenu } from './message-menu.tsx';
import { ReactionPicker } from './reaction-picker.tsx';
import { toggleReaction } from './toggle-reaction.ts';

export interface MessageActionsProps {
  readonly item: MessageItem;
  readonly accountKey: string;
  readonly roomId: string;
  /** The thread that is shown, if one is. */
  readonly threadRootId: string | undefined;
  readonly className: string;
  readonly onBusy: (busy: boolean) => void;
}

export function MessageActions({ item, accountKey, roomId, threadRootId, className, onBusy }: MessageActionsProps) {
  const t = useT();
  const app = useApp();
  const live = useLive(accountKey);
  const key = draftKey(accountKey, roomId, threadRootId);
  const eventId = item.eventId!;
  return (
    <div className={classNames(styles.bar, className)} role="toolbar" aria-label={t('timeline.actions.label')}>
      {item.can.react && (
        <ReactionPicker
          live={live}
          onOpenChange={onBusy}
          onPick={(emoji) => attempt(toggleReaction({ app, live, accountKey, roomId, item, key: emoji, threadRootId }))}
        >
          <IconButton label={t('timeline.actions.react')} size="small">
            <SmilePlus />
          </IconButton>
        </ReactionPicker>
      )}
      {item.can.reply && (
        <IconButton label={t('timeline.actions.reply')} size="small" onPress={() => composerContexts.reply(key, item)}>
          <Reply />
        </IconButton>
      )}
      {item.can.reply && threadRootId === undefined && (
        <IconButton label={t('timeline.actions.thread')} size="small" onPress={() => setPanel('thread', item.threadRootId ?? eventId)}>
          <MessagesSquare />
        </IconButton>
      )}
      {item.can.edit && (
        <IconButton label={t('timeline.actions.edit')} size="small" onPress={() => composerContexts.edit(key, item)}>
          <Pencil />
        </IconButton>
      )}
      <MenuTrigger onOpenChange={onBusy}>
        <IconButton label={t('timeline.actions.more')} size="small">
          <MoreHorizontal />
        </IconButton>
        <Menu label={t('timeline.actions.label')} placement="bottom end">
          <MessageMenu item={item} accountKey={accountKey} roomId={roomId} threadRootId={threadRootId} whole={false} />
        </Menu>
      </MenuTrigger>
    </div>
  );
}
