/** A direct chat: whom, and as whom. One that is there already is opened. */
import { MessageSquarePlus } from 'lucide-react';
import { useState } from 'react';
import type { FoundPerson } from '../../domain/matrix/people.ts';
import { draftKey } from '../../domain/composer/drafts.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccount, useApp } from '../app-context.ts';
import { composerContexts } from '../composer/composer-store.ts';
import { errorSentence } from '../error-sentence.ts';
import { liveSoon } from '../live-soon.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { openConversation } from '../route.ts';
import { AccountSelect, useChosenAccount } from './account-select.tsx';
import styles from './dialog-form.module.css';
import { PeoplePicker } from './people-picker.tsx';

export function StartChatDialog({ accountKey: asked, onClose }: { readonly accountKey?: string | undefined; readonly onClose: () => void }) {
  const t = useT();
  const [accountKey, setAccountKey] = useChosenAccount(asked);
  const account = useAccount(accountKey);
  const app = useApp();
  const [chosen, setChosen] = useState<FoundPerson>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const start = async (person: FoundPerson | undefined = chosen): Promise<void> => {
    if (!person || busy) return;
    if (accountKey === undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      const roomId = await (await liveSoon(app, accountKey)).rooms.startDirect(person.userId);
      onClose();
      // Whoever makes a room wants to say something in it.
      composerContexts.focus(draftKey(accountKey, roomId));
      openConversation(accountKey, roomId);
    } catch (failure) {
      setError(errorSentence(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('inbox.startChat')}
      subtitle={t('rooms.chat.hint')}
      icon={<MessageSquarePlus />}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" onPress={() => void start()} loading={busy} isDisabled={!chosen}>
            {t('rooms.chat.start')}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <AccountSelect value={accountKey} onChange={setAccountKey} />
        {error !== undefined && <Banner kind="danger">{error}</Banner>}
        <PeoplePicker
          accountKey={accountKey}
          label={t('rooms.chat.whom')}
          hideLabel
          autoFocus
          chosen={chosen ? [chosen] : []}
          onChange={(people) => setChosen(people.at(-1))}
          refuse={(userId) => (userId === account?.userId ? t('rooms.person.you') : undefined)}
        />
      </div>
    </Dialog>
  );
}
