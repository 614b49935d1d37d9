/** What can be done with a split of one's own; in a menu. */
import { ArrowLeft, ArrowRight, Pencil, Trash2 } from 'lucide-react';
import { useStore } from 'zustand';
import type { OwnSplit } from '../../domain/inbox/splits.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { MenuItem } from '../primitives/menu.tsx';
import { openDialog } from '../shell/dialogs-store.ts';
import { deleteSplit } from './own-split-actions.ts';

export function OwnSplitItems({ split }: { readonly split: OwnSplit }) {
  const t = useT();
  const app = useApp();
  const ids = useStore(app.ownSplits.state, (state) => state.splits.map(({ id }) => id).join(' ')).split(' ');
  return (
    <>
      <MenuItem icon={<Pencil />} onAction={() => openDialog('own-split', { splitId: split.id })}>
        {t('views.editItem')}
      </MenuItem>
      <MenuItem icon={<ArrowLeft />} isDisabled={ids[0] === split.id} shouldCloseOnSelect={false} onAction={() => app.ownSplits.move(split.id, -1)}>
        {t('views.moveLeft')}
      </MenuItem>
      <MenuItem
        icon={<ArrowRight />}
        isDisabled={ids.at(-1) === split.id}
        shouldCloseOnSelect={false}
        onAction={() => app.ownSplits.move(split.id, 1)}
      >
        {t('views.moveRight')}
      </MenuItem>
      <MenuItem icon={<Trash2 />} danger onAction={() => deleteSplit(app, split)}>
        {t('common.delete')}
      </MenuItem>
    </>
  );
}
