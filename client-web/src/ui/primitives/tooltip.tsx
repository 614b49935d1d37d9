import type { ReactNode } from 'react';
import { Tooltip as AriaTooltip, TooltipTrigger, type TooltipProps as AriaTooltipProps } from 'react-aria-components';
import { Kbd } from './kbd.tsx';
import styles from './tooltip.module.css';

export type TooltipPlacement = NonNullable<AriaTooltipProps['placement']>;

export interface TooltipProps {
  readonly text: ReactNode;
  readonly keys?: string;
  readonly placement?: TooltipPlacement;
  /** ms of hovering; the next tooltip comes at once. */
  readonly delay?: number;
  readonly isDisabled?: boolean;
  /** One focusable element: a button of ours, or anything in React Aria's `Focusable`. */
  readonly children: ReactNode;
}

export function Tooltip({ text, keys, placement = 'top', delay = 500, isDisabled, children }: TooltipProps) {
  return (
    <TooltipTrigger delay={delay} closeDelay={60} isDisabled={isDisabled}>
      {children}
      <AriaTooltip className={styles.tooltip} placement={placement} offset={6} containerPadding={8}>
        <span>{text}</span>
        {keys !== undefined && <Kbd keys={keys} inverse />}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
