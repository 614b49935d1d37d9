import type { ReactNode } from 'react';
import { Dialog, DialogTrigger, Popover as AriaPopover, type PopoverProps as AriaPopoverProps } from 'react-aria-components';
import { classNames } from '../class-names.ts';
import styles from './popover.module.css';

export interface PopoverProps extends Omit<AriaPopoverProps, 'className' | 'children' | 'style'> {
  /** What it is, for screen readers. */
  readonly label: string;
  /** Without the padding, for lists and pickers. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly children: ReactNode | ((close: () => void) => ReactNode);
}

/** Around a button and its `Popover`. */
export { DialogTrigger as PopoverTrigger };

export function Popover({ label, flush = false, className, children, ...rest }: PopoverProps) {
  return (
    <AriaPopover offset={6} containerPadding={8} {...rest} className={classNames(styles.popover, !flush && styles.padded, className)}>
      <Dialog className={styles.dialog} aria-label={label}>
        {({ close }) => (typeof children === 'function' ? children(close) : children)}
      </Dialog>
    </AriaPopover>
  );
}
