/** What it means that the last admin goes, and whom to make admin before. */
import { ShieldHalf } from 'lucide-react';
import { useState } from 'react';
import type { FoundPerson } from '../../domain/matrix/people.ts';
import { adminLevelBy } from '../../domain/rooms/power-levels.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { errorSentence } from '../error-sentence.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import type { AskedForNewAdmin } from './ask-new-admin.ts';
import formStyles from './dialog-form.module.css';
import { PeoplePicker } from './people-picker.tsx';
import { useMembers } from './use-room-details.ts';

export function NewAdminDialog({ asked }: { readonly asked: AskedForNewAdmin }) {
  const t = useT();
  const { accountKey, roomId, name, goingTo, answer } = asked;
  const live = useLive(accountKey);
  const { members } = useMembers(accountKey, roomId);
  const [chosen, setChosen] = useState<readonly FoundPerson[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const refuse = (userId: string): string | undefined =>
    members.some((member) => member.userId === userId && member.membership === 'join') ? undefined : t('rooms.person.is.none');
  const nameThem = async (): Promise<void> => {
    const details = live?.roomSettings.details(roomId);
    if (!live || !details || chosen.length === 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const level = adminLevelBy(details.levels, details.myUserId);
      await live.roomSettings.setRoles(
        roomId,
        chosen.map(({ userId }) => userId),
        level,
      );
      answer(true);
    } catch (failure) {
      setError(errorSentence(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('rooms.lastAdmin.title', { name })}
      icon={<ShieldHalf />}
      isOpen
      onOpenChange={(open) => !open && answer(false)}
      footer={
        <>
          <Button onPress={() => answer(false)}>{t('common.cancel')}</Button>
          <Button kind="danger" onPress={() => answer(true)} isDisabled={busy}>
            {t(`rooms.lastAdmin.${goingTo}Anyway`)}
          </Button>
          <Button kind="primary" onPress={() => void nameThem()} loading={busy} isDisabled={chosen.length === 0}>
            {t(`rooms.lastAdmin.${goingTo}After`)}
          </Button>
        </>
      }
    >
      <div className={formStyles.form}>
        <p>{t(`rooms.lastAdmin.${goingTo}Body`)}</p>
        {error !== undefined && <Banner kind="danger">{error}</Banner>}
        <PeoplePicker accountKey={accountKey} label={t('rooms.lastAdmin.whom')} chosen={chosen} onChange={setChosen} refuse={refuse} autoFocus />
      </div>
    </Dialog>
  );
}
