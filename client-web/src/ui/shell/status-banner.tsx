/** What the person should know about connections and storage, in one line with what can be done. */
import { memo, useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { SessionStatus } from '../../domain/accounts/session.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp, useAppState } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { navigate } from '../route.ts';

const idle = createStore<{ status: SessionStatus }>(() => ({ status: { state: 'starting' } }));

export const StatusBanner = memo(function StatusBanner() {
  const t = useT();
  const app = useApp();
  const online = useAppState((state) => state.online);
  const storage = useAppState((state) => state.storage);
  const accounts = useAccounts();
  return (
    <>
      {!online && (
        <Banner kind="warning" edge>
          {t('common.offlineBanner')}
        </Banner>
      )}
      {storage !== 'kept' && (
        <Banner kind="warning" edge>
          {t(`errors.storage.${storage}`)}
        </Banner>
      )}
      <UnsealedBanner />
      <ElsewhereBanner />
      {accounts.map((account) => (
        <AccountBanner key={account.key} accountKey={account.key} userId={account.userId} online={online} onRetry={() => app.retryNow()} />
      ))}
    </>
  );
});

function AccountBanner(props: { readonly accountKey: string; readonly userId: string; readonly online: boolean; readonly onRetry: () => void }) {
  const t = useT();
  const session = useAppState((state) => state.sessions.get(props.accountKey));
  const status = useStore(session?.state ?? idle, (state) => state.status);
  const signInAgain = (
    <Button
      size="small"
      onPress={() => {
        navigate({ page: 'add-account', again: props.accountKey });
      }}
    >
      {t('welcome.againTitle')}
    </Button>
  );
  switch (status.state) {
    // Told for all accounts at once.
    case 'elsewhere':
      return null;
    case 'signed-out':
      return (
        <Banner kind="danger" edge action={signInAgain}>
          {t('common.signedOutBanner', { account: props.userId })}
        </Banner>
      );
    case 'failed':
      return (
        <Banner
          kind="danger"
          edge
          action={
            status.reason === 'vault' ? (
              signInAgain
            ) : (
              <Button size="small" onPress={() => location.reload()}>
                {t('common.reload')}
              </Button>
            )
          }
        >
          {t(`errors.session.${status.reason}`)}
        </Banner>
      );
    case 'reconnecting':
      if (!props.online) return null;
      return (
        <Banner
          kind="warning"
          edge
          action={
            <Button size="small" onPress={props.onRetry}>
              {t('common.retry')}
            </Button>
          }
        >
          {t('common.reconnectingBanner', { account: props.userId })}
        </Banner>
      );
    default:
      return null;
  }
}

/** One for all accounts, since taking over takes all of them. */
function ElsewhereBanner() {
  const t = useT();
  const app = useApp();
  const accounts = useAccounts();
  const elsewhere = useElsewhere();
  const first = accounts.find((account) => account.key === elsewhere[0]);
  if (!first) return null;
  return (
    <Banner
      kind="info"
      edge
      action={
        <Button size="small" onPress={() => attempt(app.takeOver())}>
          {t('common.useHere')}
        </Button>
      }
    >
      {elsewhere.length > 1 ? t('common.allElsewhereBanner') : t('common.elsewhereBanner', { account: first.userId })}
    </Banner>
  );
}

/** Keys of the accounts that another window runs. */
function useElsewhere(): readonly string[] {
  const sessions = useAppState((state) => state.sessions);
  const subscribe = useCallback(
    (changed: () => void) => {
      const undo = [...sessions.values()].map((session) => session.state.subscribe(changed));
      return () => undo.forEach((one) => one());
    },
    [sessions],
  );
  const keys = useSyncExternalStore(subscribe, () =>
    [...sessions.values()]
      .filter((session) => session.state.getState().status.state === 'elsewhere')
      .map((session) => session.accountKey)
      .join(' '),
  );
  return keys === '' ? [] : keys.split(' ');
}

const SEEN_UNSEALED = 'nexuscomm.unsealed-seen';

/** The desktop client on a computer without a key store; told until the person has seen it. */
function UnsealedBanner() {
  const t = useT();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (localStorage.getItem(SEEN_UNSEALED) === null) void window.nexuscommDesktop?.vaultSeals().then((seals) => setShown(!seals));
  }, []);
  if (!shown) return null;
  return (
    <Banner
      kind="warning"
      edge
      onDismiss={() => {
        localStorage.setItem(SEEN_UNSEALED, 'yes');
        setShown(false);
      }}
    >
      {t('desktop.unsealed')}
    </Banner>
  );
}
