/** When a conversation comes back: presets, or any time in words. */
import { AlarmClock, CalendarDays, Coffee, MessageCircleReply, Moon, Sunrise } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { parseSnooze, snoozePresets, type SnoozePreset, type SnoozeResult } from '../../domain/inbox/snooze-words.ts';
import { daysFromNow, formatDateTime, formatRelative, formatWhen } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { TextField } from '../primitives/text-field.tsx';
import styles from './snooze-dialog.module.css';
import { titleOf } from './title-of.ts';
import { triage } from './triage-actions.ts';

const ICONS: Readonly<Record<SnoozePreset, ReactNode>> = {
  laterToday: <AlarmClock />,
  thisEvening: <Moon />,
  tomorrow: <Sunrise />,
  weekend: <Coffee />,
  nextWeek: <CalendarDays />,
  untilReply: <MessageCircleReply />,
};

const clock = () => ({ now: Date.now(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone });

export function SnoozeDialog({ conversationId, onClose }: { readonly conversationId: string; readonly onClose: () => void }) {
  const t = useT();
  const app = useApp();
  const [text, setText] = useState('');
  const [read, setRead] = useState<SnoozeResult>();
  const row = app.inbox.get(conversationId);

  useEffect(() => {
    if (text.trim() === '') {
      setRead(undefined);
      return;
    }
    let current = true;
    void parseSnooze(text, clock()).then((result) => current && setRead(result));
    return () => {
      current = false;
    };
  }, [text]);

  if (!row) return null;
  const snooze = (until: number, wake: 'time' | 'reply' | 'mention'): void => {
    onClose();
    triage.snooze(app, row, until, wake);
  };
  const understood = read && read.problem === undefined ? read : undefined;
  return (
    <Dialog title={t('inbox.snoozeTitle', { name: titleOf(row, t) })} isOpen onOpenChange={(open) => !open && onClose()} size="small">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (understood) snooze(understood.until, understood.wake);
        }}
      >
        <TextField
          label={t('inbox.snoozeUntil')}
          placeholder={t('inbox.snoozeExample')}
          value={text}
          onChange={setText}
          autoFocus
          hint={understood ? `${formatDateTime(understood.until)}${understood.wake === 'reply' ? `, ${t('inbox.orOnReply')}` : ''}` : undefined}
          error={read?.problem === undefined ? undefined : t(`inbox.snoozeProblem.${read.problem}`)}
        />
        {understood && (
          <Button type="submit" kind="primary" wide>
            {t('inbox.snoozeFor', { when: formatRelative(understood.until) })}
          </Button>
        )}
      </form>
      <ul className={styles.presets}>
        {snoozePresets(clock()).map(({ preset, until, wake }) => (
          <li key={preset}>
            <button type="button" className={styles.preset} onClick={() => snooze(until, wake)}>
              {ICONS[preset]}
              <span className={styles.name}>
                {t(`inbox.snoozePreset.${preset === 'laterToday' && daysFromNow(until) > 0 ? 'inAnHour' : preset}`)}
              </span>
              <span className={styles.when}>{preset === 'untilReply' ? '' : formatWhen(until)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
