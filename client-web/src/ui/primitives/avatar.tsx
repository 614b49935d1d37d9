import { useState, type CSSProperties, type ReactNode } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { identityColour } from '../identity-colour.ts';
import { initials } from '../initials.ts';
import styles from './avatar.module.css';

export type Presence = 'online' | 'away' | 'busy' | 'offline';

export interface AvatarProps {
  /** Of the person, room or account: gives the colour. */
  readonly id: string;
  readonly name: string;
  /** Of the picture, as a page can load it; initials stand in until it is there, and if it fails. */
  readonly src?: string;
  readonly size?: 16 | 20 | 24 | 28 | 32 | 36 | 40 | 44 | 48 | 64 | 80 | 96;
  /** People are round, rooms and spaces are not. */
  readonly shape?: 'person' | 'room';
  readonly presence?: Presence;
  /** At the lower right corner: a network's badge, a small icon. Excludes `presence`. */
  readonly badge?: ReactNode;
  /** A ring in the colour of an account (`AccountRecord.colour`), which no other account here has. */
  readonly accountColour?: number;
  /** Instead of initials: an icon. */
  readonly icon?: ReactNode;
  /** Read out if the name is not written beside it. */
  readonly label?: string;
  readonly className?: string;
}

export function Avatar(props: AvatarProps) {
  const { id, name, src, size = 36, shape = 'person', presence, badge, accountColour, icon, label, className } = props;
  const t = useT();
  const [failed, setFailed] = useState<string>();
  const presenceLabel = presence === undefined ? undefined : t(`common.presence.${presence}`);
  const described = [label, label === undefined ? undefined : presenceLabel].filter((part) => part !== undefined).join(', ');
  const colours: CSSProperties & Record<`--${string}`, string> = {
    '--avatar-size': `${size}px`,
    '--avatar-colour': identityColour(id),
    ...(accountColour === undefined ? {} : { '--avatar-edge': `var(--identity-${accountColour})` }),
  };
  return (
    <span
      className={classNames(
        styles.avatar,
        styles[shape],
        accountColour !== undefined && styles.edged,
        (badge !== undefined || presence !== undefined) && styles.cornered,
        badge !== undefined ? styles.withBadge : presence !== undefined && styles.withPresence,
        className,
      )}
      style={colours}
      role={label === undefined ? undefined : 'img'}
      aria-label={label === undefined ? undefined : described}
    >
      <span className={classNames(styles.face, size <= 20 && styles.tiny)} aria-hidden>
        {icon ?? initials(name, size <= 20 ? 1 : 2)}
        {src !== undefined && failed !== src && (
          <img className={styles.image} src={src} alt="" draggable={false} decoding="async" onError={() => setFailed(src)} />
        )}
      </span>
      {badge !== undefined ? (
        <span className={classNames(styles.corner, styles.badge)}>{badge}</span>
      ) : (
        presence !== undefined && <span className={classNames(styles.corner, styles[presence])} title={presenceLabel} aria-hidden />
      )}
    </span>
  );
}
