/** Removing or banning somebody: with a reason that they, and others, can read. */
import { Ban, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { errorSentence } from '../error-sentence.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { showToast } from '../primitives/toast-store.ts';
import type { Dialogs } from '../shell/dialogs-store.ts';
import formStyles from './dialog-form.module.css';

export function ModerateDialog({ accountKey, roomId, userId, name, action, onClose }: Dialogs['moderate'] & { readonly onClose: () => void }) {
  const t = useT();
  const live = useLive(accountKey);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const run = async (): Promise<void> => {
    if (!live || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await live.roomOperations[action](roomId, userId, reason.trim());
      showToast({ text: t(`rooms.moderate.${action}Done`, { name }), kind: 'success' });
      onClose();
    } catch (failure) {
      setError(errorSentence(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      size="small"
      title={t(`rooms.moderate.${action}Title`, { name })}
      icon={action === 'ban' ? <Ban /> : <UserMinus />}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button kind="danger" onPress={() => void run()} loading={busy}>
            {t(`rooms.moderate.${action}`)}
          </Button>
        </>
      }
    >
      <form
        className={formStyles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <p>{t(`rooms.moderate.${action}Body`)}</p>
        {error !== undefined && <Banner kind="danger">{error}</Banner>}
        <TextField
          label={`${t('rooms.moderate.reason')} (${t('common.optional')})`}
          value={reason}
          onChange={setReason}
          autoFocus
          inputProps={{ maxLength: 500 }}
        />
      </form>
    </Dialog>
  );
}
