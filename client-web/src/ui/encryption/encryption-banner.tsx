/** What encryption asks of the person, quietly, above the panes: to keep the key, or to unlock this device. */
import { KeyRound, LockOpen } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { useConversationCount } from '../app-context.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { openDialog } from '../shell/dialogs-store.ts';

export function EncryptionBanner({ live }: { readonly live: LiveSession }) {
  const t = useT();
  const { identity, recoveryKeyToKeep, restoring } = useStore(live.encryption.state);
  const [later, setLater] = useState(false);
  const encrypted = useConversationCount(live.account.key, (row) => row.encrypted && row.membership === 'join');
  const accountKey = live.account.key;
  if (restoring && restoring.total > 0) {
    return (
      <Banner kind="info" edge icon={<LockOpen />}>
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
