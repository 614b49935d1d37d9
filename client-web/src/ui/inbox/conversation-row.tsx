/** One conversation in the list. */
import { BellOff, Check, Clock, MessagesSquare, MoreHorizontal, Pin, Undo2 } from 'lucide-react';
import { memo, useState } from 'react';
import { useStore } from 'zustand';
import { readComposerText } from '../../domain/composer/composer-text.ts';
import { draftKey, unsentTextOf } from '../../domain/composer/drafts.ts';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import { effectiveTriage } from '../../domain/inbox/effective-triage.ts';
import { formatRelative, formatShort } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Badge } from '../primitives/badge.tsx';
import { Button } from '../primitives/button.tsx';
import { ContextMenu } from '../primitives/context-menu.tsx';
import { IconButton } from '../primitives/icon-button.tsx';
import { Menu, MenuTrigger } from '../primitives/menu.tsx';
import { VisuallyHidden } from '../primitives/visually-hidden.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import { useMediaUrl } from '../use-media.ts';
import { ConversationMenu } from './conversation-menu.tsx';
import styles from './conversation-row.module.css';
import { previewOf } from './preview-of.ts';
import { rootOf, titleOf } from './title-of.ts';
import { openById, triage } from './triage-actions.ts';

/** UTF-16 units of a draft that are looked at. */
const DRAFT_SHOWN = 200;

export interface ConversationRowProps {
  readonly row: Conversation;
  readonly isOpen: boolean;
  readonly isCursor: boolean;
  readonly now: number;
}

export const ConversationRow = memo(function ConversationRow({ row, isOpen, isCursor, now }: ConversationRowProps) {
  const t = useT();
  const app = useApp();
  const accounts = useAccounts();
  const { url } = useMediaUrl(
    row.accountKey,
    row.avatarMxc === undefined ? undefined : { mxc: row.avatarMxc, width: 40, height: 40, method: 'crop' },
  );
  const draft = useStore(app.drafts.state, (state) => state.drafts.get(draftKey(row.accountKey, row.roomId, row.thread?.rootId)));
  const written = readComposerText(unsentTextOf(draft).slice(0, DRAFT_SHOWN)).text.trim();
  const [menuOpen, setMenuOpen] = useState(false);
  const [near, setNear] = useState(false);
  const unread = row.unread > 0 || row.markedUnread || row.membership === 'invite';
  // What was put away and came back is to be put away again.
  const triaged = effectiveTriage(row, now);
  const account = accounts.length > 1 ? accounts.find((one) => one.key === row.accountKey) : undefined;
  const title = titleOf(row, t);
  return (
    <ContextMenu label={t('inbox.actions', { name: title })} menu={() => <ConversationMenu row={row} />}>
      <div
        role="listitem"
        onPointerEnter={(event) => setNear(event.pointerType !== 'touch')}
        onPointerLeave={() => setNear(false)}
        className={classNames(styles.row, unread && styles.unread, isOpen && styles.open, isCursor && styles.cursor, menuOpen && styles.menuOpen)}
        data-conversation={row.roomId}
        data-account={row.accountKey}
        data-thread={row.thread?.rootId}
        data-cursor={isCursor ? '' : undefined}
      >
        <button
          type="button"
          className={styles.main}
          aria-current={isOpen ? 'true' : undefined}
          onClick={() => openById(row.id)}
          tabIndex={isCursor || isOpen ? 0 : -1}
        >
          <Avatar
            id={row.otherUserId ?? row.roomId}
            name={row.name}
            size={40}
            shape={row.kind === 'direct' ? 'person' : 'room'}
            {...(url === undefined ? {} : { src: url })}
            {...(account === undefined ? {} : { accountColour: account.colour })}
          />
          <span className={styles.words}>
            <span className={styles.line}>
              {row.thread && <MessagesSquare className={styles.thread} role="img" aria-label={t('timeline.thread')} />}
              <bdi className={styles.name}>{row.thread ? rootOf(row.thread, t) : row.name}</bdi>
              {row.favourite && <Pin className={styles.mark} role="img" aria-label={t('inbox.favouriteMark')} />}
              {row.muted && <BellOff className={styles.mark} role="img" aria-label={t('inbox.mutedMark')} />}
              {row.network && <span className={styles.network}>{row.network.name}</span>}
              {row.activityTs > 0 && <time className={styles.time}>{formatShort(row.activityTs, now)}</time>}
            </span>
            <span className={styles.line}>
              {row.thread && (
                <span className={styles.room} dir="auto">
                  {row.name}
                </span>
              )}
              <span className={classNames(styles.preview, written && styles.draft)}>
                {written ? t('inbox.draft', { text: written }) : previewOf(row, t)}
              </span>
              {row.mentions > 0 ? (
                <Badge kind="mention" count={row.mentions} className={styles.badge!} />
              ) : row.unread > 0 ? (
                row.muted ? (
                  <Badge kind="dot" className={styles.badge!} />
                ) : (
                  <Badge kind="count" count={row.unread} className={styles.badge!} />
                )
              ) : (
                unread && <Badge kind="dot" className={styles.badge!} />
              )}
            </span>
            {triaged.state === 'snoozed' && (
              <span className={styles.wakes}>
                <Clock aria-hidden /> {t('inbox.wakesAt', { when: formatRelative(triaged.until, now) })}
              </span>
            )}
          </span>
          {account && <VisuallyHidden>{t('inbox.accountMark', { account: account.userId })}</VisuallyHidden>}
        </button>
        {row.membership === 'invite' ? (
          <span className={styles.answer}>
            <Button kind="primary" size="small" onPress={() => triage.accept(app, row)}>
              {t('inbox.accept')}
            </Button>
            <Button size="small" onPress={() => triage.decline(app, row)}>
              {t('inbox.decline')}
            </Button>
          </span>
        ) : near || menuOpen ? (
          <span className={styles.actions}>
            {triaged.state === 'active' ? (
              <IconButton label={t('inbox.markDone')} keys="E" size="small" kind="soft" onPress={() => triage.done(app, row)} excludeFromTabOrder>
                <Check />
              </IconButton>
            ) : (
              <IconButton label={t('inbox.reopen')} size="small" kind="soft" onPress={() => triage.reopen(app, row)} excludeFromTabOrder>
                <Undo2 />
              </IconButton>
            )}
            <IconButton
              label={t('inbox.snooze')}
              keys="H"
              size="small"
              kind="soft"
              onPress={() => openDialog('snooze', { conversationId: row.id })}
              excludeFromTabOrder
            >
              <Clock />
            </IconButton>
            <MenuTrigger onOpenChange={setMenuOpen}>
              <IconButton label={t('common.more')} size="small" kind="soft" excludeFromTabOrder>
                <MoreHorizontal />
              </IconButton>
              <Menu label={t('inbox.actions', { name: title })} placement="bottom end">
                <ConversationMenu row={row} />
              </Menu>
            </MenuTrigger>
          </span>
        ) : null}
      </div>
    </ContextMenu>
  );
});
