/** What can be done with a conversation; in a menu. */
import {
  Archive,
  ArchiveRestore,
  ArrowDown,
  BellOff,
  Clock,
  Link2,
  Link2Off,
  LogOut,
  Mail,
  MailOpen,
  Pin,
  PinOff,
  Settings,
  UserPlus,
} from 'lucide-react';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import { effectiveTriage } from '../../domain/inbox/effective-triage.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { setPreviews, usePreviewsOn } from '../conversation/preview-settings.ts';
import { attempt } from '../error-sentence.ts';
import { MenuItem, MenuSeparator } from '../primitives/menu.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import { useNow } from '../use-now.ts';
import { triage } from './triage-actions.ts';

export function ConversationMenu({ row }: { readonly row: Conversation }) {
  const t = useT();
  const app = useApp();
  const now = useNow();
  const where = { accountKey: row.accountKey, roomId: row.roomId };
  if (row.membership !== 'join') {
    return (
      <MenuItem icon={<LogOut />} danger onAction={() => triage.decline(app, row)}>
        {t('inbox.decline')}
      </MenuItem>
    );
  }
  const { thread } = row;
  return (
    <>
      {effectiveTriage(row, now).state === 'active' ? (
        <MenuItem icon={<Archive />} keys="E" onAction={() => triage.done(app, row)}>
          {t('inbox.markDone')}
        </MenuItem>
      ) : (
        <MenuItem icon={<ArchiveRestore />} keys="E" onAction={() => triage.reopen(app, row)}>
          {t('inbox.reopen')}
        </MenuItem>
      )}
      <MenuItem icon={<Clock />} keys="H" onAction={() => openDialog('snooze', { conversationId: row.id })}>
        {t('inbox.snooze')}
      </MenuItem>
      <MenuItem icon={row.unread > 0 || row.markedUnread ? <MailOpen /> : <Mail />} keys="U" onAction={() => triage.toggleUnread(app, row)}>
        {row.unread > 0 || row.markedUnread ? t('inbox.markRead') : t('inbox.markUnread')}
      </MenuItem>
      {thread ? (
        <MenuItem icon={<BellOff />} onAction={() => triage.setFollowed(app, { ...where, rootId: thread.rootId, newestTs: row.activityTs }, false)}>
          {t('inbox.unfollow')}
        </MenuItem>
      ) : (
        <RoomItems row={row} />
      )}
    </>
  );
}

/** What a thread has no choice of its own in. */
function RoomItems({ row }: { readonly row: Conversation }) {
  const t = useT();
  const app = useApp();
  const live = useLive(row.accountKey);
  const previews = usePreviewsOn(row.id, row.encrypted);
  const where = { accountKey: row.accountKey, roomId: row.roomId };
  return (
    <>
      <MenuItem icon={row.favourite ? <PinOff /> : <Pin />} keys="S" onAction={() => triage.toggleFavourite(app, row)}>
        {row.favourite ? t('inbox.unfavourite') : t('inbox.favourite')}
      </MenuItem>
      <MenuItem icon={<ArrowDown />} onAction={() => triage.toggleLowPriority(app, row)}>
        {row.lowPriority ? t('inbox.notLowPriority') : t('inbox.lowPriority')}
      </MenuItem>
      <MenuItem
        icon={<BellOff />}
        isDisabled={!live}
        onAction={() => attempt(live!.rooms.setNotificationLevel(row.roomId, row.muted ? 'default' : 'mute'))}
      >
        {row.muted ? t('inbox.unmute') : t('inbox.mute')}
      </MenuItem>
      <MenuItem icon={previews ? <Link2Off /> : <Link2 />} onAction={() => setPreviews(row.id, !previews)}>
        {previews ? t('timeline.preview.turnOff') : t('timeline.preview.turnOn')}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<UserPlus />} onAction={() => openDialog('invite', where)}>
        {t('inbox.invite')}
      </MenuItem>
      <MenuItem icon={<Settings />} onAction={() => openDialog('room-settings', where)}>
        {t('common.settings')}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<LogOut />} danger onAction={() => void triage.leave(app, row)}>
        {t('inbox.leave')}
      </MenuItem>
    </>
  );
}
