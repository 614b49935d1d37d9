/** Who has read up to a message, and when. */
import { formatDateTime } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { Dialog } from '../primitives/dialog.tsx';
import { PeopleList } from './people-list.tsx';

export interface SeenByDialogProps {
  readonly accountKey: string;
  readonly roomId: string;
  readonly userIds: readonly string[];
  readonly onClose: () => void;
}

export function SeenByDialog({ accountKey, roomId, userIds, onClose }: SeenByDialogProps) {
  const t = useT();
  const live = useLive(accountKey);
  const readers = live?.messages.readers(roomId, userIds) ?? [];
  return (
    <Dialog title={t('timeline.seenBy', { count: readers.length })} isOpen onOpenChange={(open) => !open && onClose()} size="small">
      <PeopleList
        accountKey={accountKey}
        roomId={roomId}
        people={readers.map((person) => ({ person, id: person.userId, hint: person.ts === undefined ? '' : formatDateTime(person.ts) }))}
      />
    </Dialog>
  );
}
