/** Inviting several people at once; who could not be invited stays, with the reason. */
import { Link2, UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { FoundPerson } from '../../domain/matrix/people.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { attempt, errorSentence } from '../error-sentence.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { copyRoomLink } from './copy-room-link.ts';
import styles from './dialog-form.module.css';
import { PeoplePicker } from './people-picker.tsx';
import { useMembers, useRoomDetails } from './use-room-details.ts';

interface Problem {
  readonly name: string;
  readonly sentence: string;
}

export function InviteDialog({
  accountKey,
  roomId,
  onClose,
}: {
  readonly accountKey: string;
  readonly roomId: string;
  readonly onClose: () => void;
}) {
  const t = useT();
  const live = useLive(accountKey);
  const details = useRoomDetails(accountKey, roomId);
  const { members } = useMembers(accountKey, roomId);
  const [chosen, setChosen] = useState<readonly FoundPerson[]>([]);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [busy, setBusy] = useState(false);
  const refuse = (userId: string): string | undefined => {
    const member = members.find((one) => one.userId === userId);
    if (member === undefined || member.membership === 'knock') return undefined;
    return t(`rooms.invite.already.${member.membership}`);
  };
  const send = async (): Promise<void> => {
    if (!live || busy || chosen.length === 0) return;
    setBusy(true);
    const failed = await live.roomOperations.invite(
      roomId,
      chosen.map((person) => person.userId),
    );
    setBusy(false);
    const sent = chosen.length - failed.length;
    if (sent > 0) showToast({ text: t('rooms.invite.sent', { count: sent }), kind: 'success' });
    if (failed.length === 0) {
      onClose();
      return;
    }
    setChosen(chosen.filter((person) => failed.some((one) => one.userId === person.userId)));
    setProblems(
      failed.map(({ userId, error }) => ({ name: chosen.find((one) => one.userId === userId)?.name ?? userId, sentence: errorSentence(error) })),
    );
  };
  return (
    <Dialog
      title={t('rooms.invite.title', { name: details?.name ?? '' })}
      icon={<UserPlus />}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <Button kind="quiet" icon={<Link2 />} onPress={() => live && attempt(copyRoomLink(live, roomId, t))}>
            {t('common.copyLink')}
          </Button>
          <Button kind="primary" onPress={() => void send()} loading={busy} isDisabled={chosen.length === 0}>
            {chosen.length > 1 ? t('rooms.invite.send', { count: chosen.length }) : t('rooms.invite.action')}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {problems.length > 0 && (
          <Banner kind="danger" title={t('rooms.invite.failed', { count: problems.length })}>
            <ul className={styles.problems}>
              {problems.map((problem) => (
                <li key={problem.name}>
                  <bdi>{problem.name}</bdi>: {problem.sentence}
                </li>
              ))}
            </ul>
          </Banner>
        )}
        <PeoplePicker
          accountKey={accountKey}
          label={t('rooms.invite.whom')}
          hideLabel
          autoFocus
          chosen={chosen}
          onChange={(people) => {
            setChosen(people);
            setProblems([]);
          }}
          refuse={refuse}
        />
      </div>
    </Dialog>
  );
}
