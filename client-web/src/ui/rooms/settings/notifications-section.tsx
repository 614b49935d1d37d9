/** How loud the room is for oneself. */
import { AtSign, Bell, BellOff, BellRing } from 'lucide-react';
import { useT } from '../../../i18n/i18n.ts';
import { RadioCards } from '../../primitives/radio-cards.tsx';
import { NOTIFICATION_LEVELS, useNotificationLevel } from '../use-notification-level.ts';
import type { SectionProps } from './room-settings-dialog.tsx';
import styles from './room-settings.module.css';

const ICONS = { default: <Bell />, all: <BellRing />, mentions: <AtSign />, mute: <BellOff /> };

export function NotificationsSection({ accountKey, details }: SectionProps) {
  const t = useT();
  const [level, setLevel] = useNotificationLevel(accountKey, details.roomId);
  return (
    <div className={styles.section}>
      <RadioCards
        label={t('rooms.notify.label')}
        hint={t('rooms.notify.own')}
        layout="list"
        options={NOTIFICATION_LEVELS.map((value) => ({
          value,
          label: t(`rooms.notify.${value}`),
          hint: t(`rooms.notify.${value}Hint`),
          icon: ICONS[value],
        }))}
        value={level}
        onChange={setLevel}
      />
    </div>
  );
}
