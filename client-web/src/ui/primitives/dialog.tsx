import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { ClosedByBack } from './closed-by-back.ts';
import styles from './dialog.module.css';
import { IconButton } from './icon-button.tsx';

/** Around a button and its `Dialog`. */
export { DialogTrigger };

type WithClose = ReactNode | ((close: () => void) => ReactNode);

export interface DialogProps {
  readonly title: string;
  /** The title is only read out; the body brings its own heading. */
  readonly hideTitle?: boolean;
  /** Under the title, in a sentence. */
  readonly subtitle?: ReactNode;
  /** Left of the title. */
  readonly icon?: ReactNode;
  readonly children?: WithClose;
  /** Buttons, the main one last. */
  readonly footer?: WithClose;
  /** 400, 520, 720, 960 px, or nearly the window. On phones a sheet from below; `full` is the whole screen. */
  readonly size?: 'small' | 'medium' | 'large' | 'wide' | 'full';
  readonly role?: 'dialog' | 'alertdialog';
  /** Without a `DialogTrigger`. */
  readonly isOpen?: boolean;
  readonly onOpenChange?: (isOpen: boolean) => void;
  /** false: only its buttons close it, not Escape or a click beside it. */
  readonly dismissable?: boolean;
  /** The body without padding and scrolling, which brings its own. */
  readonly flush?: boolean;
  readonly className?: string;
}

/** Only its buttons close it. */
const stay = (): void => {};

export function Dialog(props: DialogProps) {
  const { title, hideTitle = false, subtitle, icon, children, footer, size = 'medium', role = 'dialog', isOpen, onOpenChange } = props;
  const { dismissable = true, flush = false, className } = props;
  const t = useT();
  const alert = role === 'alertdialog';
  return (
    <ModalOverlay
      className={classNames(styles.overlay, size === 'full' && styles.overlayFull)}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable={dismissable && !alert}
      isKeyboardDismissDisabled={!dismissable}
    >
      <Modal className={classNames(styles.modal, styles[size])}>
        <AriaDialog role={role} aria-label={hideTitle ? title : undefined} className={classNames(styles.dialog, className)}>
          {({ close }) => {
            const render = (part: WithClose): ReactNode => (typeof part === 'function' ? part(close) : part);
            return (
              <>
                <ClosedByBack close={dismissable ? close : stay} />
                {!hideTitle && (
                  <header className={styles.header}>
                    {icon !== undefined && <span className={styles.icon}>{icon}</span>}
                    <div className={styles.titles}>
                      <Heading slot="title" level={2} className={styles.title}>
                        {title}
                      </Heading>
                      {subtitle !== undefined && <p className={styles.subtitle}>{subtitle}</p>}
                    </div>
                  </header>
                )}
                {children !== undefined && <div className={classNames(styles.body, flush && styles.flush)}>{render(children)}</div>}
                {footer !== undefined && <footer className={styles.footer}>{render(footer)}</footer>}
                {dismissable && !alert && (
                  <IconButton label={t('common.close')} className={styles.close} onPress={close} tooltip={false}>
                    <X />
                  </IconButton>
                )}
              </>
            );
          }}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
