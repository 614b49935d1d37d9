import { useT } from '../../i18n/i18n.ts';
import { Dialog } from '../primitives/dialog.tsx';
import { KeyList } from './key-list.tsx';
import styles from './shortcuts-dialog.module.css';

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const groups = [
    {
      title: t('palette.keys.inbox'),
      keys: [
        [['J', 'K'], t('palette.keys.move')],
        [['Enter'], t('palette.keys.open')],
        [['E'], t('palette.keys.done')],
        [['H'], t('palette.keys.snooze')],
        [['U'], t('palette.keys.unread')],
        [['S'], t('palette.keys.favourite')],
        [['Z'], t('palette.keys.undo')],
        [['1', '6'], t('palette.keys.splits')],
        [['7', '9'], t('palette.keys.ownViews')],
        [['/'], t('palette.keys.filter')],
        [['Escape'], t('palette.keys.close')],
      ],
    },
    {
      title: t('palette.keys.writing'),
      keys: [
        [['R'], t('palette.keys.reply')],
        [['Enter'], t('palette.keys.send')],
        [['Shift+Enter'], t('palette.keys.newline')],
        [['ArrowUp'], t('palette.keys.editLast')],
        [['mod+K'], t('palette.keys.find')],
        [['?'], t('palette.keys.help')],
      ],
    },
  ] as const;
  return (
    <Dialog title={t('palette.shortcuts')} isOpen onOpenChange={(open) => !open && onClose()} size="medium">
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className={styles.title}>{group.title}</h3>
            <KeyList lines={group.keys} />
          </section>
        ))}
      </div>
    </Dialog>
  );
}
