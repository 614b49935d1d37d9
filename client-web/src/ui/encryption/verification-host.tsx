/** Shows a verification under way, of any account, wherever the person is in the app. */
import { memo } from 'react';
import { ShieldCheck } from 'lucide-react';
import { useStore } from 'zustand';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import type { Verification } from '../../domain/matrix/verification.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { Spinner } from '../primitives/spinner.tsx';
import styles from './encryption.module.css';

export const VerificationHost = memo(function VerificationHost() {
  const accounts = useAccounts();
  return accounts.map((account) => <OfAccount key={account.key} accountKey={account.key} />);
});

function OfAccount({ accountKey }: { readonly accountKey: string }) {
  const live = useLive(accountKey);
  return live ? <OfSession live={live} /> : null;
}

function OfSession({ live }: { readonly live: LiveSession }) {
  const verification = useStore(live.encryption.state, (state) => state.verification);
  return verification ? <VerificationDialog live={live} verification={verification} /> : null;
}

function VerificationDialog({ live, verification }: { readonly live: LiveSession; readonly verification: Verification }) {
  const t = useT();
  const { phase, emoji, cancelledByThem, mismatch } = useStore(verification.state);
  const identity = useStore(live.encryption.state, (state) => state.identity);
  const name = live.client.getUser(verification.otherUserId)?.displayName ?? verification.otherUserId;
  const close = (): void => attempt(live.encryption.closeVerification());
  const own = verification.ofOwnDevice;
  return (
    <Dialog
      title={own ? t('encryption.verify.titleDevice') : t('encryption.verify.titlePerson', { name })}
      icon={<ShieldCheck />}
      isOpen
      onOpenChange={(open) => !open && close()}
      footer={
        phase === 'asked' ? (
          <>
            <Button onPress={close}>{t('encryption.verify.decline')}</Button>
            <Button kind="primary" onPress={() => attempt(verification.accept())}>
              {t('encryption.verify.accept')}
            </Button>
          </>
        ) : phase === 'compare' ? (
          <>
            <Button onPress={() => verification.mismatch()}>{t('encryption.verify.different')}</Button>
            <Button kind="primary" onPress={() => attempt(verification.confirm())}>
              {t('encryption.verify.same')}
            </Button>
          </>
        ) : (
          <Button onPress={close}>{phase === 'done' || phase === 'cancelled' ? t('common.close') : t('common.cancel')}</Button>
        )
      }
    >
      {phase === 'asked' && (
        <p>{own ? t('encryption.verify.askedOwn', { device: verification.otherDeviceId ?? '' }) : t('encryption.verify.asked', { name })}</p>
      )}
      {(phase === 'waiting' || phase === 'confirming') && (
        <div className={styles.center}>
          <Spinner />
          <p>
            {phase === 'confirming' ? t('encryption.verify.confirming') : own ? t('encryption.verify.waitingOwn') : t('encryption.verify.waiting')}
          </p>
        </div>
      )}
      {phase === 'compare' && (
        <>
          <p>{t('encryption.verify.compare')}</p>
          <ul className={styles.emoji} data-emoji>
            {emoji.map(({ symbol, name: what }, index) => (
              <li key={`${what} ${index}`} className={styles.one}>
                <span className={styles.symbol} aria-hidden>
                  {symbol}
                </span>
                {what}
              </li>
            ))}
          </ul>
        </>
      )}
      {phase === 'done' && (
        <div className={styles.center}>
          <ShieldCheck aria-hidden />
          <p>
            {own
              ? identity === 'ready'
                ? t('encryption.verify.doneOwnOther')
                : t('encryption.verify.doneOwn')
              : t('encryption.verify.donePerson', { name })}
          </p>
        </div>
      )}
      {phase === 'cancelled' && (
        <p>
          {mismatch
            ? t('encryption.verify.mismatch')
            : `${t('encryption.verify.cancelled')}. ${cancelledByThem ? t('encryption.verify.cancelledByThem') : t('encryption.verify.cancelledByUs')}`}
        </p>
      )}
    </Dialog>
  );
}
