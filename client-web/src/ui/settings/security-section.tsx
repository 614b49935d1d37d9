import { Copy, Download, KeyRound, LockOpen, ShieldAlert, ShieldCheck, Vault } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { AccountRecord } from '../../domain/accounts/account.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { confirm } from '../primitives/confirm.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import { askPasswordOf } from './ask-password.tsx';
import { resetEncryption } from '../encryption/reset-encryption.ts';
import styles from './section.module.css';

export function SecuritySection({ account }: { readonly account: AccountRecord }) {
  const t = useT();
  const live = useLive(account.key);
  if (!live) return <p className={styles.hint}>{t('settings.connecting')}</p>;
  return <Security live={live} />;
}

function Security({ live }: { readonly live: LiveSession }) {
  const t = useT();
  const state = useStore(live.encryption.state);
  const [busy, setBusy] = useState(false);
  const accountKey = live.account.key;
  const newKey = async (): Promise<void> => {
    const sure = await confirm({
      title: t('encryption.state.newKey'),
      body: t('encryption.state.recoveryHint'),
      action: t('encryption.state.newKey'),
    });
    if (!sure) return;
    setBusy(true);
    try {
      await live.encryption.replaceRecoveryKey();
      openDialog('set-up-encryption', { accountKey });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles.items}>
      <div className={styles.item}>
        {state.identity === 'ready' ? <ShieldCheck aria-hidden /> : <ShieldAlert aria-hidden />}
        <div className={styles.words}>
          <p className={styles.name}>{t(`encryption.state.${state.identity}`)}</p>
          {state.identity !== 'unknown' && <p className={styles.small}>{t(`encryption.state.${state.identity}Hint`)}</p>}
        </div>
        {state.identity === 'locked' && (
          <Button kind="primary" icon={<LockOpen />} onPress={() => openDialog('unlock', { accountKey })}>
            {t('encryption.unlock')}
          </Button>
        )}
        {state.identity === 'unset' && (
          <Button kind="primary" onPress={() => attempt(live.encryption.setUp(async () => askPasswordOf(live.account.userId)(false)))}>
            {t('encryption.state.setUp')}
          </Button>
        )}
      </div>
      <div className={styles.item}>
        <Vault aria-hidden />
        <div className={styles.words}>
          <p className={styles.name}>
            {state.backup === 'on'
              ? t('encryption.state.backupOn')
              : state.backup === 'locked'
                ? t('encryption.state.backupLocked')
                : t('encryption.state.backupOff')}
          </p>
          {state.backup === 'on' && <p className={styles.small}>{t('encryption.state.backupOnHint')}</p>}
          {state.backup === 'off' && <p className={styles.small}>{t('encryption.state.backupOffHint')}</p>}
        </div>
      </div>
      {state.identity === 'ready' && (
        <div className={styles.item}>
          <KeyRound aria-hidden />
          <div className={styles.words}>
            <p className={styles.name}>{t('encryption.state.recovery')}</p>
            <p className={styles.small}>{t('encryption.state.recoveryHint')}</p>
          </div>
          {state.recoveryKeyToKeep !== undefined && (
            <Button kind="primary" onPress={() => openDialog('set-up-encryption', { accountKey })}>
              {t('encryption.state.showKey')}
            </Button>
          )}
          <Button loading={busy} onPress={() => attempt(newKey())}>
            {t('encryption.state.newKey')}
          </Button>
        </div>
      )}
      {(state.identity === 'locked' || state.identity === 'ready') && (
        <div className={styles.item}>
          <div className={styles.words}>
            <p className={styles.small}>{t('encryption.resetBody')}</p>
          </div>
          <Button kind="danger" onPress={() => attempt(resetEncryption(live))}>
            {t('encryption.state.startOver')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The key with what to do with it; also in the dialog. */
export function RecoveryKey({
  recoveryKey,
  account,
  onKept,
}: {
  readonly recoveryKey: string;
  readonly account: string;
  readonly onKept: () => void;
}) {
  const t = useT();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(recoveryKey);
    onKept();
  };
  const save = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${account}\n${recoveryKey}\n`], { type: 'text/plain' }));
    link.download = `nexuscomm-recovery-key-${account.replace(/[^a-z0-9.-]+/gi, '-')}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    onKept();
  };
  return (
    <div className={styles.group}>
      <p className={styles.key} aria-label={t('encryption.key')} data-recovery-key>
        {recoveryKey}
      </p>
      <div className={styles.row}>
        <Button icon={<Copy />} onPress={() => attempt(copy())}>
          {t('encryption.copyKey')}
        </Button>
        <Button icon={<Download />} onPress={save}>
          {t('encryption.keepDownload')}
        </Button>
      </div>
    </div>
  );
}
