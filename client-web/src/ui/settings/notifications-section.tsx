import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { AccountRecord } from '../../domain/accounts/account.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { allowNotifications, notificationChoices, useNotificationChoices } from '../notifications/notification-choices.ts';
import { Button } from '../primitives/button.tsx';
import { Switch } from '../primitives/switch.tsx';
import { Tag } from '../primitives/tag.tsx';
import { TextField } from '../primitives/text-field.tsx';
import styles from './section.module.css';

const KINDS = ['directMessages', 'groupMessages', 'mentions', 'roomMentions', 'invites', 'calls'] as const;

export function NotificationsSection({ account }: { readonly account: AccountRecord }) {
  const t = useT();
  const live = useLive(account.key);
  const choices = useNotificationChoices();
  const [denied, setDenied] = useState(false);
  const show = async (shown: boolean): Promise<void> => {
    const allowed = !shown || (await allowNotifications());
    setDenied(!allowed);
    notificationChoices.setState({ shown: shown && allowed });
  };
  return (
    <>
      <div className={styles.card}>
        <Switch
          isSelected={choices.shown}
          onChange={(shown) => attempt(show(shown))}
          hint={denied ? t('settings.notifications.hereDenied') : t('settings.notifications.hereHint')}
        >
          {t('settings.notifications.here')}
        </Switch>
        <Switch isSelected={choices.sound} isDisabled={!choices.shown} onChange={(sound) => notificationChoices.setState({ sound })}>
          {t('settings.notifications.sound')}
        </Switch>
        <Switch isSelected={choices.preview} isDisabled={!choices.shown} onChange={(preview) => notificationChoices.setState({ preview })}>
          {t('settings.notifications.preview')}
        </Switch>
      </div>
      {live ? <OfAccount live={live} /> : <p className={styles.hint}>{t('settings.connecting')}</p>}
    </>
  );
}

function OfAccount({ live }: { readonly live: LiveSession }) {
  const t = useT();
  const settings = useStore(live.notifications.state);
  const [word, setWord] = useState('');
  return (
    <>
      <div className={styles.card}>
        <Switch
          isSelected={settings.enabled}
          onChange={(enabled) => attempt(live.notifications.setEnabled(enabled))}
          hint={t('settings.notifications.enabledHint')}
        >
          {t('settings.notifications.enabled')}
        </Switch>
      </div>
      <section className={styles.group}>
        <h3 className={styles.heading}>{t('settings.notifications.what')}</h3>
        <div className={styles.card}>
          {KINDS.map((kind) => (
            <Switch
              key={kind}
              isSelected={settings[kind]}
              isDisabled={!settings.enabled}
              onChange={(on) => attempt(live.notifications.set(kind, on))}
            >
              {t(`settings.notifications.${kind}`)}
            </Switch>
          ))}
        </div>
      </section>
      <section className={styles.group}>
        <h3 className={styles.heading}>{t('settings.notifications.keywords')}</h3>
        <p className={styles.hint}>{t('settings.notifications.keywordsHint')}</p>
        <form
          className={styles.row}
          onSubmit={(event) => {
            event.preventDefault();
            attempt(live.notifications.addKeyword(word).then(() => setWord('')));
          }}
        >
          <TextField
            className={styles.grow!}
            label={t('settings.notifications.addKeyword')}
            hideLabel
            placeholder={t('settings.notifications.addKeyword')}
            value={word}
            onChange={setWord}
          />
          <Button type="submit" icon={<Plus />} isDisabled={word.trim() === ''}>
            {t('common.add')}
          </Button>
        </form>
        <div className={styles.row}>
          {settings.keywords.length === 0 && <span className={styles.hint}>{t('settings.notifications.noKeywords')}</span>}
          {settings.keywords.map((one) => (
            <Tag key={one} onRemove={() => attempt(live.notifications.removeKeyword(one))}>
              {one}
            </Tag>
          ))}
        </div>
      </section>
    </>
  );
}
