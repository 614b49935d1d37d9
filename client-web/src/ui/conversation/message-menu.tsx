/** What can be done with a message, as items of a menu: behind the last button of its bar, and by right click or long press. */
import { Braces, Copy, Forward, History, Link2, MailOpen, MessagesSquare, Pencil, Pin, PinOff, Reply, Smile, SmilePlus, Trash2 } from 'lucide-react';
import { loadWriting } from '../../domain/composer/compose.ts';
import { readComposerText } from '../../domain/composer/composer-text.ts';
import { draftKey } from '../../domain/composer/drafts.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { t, useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { composerContexts } from '../composer/composer-store.ts';
import { copyText } from '../copy-text.ts';
import { attempt } from '../error-sentence.ts';
import { confirm } from '../primitives/confirm.tsx';
import { MenuItem, MenuSeparator } from '../primitives/menu.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { closeConversation, setPanel } from '../route.ts';
import { openDialog } from '../shell/dialogs-store.ts';

export interface MessageMenuProps {
  readonly item: MessageItem;
  readonly accountKey: string;
  readonly roomId: string;
  /** The thread that is shown, if one is. */
  readonly threadRootId: string | undefined;
  /** With what the bar has as buttons, where there is no bar. */
  readonly whole: boolean;
  readonly onReact?: (() => void) | undefined;
}

export async function deleteMessage(live: LiveSession | undefined, roomId: string, eventId: string): Promise<void> {
  let reason = '';
  const sure = await confirm({
    title: t('timeline.deleteTitle'),
    body: (
      <>
        <p>{t('timeline.deleteBody')}</p>
        <br />
        <TextField label={t('timeline.deleteReason')} onChange={(value) => (reason = value)} />
      </>
    ),
    action: t('timeline.actions.delete'),
    danger: true,
  });
  if (sure) await live?.messages.redact(roomId, eventId, reason.trim() || undefined);
}

async function copyMarkdown(live: LiveSession | undefined, roomId: string, eventId: string): Promise<void> {
  const [{ contentToMarkdown }, found] = await Promise.all([loadWriting(), live?.messages.find(roomId, eventId)]);
  // With names for mentions: tokens mean nothing elsewhere.
  if (found) await copyText(readComposerText(contentToMarkdown(found.raw)).text);
}

export function MessageMenu({ item, accountKey, roomId, threadRootId, whole, onReact }: MessageMenuProps) {
  const translate = useT();
  const live = useLive(accountKey);
  const key = draftKey(accountKey, roomId, threadRootId);
  const eventId = item.eventId!;
  const { content } = item;
  const text = 'text' in content ? content.text.body : content.type === 'media' ? content.media.caption?.body : undefined;
  const where = { accountKey, roomId, eventId };
  return (
    <>
      {whole && item.can.react && onReact && (
        <MenuItem icon={<SmilePlus />} onAction={onReact}>
          {translate('timeline.addReaction')}
        </MenuItem>
      )}
      {whole && item.can.reply && (
        <MenuItem icon={<Reply />} onAction={() => composerContexts.reply(key, item)}>
          {translate('timeline.actions.reply')}
        </MenuItem>
      )}
      {whole && item.can.reply && threadRootId === undefined && (
        <MenuItem icon={<MessagesSquare />} onAction={() => setPanel('thread', item.threadRootId ?? eventId)}>
          {translate('timeline.actions.thread')}
        </MenuItem>
      )}
      {whole && item.can.edit && (
        <MenuItem icon={<Pencil />} onAction={() => composerContexts.edit(key, item)}>
          {translate('timeline.actions.edit')}
        </MenuItem>
      )}
      {whole && <MenuSeparator />}
      {text !== undefined && (
        <>
          <MenuItem icon={<Copy />} onAction={() => attempt(copyText(text))}>
            {translate('timeline.actions.copyText')}
          </MenuItem>
          <MenuItem icon={<Braces />} onAction={() => attempt(copyMarkdown(live, roomId, eventId))}>
            {translate('timeline.actions.copyMarkdown')}
          </MenuItem>
        </>
      )}
      <MenuItem icon={<Link2 />} onAction={() => attempt(copyText(live?.messages.linkTo(roomId, eventId) ?? ''))}>
        {translate('timeline.actions.copyLink')}
      </MenuItem>
      {content.type !== 'undecryptable' && content.type !== 'redacted' && (
        <MenuItem icon={<Forward />} onAction={() => openDialog('forward', where)}>
          {translate('timeline.actions.forward')}
        </MenuItem>
      )}
      {threadRootId === undefined && !item.mine && (
        <MenuItem
          icon={<MailOpen />}
          onAction={() => {
            // Open, it would be read again at once.
            closeConversation();
            attempt(live?.messages.markUnreadFrom(roomId, eventId) ?? Promise.resolve());
          }}
        >
          {translate('timeline.actions.markUnread')}
        </MenuItem>
      )}
      {item.can.pin && (
        <MenuItem icon={item.pinned ? <PinOff /> : <Pin />} onAction={() => attempt(live!.messages.setPinned(roomId, eventId, !item.pinned))}>
          {item.pinned ? translate('timeline.actions.unpin') : translate('timeline.actions.pin')}
        </MenuItem>
      )}
      {item.reactions.length > 0 && (
        <MenuItem icon={<Smile />} onAction={() => openDialog('reactions', where)}>
          {translate('timeline.actions.reactions')}
        </MenuItem>
      )}
      {item.edited && (
        <MenuItem icon={<History />} onAction={() => openDialog('edit-history', where)}>
          {translate('timeline.actions.history')}
        </MenuItem>
      )}
      {item.can.redact && (
        <>
          <MenuSeparator />
          <MenuItem icon={<Trash2 />} danger onAction={() => attempt(deleteMessage(live, roomId, eventId))}>
            {translate('timeline.actions.delete')}
          </MenuItem>
        </>
      )}
    </>
  );
}
