/** A button that opens the emoji picker, which is loaded when it is first opened. */
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { Dialog, Popover, type PopoverProps } from 'react-aria-components';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { ClosedByBack } from '../primitives/closed-by-back.ts';
import { LoadingPane } from '../primitives/spinner.tsx';
import styles from './emoji-popover.module.css';

const EmojiPicker = lazy(async () => ({ default: (await import('./emoji-picker.tsx')).EmojiPicker }));

export interface EmojiPanelProps {
  readonly triggerRef: React.RefObject<HTMLElement | null>;
  readonly live: LiveSession | undefined;
  readonly placement?: PopoverProps['placement'];
  /** For reactions: those used most are at hand before all are shown. */
  readonly label: string;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

export function EmojiPanel({ triggerRef, live, placement = 'top start', label, onPick, onClose }: EmojiPanelProps) {
  return (
    <Popover
      className={styles.popover!}
      triggerRef={triggerRef}
      placement={placement}
      offset={6}
      containerPadding={8}
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog className={styles.dialog!} aria-label={label}>
        <ClosedByBack close={onClose} />
        <Suspense fallback={<LoadingPane />}>
          <EmojiPicker
            live={live}
            onPick={(emoji, more) => {
              if (!more) onClose();
              onPick(emoji);
            }}
          />
        </Suspense>
      </Dialog>
    </Popover>
  );
}

export interface EmojiPopoverProps {
  readonly live: LiveSession | undefined;
  readonly onPick: (emoji: string) => void;
  readonly children: (open: () => void) => ReactNode;
}

export function EmojiPopover({ live, onPick, children }: EmojiPopoverProps) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  const picked = useRef('');
  // While the picker is there it keeps the focus: what was picked goes where it belongs when it has closed.
  useEffect(() => {
    if (isOpen || picked.current === '') return;
    const emoji = picked.current;
    picked.current = '';
    onPick(emoji);
  }, [isOpen, onPick]);
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <span ref={anchor} className={styles.anchor}>
      {children(() => setOpen(true))}
      {isOpen && (
        <EmojiPanel
          triggerRef={anchor}
          live={live}
          label={t('composer.emoji.insert')}
          onPick={(emoji) => (picked.current += emoji)}
          onClose={() => setOpen(false)}
        />
      )}
    </span>
  );
}
