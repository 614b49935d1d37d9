/** The recovery key that was made for the person, to be kept. */
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { RecoveryKey } from '../settings/security-section.tsx';
import type { LiveSession } from '../../domain/matrix/live-session.ts';

export interface KeepKeyDialogProps {
  readonly accountKey: string;
  readonly onClose: () => void;
}

export function KeepKeyDialog({ accountKey, onClose }: KeepKeyDialogProps) {
  const live = useLive(accountKey);
  return live ? <Open live={live} onClose={onClose} /> : null;
}

function Open({ live, onClose }: { readonly live: LiveSession; readonly onClose: () => void }) {
  const t = useT();
  const recoveryKey = useStore(live.encryption.state, (state) => state.recoveryKeyToKeep);
  const [kept, setKept] = useState(false);
  const [asked, setAsked] = useState(false);
  if (recoveryKey === undefined) return null;
  const done = async (): Promise<void> => {
    if (!kept) return setAsked(true);
    await live.encryption.recoveryKeyKept();
    onClose();
  };
  return (
    <Dialog
      title={t('encryption.keepTitle')}
      icon={<KeyRound />}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <Button onPress={onClose}>{t('encryption.keepLater')}</Button>
          <Button kind="primary" onPress={() => attempt(done())}>
            {t('encryption.keepDone')}
          </Button>
        </>
      }
    >
      <p>{t('encryption.keepBody')}</p>
      <br />
      <RecoveryKey recoveryKey={recoveryKey} account={live.account.userId} onKept={() => setKept(true)} />
      {asked && !kept && <p role="alert">{t('encryption.keepConfirm')}</p>}
    </Dialog>
  );
}
