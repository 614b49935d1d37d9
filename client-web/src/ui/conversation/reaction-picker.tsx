import type { ReactNode } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useT } from '../../i18n/i18n.ts';
import styles from './reaction-picker.module.css';

const QUICK = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀', '✅', '🚀'] as const;

export function ReactionPicker({ onPick, children }: { readonly onPick: (key: string) => void; readonly children: ReactNode }) {
  const t = useT();
  return (
    <DialogTrigger>
      {children}
      <Popover className={styles.popover!} placement="top">
        <Dialog aria-label={t('timeline.addReaction')} className={styles.dialog!}>
          {({ close }) => (
            <div className={styles.grid}>
              {QUICK.map((key) => (
                <button
                  key={key}
                  type="button"
                  className={styles.emoji}
                  onClick={() => {
                    onPick(key);
                    close();
                  }}
                >
                  {key}
                </button>
              ))}
            </div>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
