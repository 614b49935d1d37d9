import { formatNumber } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './badge.module.css';
import { VisuallyHidden } from './visually-hidden.tsx';

export interface BadgeProps {
  /** `mention`: filled count. `count`: unread messages in outline. `dot`: something is unread. */
  readonly kind?: 'mention' | 'count' | 'dot';
  readonly count?: number;
  readonly className?: string;
}

const MOST = 99;

/** Nothing if there is nothing to count. */
export function Badge({ kind = 'count', count = 0, className }: BadgeProps) {
  const t = useT();
  if (kind !== 'dot' && count <= 0) return null;
  if (kind === 'dot')
    return (
      <span className={classNames(styles.dot, className)}>
        <VisuallyHidden>{t('common.unreadDot')}</VisuallyHidden>
      </span>
    );
  return (
    <span className={classNames(styles.badge, styles[kind], className)}>
      <span aria-hidden>{count > MOST ? `${formatNumber(MOST)}+` : formatNumber(count)}</span>
      <VisuallyHidden>{t(kind === 'mention' ? 'common.mentions' : 'common.unread', { count })}</VisuallyHidden>
    </span>
  );
}
