import { memo } from 'react';
import { ArrowLeft, Info, Lock, MessagesSquare, MoreHorizontal, Pin, Users } from 'lucide-react';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccount, useAccounts } from '../app-context.ts';
import { ConversationMenu } from '../inbox/conversation-menu.tsx';
import { Avatar } from '../primitives/avatar.tsx';
import { IconButton } from '../primitives/icon-button.tsx';
import { Menu, MenuTrigger } from '../primitives/menu.tsx';
import { closeConversation, setPanel, type Panel } from '../route.ts';
import { useMediaUrl } from '../use-media.ts';
import styles from './conversation-header.module.css';

export const ConversationHeader = memo(function ConversationHeader({
  conversation,
  panel,
}: {
  readonly conversation: Conversation;
  readonly panel: Panel | undefined;
}) {
  const t = useT();
  const { accountKey, avatarMxc, name } = conversation;
  const several = useAccounts().length > 1;
  const account = useAccount(accountKey);
  const { url } = useMediaUrl(accountKey, avatarMxc === undefined ? undefined : { mxc: avatarMxc, width: 32, height: 32, method: 'crop' });
  const toggle = (which: Panel): void => setPanel(panel === which ? undefined : which);
  return (
    <header className={styles.header}>
      <span className={styles.back}>
        <IconButton label={t('common.back')} onPress={closeConversation}>
          <ArrowLeft />
        </IconButton>
      </span>
      <button type="button" className={styles.identity} onClick={() => toggle('info')}>
        <Avatar
          id={conversation.otherUserId ?? conversation.roomId}
          name={name}
          size={32}
          shape={conversation.kind === 'direct' ? 'person' : 'room'}
          {...(url === undefined ? {} : { src: url })}
          {...(several && account ? { accountColour: account.colour } : {})}
        />
        <span className={styles.words}>
          <span className={styles.line}>
            <h2 className={styles.name}>
              <bdi>{name}</bdi>
            </h2>
            {conversation.encrypted && <Lock className={styles.lock} role="img" aria-label={t('inbox.encryptedMark')} />}
          </span>
          <span className={styles.topic}>
            {several && account ? `${account.userId}${conversation.topic ? ' · ' : ''}` : ''}
            {conversation.topic}
          </span>
        </span>
      </button>
      {conversation.membership === 'join' && (
        <span className={styles.tools}>
          <span className={styles.wide}>
            <IconButton label={t('timeline.pins')} selected={panel === 'pins'} onPress={() => toggle('pins')}>
              <Pin />
            </IconButton>
          </span>
          <IconButton label={t('timeline.threads')} selected={panel === 'threads'} onPress={() => toggle('threads')}>
            <MessagesSquare />
          </IconButton>
          <span className={styles.wide}>
            <IconButton
              label={t('common.people', { count: conversation.memberCount })}
              selected={panel === 'members'}
              onPress={() => toggle('members')}
            >
              <Users />
            </IconButton>
          </span>
          <IconButton label={t('rooms.info')} selected={panel === 'info'} onPress={() => toggle('info')}>
            <Info />
          </IconButton>
          <MenuTrigger>
            <IconButton label={t('common.more')}>
              <MoreHorizontal />
            </IconButton>
            <Menu label={t('inbox.actions', { name })} placement="bottom end">
              <ConversationMenu row={conversation} />
            </Menu>
          </MenuTrigger>
        </span>
      )}
    </header>
  );
});
