/** The narrow bar at the edge: inbox, threads, new conversation, search, accounts, settings. At the bottom on a phone. */
import { CircleHelp, Inbox, MessageSquarePlus, MessagesSquare, Plus, Search, Settings } from 'lucide-react';
import { memo } from 'react';
import type { AccountRecord } from '../../domain/accounts/account.ts';
import type { SplitCount } from '../../domain/inbox/splits.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useSessionStatus } from '../app-context.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Badge } from '../primitives/badge.tsx';
import { IconButton } from '../primitives/icon-button.tsx';
import { Menu, MenuItem, MenuTrigger } from '../primitives/menu.tsx';
import { useSplitCounts } from '../inbox/use-split-counts.ts';
import { navigate, useRoute } from '../route.ts';
import { useMediaUrl } from '../use-media.ts';
import { openDialog } from './dialogs-store.ts';
import styles from './rail.module.css';

export const Rail = memo(function Rail() {
  const t = useT();
  const accounts = useAccounts();
  const page = useRoute((route) => (route.page === 'inbox' && route.split === 'threads' ? 'threads' : route.page));
  const { important, threads } = useSplitCounts();
  return (
    <nav className={styles.rail} aria-label={t('common.appName')}>
      <span className={styles.home}>
        <IconButton
          label={t('inbox.title')}
          placement="right"
          size="large"
          selected={page === 'inbox'}
          onPress={() => navigate({ page: 'inbox', split: 'everything', conversation: undefined })}
        >
          <Inbox />
        </IconButton>
        <News of={important} />
      </span>
      <span className={styles.home}>
        <IconButton
          label={t('inbox.split.threads')}
          placement="right"
          size="large"
          selected={page === 'threads'}
          onPress={() => navigate({ page: 'inbox', split: 'threads', conversation: undefined })}
        >
          <MessagesSquare />
        </IconButton>
        <News of={threads} />
      </span>
      <MenuTrigger>
        <IconButton label={t('inbox.newConversation')} placement="right" size="large">
          <MessageSquarePlus />
        </IconButton>
        <Menu label={t('inbox.newConversation')} placement="right top">
          <MenuItem onAction={() => openDialog('start-chat', {})}>{t('inbox.startChat')}</MenuItem>
          <MenuItem onAction={() => openDialog('create-room', {})}>{t('inbox.createRoom')}</MenuItem>
          <MenuItem onAction={() => openDialog('directory', {})}>{t('inbox.browse')}</MenuItem>
          <MenuItem onAction={() => openDialog('join', {})}>{t('inbox.join')}</MenuItem>
        </Menu>
      </MenuTrigger>
      <IconButton label={t('common.search')} keys="mod+K" placement="right" size="large" onPress={() => openDialog('palette', {})}>
        <Search />
      </IconButton>
      <span className={styles.space} />
      <ul className={styles.accounts}>
        {accounts.map((account) => (
          <li key={account.key}>
            <AccountButton account={account} />
          </li>
        ))}
      </ul>
      <span className={styles.wide}>
        <IconButton label={t('welcome.addTitle')} placement="right" size="large" onPress={() => navigate({ page: 'add-account' })}>
          <Plus />
        </IconButton>
        <IconButton label={t('common.help')} keys="?" placement="right" size="large" onPress={() => openDialog('shortcuts', {})}>
          <CircleHelp />
        </IconButton>
      </span>
      <IconButton
        label={t('common.settings')}
        placement="right"
        size="large"
        selected={page === 'settings'}
        onPress={() => navigate({ page: 'settings', section: 'profile', accountKey: undefined })}
      >
        <Settings />
      </IconButton>
    </nav>
  );
});

function News({ of: { unread, mentioning } }: { readonly of: SplitCount }) {
  if (mentioning > 0) return <Badge kind="mention" count={mentioning} className={styles.badge!} />;
  return unread > 0 && <Badge kind="dot" className={styles.badge!} />;
}

function AccountButton({ account }: { readonly account: AccountRecord }) {
  const { url } = useMediaUrl(
    account.key,
    account.avatarMxc === undefined ? undefined : { mxc: account.avatarMxc, width: 32, height: 32, method: 'crop' },
  );
  const status = useSessionStatus(account.key);
  const name = account.displayName ?? account.userId;
  return (
    <IconButton
      label={account.displayName === undefined ? account.userId : `${account.displayName} (${account.userId})`}
      placement="right"
      size="large"
      className={styles.account!}
      onPress={() => navigate({ page: 'settings', section: 'profile', accountKey: account.key })}
    >
      <span className={styles.face} data-state={status.state}>
        <Avatar id={account.userId} name={name} size={28} {...(url === undefined ? {} : { src: url })} accountColour={account.colour} />
      </span>
    </IconButton>
  );
}
