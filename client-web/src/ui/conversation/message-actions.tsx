/** The bar over a message under the pointer or focus. */
import { Copy, History, Link2, MessagesSquare, MoreHorizontal, Pencil, Pin, PinOff, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { draftKey } from '../../domain/composer/drafts.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { attempt } from '../error-sentence.ts';
import { composerContexts } from '../composer/composer-store.ts';
import { confirm } from '../primitives/confirm.tsx';
import { IconButton } from '../primitives/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator, MenuTrigger } from '../primitives/menu.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { setPanel } from '../route.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import styles from './message-actions.module.css';
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
  const text = item.content.type === 'text' || item.content.type === 'emote' || item.content.type === 'notice' ? item.content.text.body : undefined;
  const copy = async (what: string): Promise<void> => {
    await navigator.clipboard.writeText(what);
    showToast({ text: t('common.copied') });
  };
  const remove = async (): Promise<void> => {
    const sure = await confirm({
      title: t('timeline.deleteTitle'),
      body: t('timeline.deleteBody'),
      action: t('timeline.actions.delete'),
      danger: true,
    });
    if (sure) await live?.messages.redact(roomId, eventId);
  };
  return (
    <div className={classNames(styles.bar, className)} role="toolbar" aria-label={t('timeline.actions.label')}>
      {item.can.react && (
        <ReactionPicker onPick={(emoji) => attempt(toggleReaction({ app, live, accountKey, roomId, item, key: emoji, threadRootId }))}>
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
          {text !== undefined && (
            <MenuItem icon={<Copy />} onAction={() => attempt(copy(text))}>
              {t('timeline.actions.copyText')}
            </MenuItem>
          )}
          <MenuItem icon={<Link2 />} onAction={() => attempt(copy(live?.messages.linkTo(roomId, eventId) ?? ''))}>
            {t('timeline.actions.copyLink')}
          </MenuItem>
          {item.can.pin && (
            <MenuItem icon={item.pinned ? <PinOff /> : <Pin />} onAction={() => attempt(live!.messages.setPinned(roomId, eventId, !item.pinned))}>
              {item.pinned ? t('timeline.actions.unpin') : t('timeline.actions.pin')}
            </MenuItem>
          )}
          {item.edited && (
            <MenuItem icon={<History />} onAction={() => openDialog('edit-history', { accountKey, roomId, eventId })}>
              {t('timeline.actions.history')}
            </MenuItem>
          )}
          {item.can.redact && (
            <>
              <MenuSeparator />
              <MenuItem icon={<Trash2 />} danger onAction={() => attempt(remove())}>
                {t('timeline.actions.delete')}
              </MenuItem>
            </>
          )}
        </Menu>
      </MenuTrigger>
    </div>
  );
}
