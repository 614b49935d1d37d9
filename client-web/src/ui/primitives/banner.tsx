import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './banner.module.css';
import { IconButton } from './icon-button.tsx';

export interface BannerProps {
  readonly kind?: 'info' | 'success' | 'warning' | 'danger';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  /** A button, or several. */
  readonly action?: ReactNode;
  readonly onDismiss?: () => void;
  /** Across a pane, without rounded corners. */
  readonly edge?: boolean;
  /** In a narrow pane, as on a phone: what can be done is below the words. */
  readonly narrow?: boolean;
  /** Instead of the icon of its kind. */
  readonly icon?: ReactNode;
  readonly className?: string;
}

const ICONS = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert };

export function Banner({ kind = 'info', title, children, action, onDismiss, edge = false, narrow = false, icon, className }: BannerProps) {
  const t = useT();
  const Icon = ICONS[kind];
  return (
    <div
      className={classNames(styles.banner, styles[kind], edge && styles.edge, narrow && styles.narrow, className)}
      role={kind === 'danger' ? 'alert' : 'status'}
    >
      <span className={styles.icon} aria-hidden>
        {icon ?? <Icon />}
      </span>
      <div className={styles.words}>
        {title !== undefined && <div className={styles.title}>{title}</div>}
        {children !== undefined && <div className={styles.text}>{children}</div>}
      </div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
      {onDismiss && (
        <IconButton size="small" label={t('common.dismiss')} onPress={onDismiss} className={styles.dismiss}>
          <X />
        </IconButton>
      )}
    </div>
  );
}
