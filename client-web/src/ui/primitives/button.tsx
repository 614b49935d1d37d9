import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { classNames } from '../class-names.ts';
import styles from './button.module.css';
import { Spinner } from './spinner.tsx';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style' | 'isPending'> {
  readonly kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 'small' | 'medium' | 'large';
  readonly icon?: ReactNode;
  /** After the text: a chevron, a key hint. */
  readonly after?: ReactNode;
  /** Shows a spinner in place of the icon; the button keeps its width and focus and does nothing. */
  readonly loading?: boolean;
  /** As wide as its container. */
  readonly wide?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({
  kind = 'secondary',
  size = 'medium',
  icon,
  after,
  loading = false,
  wide = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      isPending={loading}
      className={classNames(styles.button, styles[kind], size !== 'medium' && styles[size], wide && styles.wide, className)}
    >
      {loading && (
        <span className={styles.pending}>
          <Spinner size={16} />
        </span>
      )}
      <span className={styles.content}>
        {icon !== undefined && <span className={styles.icon}>{icon}</span>}
        <span className={styles.label}>{children}</span>
        {after !== undefined && <span className={styles.after}>{after}</span>}
      </span>
    </AriaButton>
  );
}
