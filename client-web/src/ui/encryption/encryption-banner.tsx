/**
 * What encryption asks of the person, quietly: to keep the key, or to unlock this device. At the end of the list, which gets
 * shorter there: it comes minutes after the rest, and nothing that is looked at may move then.
 */
import { KeyRound, LockOpen } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useConversationCount, useLive } from '../app-context.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import styles from './encryption.module.css';

export function EncryptionBanners() {
  return useAccounts().map(({ key }) => <OfAccount key={key} accountKey={key} />);
}

function OfAccount({ accountKey }: { readonly accountKey: string }) {
  const live = useLive(accountKey);
  return live && <EncryptionBanner live={live} />;
}

function EncryptionBanner({ live }: { readonly live: LiveSession }) {
  const t = useT();
  const { identity, recoveryKeyToKeep, restoring } = useStore(live.encryption.state);
  const [later, setLater] = useState(false);
  const encrypted = useConversationCount(live.account.key, (row) => row.encrypted && row.membership === 'join');
  const accountKey = live.account.key;
  if (restoring && restoring.total > 0) {
    return (
      <Banner kind="info" edge narrow className={styles.banner!} icon={<LockOpen />}>
        {t('encryption.restoring', { done: restoring.done, total: restoring.total })}
      </Banner>
    );
  }
  if (later) return null;
  if (identity === 'locked') {
    return (
      <Banner
        kind="warning"
        edge
        narrow
        className={styles.banner!}
        icon={<LockOpen />}
        onDismiss={() => setLater(true)}
        action={
          <Button size="small" onPress={() => openDialog('unlock', { accountKey })}>
            {t('encryption.unlock')}
          </Button>
        }
      >
        {t('encryption.lockedBanner')}
      </Banner>
    );
  }
  // Not before there is something to lose.
  if (recoveryKeyToKeep !== undefined && encrypted > 0) {
    return (
      <Banner
        kind="info"
        edge
        narrow
        className={styles.banner!}
        icon={<KeyRound />}
        onDismiss={() => setLater(true)}
        action={
          <Button size="small" onPress={() => openDialog('set-up-encryption', { accountKey })}>
            {t('encryption.keepAction')}
          </Button>
        }
      >
        {t('encryption.keepBanner')}
      </Banner>
    );
  }
  return null;
}
