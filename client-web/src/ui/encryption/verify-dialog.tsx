/** Starts a verification; `VerificationHost` shows it. */
import { useEffect } from 'react';
import { useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';

export interface VerifyDialogProps {
  readonly accountKey: string;
  readonly userId?: string | undefined;
  readonly onClose: () => void;
}

export function VerifyDialog({ accountKey, userId, onClose }: VerifyDialogProps) {
  const live = useLive(accountKey);
  useEffect(() => {
    if (!live) return;
    const begin = async (): Promise<void> => {
      if (userId === undefined || userId === live.account.userId) await live.encryption.verifyThisDevice();
      else await live.encryption.verifyPerson(userId, await live.rooms.startDirect(userId));
    };
    attempt(begin());
    onClose();
  }, [live, userId, onClose]);
  return null;
}
