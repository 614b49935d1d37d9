import { LogOut, Plus } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { serverNameOf, type AccountRecord } from '../../domain/accounts/account.ts';
import { AuthCancelled } from '../../domain/matrix/interactive-auth.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp, useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Button } from '../primitives/button.tsx';
import { Checkbox } from '../primitives/checkbox.tsx';
import { confirm } from '../primitives/confirm.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { navigate } from '../route.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import { useMediaUrl } from '../use-media.ts';
import { askPasswordOf } from './ask-password.tsx';
import styles from './section.module.css';

const SHORTEST_PASSWORD = 8;
const nothingToKeep = createStore<{ recoveryKeyToKeep: string | undefined }>(() => ({ recoveryKeyToKeep: undefined }));

export function AccountsSection() {
  const t = useT();
  const accounts = useAccounts();
  return (
    <>
      <p className={styles.hint}>{t('settings.accounts.hint')}</p>
      {accounts.map((account) => (
        <AccountCard key={account.key} account={account} />
      ))}
      <div>
        <Button kind="primary" icon={<Plus />} onPress={() => navigate({ page: 'add-account' })}>
          {t('settings.accounts.add')}
        </Button>
      </div>
    </>
  );
}

function AccountCard({ account }: { readonly account: AccountRecord }) {
  const t = useT();
  const app = useApp();
  const live = useLive(account.key);
  const { recoveryKeyToKeep } = useStore(live?.encryption.state ?? nothingToKeep);
  const { url } = useMediaUrl(
    account.key,
    account.avatarMxc === undefined ? undefined : { mxc: account.avatarMxc, width: 48, height: 48, method: 'crop' },
  );
  const signOut = async (): Promise<void> => {
    const unsent = app.outbox.state.getState().items.filter(({ entry, state }) => entry.accountKey === account.key && state !== 'sent').length;
    const keepKey = recoveryKeyToKeep !== undefined;
    const sure = await confirm({
      title: t('settings.accounts.signOutTitle', { account: account.userId }),
      body: (
        <div className={styles.paragraphs}>
          {unsent > 0 && <p>{t('settings.accounts.signOutUnsent', { count: unsent })}</p>}
          <p>{t(keepKey ? 'settings.accounts.signOutBodyUnsaved' : 'settings.accounts.signOutBody')}</p>
        </div>
      ),
      action: t(keepKey || unsent > 0 ? 'settings.accounts.signOutAnyway' : 'settings.accounts.signOut'),
      danger: keepKey || unsent > 0,
      ...(keepKey && {
        cancel: t('settings.accounts.keepKeyFirst'),
        onCancel: () => openDialog('set-up-encryption', { accountKey: account.key }),
      }),
    });
    if (!sure) return;
    await app.signOut(account.key);
  };
  return (
    <div className={styles.card}>
      <div className={styles.between}>
        <div className={styles.row}>
          <Avatar
            id={account.userId}
            name={account.displayName ?? account.userId}
            size={48}
            accountColour={account.colour}
            {...(url === undefined ? {} : { src: url })}
          />
          <div>
            <p className={styles.name}>
              <bdi>{account.displayName ?? account.userId}</bdi>
            </p>
            <p className={styles.small}>{account.userId}</p>
          </div>
        </div>
        <Button icon={<LogOut />} onPress={() => attempt(signOut())}>
          {t('settings.accounts.signOut')}
        </Button>
      </div>
      {live && <ChangePassword account={account} />}
      {live && <CloseAccount account={account} />}
    </div>
  );
}

function ChangePassword({ account }: { readonly account: AccountRecord }) {
  const t = useT();
  const live = useLive(account.key);
  const [password, setPassword] = useState('');
  const [others, setOthers] = useState(false);
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const save = async (): Promise<void> => {
    if (password.length < SHORTEST_PASSWORD) return setProblem(t('welcome.passwordShort'));
    try {
      await live!.own.changePassword(password, others, askPasswordOf(account.userId));
      setPassword('');
      setOpen(false);
      showToast({ text: t('settings.accounts.passwordChanged'), kind: 'success' });
    } catch (error) {
      if (!(error instanceof AuthCancelled)) throw error;
    }
  };
  if (!open) {
    return (
      <div>
        <Button size="small" onPress={() => setOpen(true)}>
          {t('settings.accounts.changePassword')}
        </Button>
      </div>
    );
  }
  return (
    <form
      className={styles.group}
      onSubmit={(event) => {
        event.preventDefault();
        attempt(save());
      }}
    >
      <TextField
        label={t('settings.accounts.newPassword')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={(text) => {
          setPassword(text);
          setProblem(undefined);
        }}
        hint={t('welcome.passwordHint')}
        error={problem}
        autoFocus
      />
      <Checkbox isSelected={others} onChange={setOthers}>
        {t('settings.accounts.signOutOthers')}
      </Checkbox>
      <div className={styles.row}>
        <Button type="submit" kind="primary">
          {t('settings.accounts.changePassword')}
        </Button>
        <Button onPress={() => setOpen(false)}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}

function CloseAccount({ account }: { readonly account: AccountRecord }) {
  const t = useT();
  const app = useApp();
  const live = useLive(account.key);
  const [erase, setErase] = useState(false);
  const [open, setOpen] = useState(false);
  const close = async (): Promise<void> => {
    const sure = await confirm({
      title: t('settings.accounts.closeTitle', { account: account.userId }),
      body: t('settings.accounts.closeBody'),
      action: t('settings.accounts.close'),
      danger: true,
    });
    if (!sure) return;
    try {
      await live!.own.deactivate(erase, askPasswordOf(account.userId));
      await app.signOut(account.key);
      showToast({ text: t('settings.accounts.closed') });
    } catch (error) {
      if (!(error instanceof AuthCancelled)) throw error;
    }
  };
  if (!open) {
    return (
      <div>
        <Button size="small" kind="quiet" onPress={() => setOpen(true)}>
          {t('settings.accounts.close')}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.group}>
      <p className={styles.hint}>
        {t('settings.accounts.closeHint')} {serverNameOf(account.userId)}
      </p>
      <Checkbox isSelected={erase} onChange={setErase}>
        {t('settings.accounts.closeErase')}
      </Checkbox>
      <div className={styles.row}>
        <Button kind="danger" onPress={() => attempt(close())}>
          {t('settings.accounts.close')}
        </Button>
        <Button onPress={() => setOpen(false)}>{t('common.cancel')}</Button>
      </div>
    </div>
  );
}
