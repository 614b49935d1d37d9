/** Who reacted with what. */
import { useState } from 'react';
import { formatRelative } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { Dialog } from '../primitives/dialog.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import { Tabs } from '../primitives/tabs.tsx';
import { PeopleList } from './people-list.tsx';

export interface ReactionsDialogProps {
  readonly accountKey: string;
  readonly roomId: string;
  readonly eventId: string;
  readonly onClose: () => void;
}

export function ReactionsDialog({ accountKey, roomId, eventId, onClose }: ReactionsDialogProps) {
  const t = useT();
  const live = useLive(accountKey);
  const reactions = live?.messages.reactionsOf(roomId, eventId) ?? [];
  const [chosen, setChosen] = useState('all');
  const all = reactions.flatMap(({ key, people }) => people.map((person) => ({ ...person, key }))).toSorted((a, b) => a.ts - b.ts);
  const selected = chosen === 'all' || reactions.some(({ key }) => key === chosen) ? chosen : 'all';
  const shown = all.filter(({ key }) => selected === 'all' || key === selected);
  return (
    <Dialog title={t('timeline.reactions')} isOpen onOpenChange={(open) => !open && onClose()} size="small">
      {all.length === 0 ? (
        <EmptyState size="small" title={t('timeline.noReactions')} />
      ) : (
        <>
          <Tabs
            label={t('timeline.reactions')}
            look="pill"
            selected={selected}
            onSelect={setChosen}
            tabs={[
              { id: 'all', label: t('timeline.allReactions', { count: all.length }) },
              ...reactions.map(({ key, people }) => ({ id: key, label: `${key} ${people.length}` })),
            ]}
          />
          <PeopleList
            accountKey={accountKey}
            roomId={roomId}
            people={shown.map((person) => ({ person, id: `${person.userId} ${person.key}`, hint: formatRelative(person.ts), after: person.key }))}
          />
        </>
      )}
    </Dialog>
  );
}
