/** Makes a new device trusted: from another device, with the recovery key, or by starting over. */
import { LockOpen, MonitorSmartphone } from 'lucide-react';
import { useState } from 'react';
import type { UnlockFailed } from '../../domain/matrix/encryption.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { attempt, errorSentence } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { TextArea } from '../primitives/text-area.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { resetEncryption } from './reset-encryption.ts';
import styles from './encryption.module.css';

/** By name: the class is of the part that is loaded later. */
const isUnlockFailed = (error: unknown): error is UnlockFailed => (error as Error | undefined)?.name === 'UnlockFailed';

export function UnlockDialog({ accountKey, onClose }: { readonly accountKey: string; readonly onClose: () => void }) {
  const t = useT();
  const live = useLive(accountKey);
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  if (!live) return null;
  const unlock = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await live.encryption.unlock(key);
      showToast({ text: t('encryption.unlocked'), kind: 'success' });
      onClose();
    } catch (error) {
      setProblem(isUnlockFailed(error) ? t(`encryption.unlockFailed.${error.reason}`) : errorSentence(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('encryption.unlockTitle')} icon={<LockOpen />} isOpen onOpenChange={(open) => !open && onClose()}>
      <div className={styles.stack}>
        <p className={styles.soft}>{t('encryption.unlockBody')}</p>
        <Button
          icon={<MonitorSmartphone />}
          wide
          onPress={() => {
            onClose();
            attempt(live.encryption.verifyThisDevice());
          }}
        >
          {t('encryption.unlockWithDevice')}
        </Button>
        <form
          className={styles.stack}
          onSubmit={(event) => {
            event.preventDefault();
            void unlock();
          }}
        >
          <TextArea label={t('encryption.key')} rows={2} value={key} onChange={setKey} error={problem} placeholder="EsTx abcd …" autoComplete="off" />
          <Button type="submit" kind="primary" wide loading={busy} isDisabled={key.trim() === ''}>
            {t('encryption.unlockWithKey')}
          </Button>
        </form>
        <Button
          kind="quiet"
          onPress={() => {
            onClose();
            attempt(resetEncryption(live));
          }}
        >
          {t('encryption.unlockReset')}
        </Button>
      </div>
    </Dialog>
  );
}
