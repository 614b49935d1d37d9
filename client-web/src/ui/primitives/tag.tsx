import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './tag.module.css';

export interface TagProps {
  readonly kind?: 'neutral' | 'accent' | 'success' | 'warning' | 'danger' | 'mention';
  readonly icon?: ReactNode;
  readonly onRemove?: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A word about something: admin, encrypted, beta; or a chosen person, with `onRemove`. */
export function Tag({ kind = 'neutral', icon, onRemove, className, children }: TagProps) {
  const t = useT();
  return (
    <span className={classNames(styles.tag, styles[kind], className)}>
      {icon}
      <span className={styles.words}>{children}</span>
      {onRemove && (
        <Button
          className={styles.remove}
          aria-label={`${t('common.remove')}${typeof children === 'string' ? `: ${children}` : ''}`}
          onPress={onRemove}
        >
          <X aria-hidden />
        </Button>
      )}
    </span>
  );
}
