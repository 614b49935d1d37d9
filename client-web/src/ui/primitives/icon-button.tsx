import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { classNames } from '../class-names.ts';
import styles from './icon-button.module.css';
import { Spinner } from './spinner.tsx';
import { Tooltip, type TooltipPlacement } from './tooltip.tsx';

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style' | 'aria-label' | 'aria-pressed' | 'isPending'> {
  /** What it does: read out, and shown as a tooltip. */
  readonly label: string;
  /** The icon. */
  readonly children: ReactNode;
  readonly kind?: 'quiet' | 'soft' | 'primary' | 'danger';
  readonly size?: 'small' | 'medium' | 'large';
  /** Keys that do the same, as `Kbd` takes them: `mod+K`. */
  readonly keys?: string;
  readonly placement?: TooltipPlacement;
  /** No tooltip where the label can be read beside the button anyway. */
  readonly tooltip?: boolean;
  readonly loading?: boolean;
  /** Of a button that is on or off (mute, pin); shown, and told to screen readers. */
  readonly selected?: boolean;
  readonly className?: string;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton(props: IconButtonProps) {
  const { label, children, size = 'medium', kind = 'quiet', keys, placement, tooltip = true, loading = false, selected, className, ...rest } = props;
  const button = (
    <AriaButton
      {...rest}
      aria-label={label}
      aria-pressed={selected}
      isPending={loading}
      className={classNames(styles.button, styles[kind], size !== 'medium' && styles[size], className)}
    >
      {loading ? <Spinner size={16} /> : children}
    </AriaButton>
  );
  if (!tooltip) return button;
  return (
    <Tooltip text={label} keys={keys} placement={placement}>
      {button}
    </Tooltip>
  );
}
