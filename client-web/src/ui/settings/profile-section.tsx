import { Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { AccountRecord } from '../../domain/accounts/account.ts';
import type { OwnAccount } from '../../domain/matrix/own-account.ts';
import type { PresenceChoice, Privacy } from '../../domain/matrix/privacy.ts';
import { formatBytes } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { copyText } from '../copy-text.ts';
import { attempt } from '../error-sentence.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Button } from '../primitives/button.tsx';
import { RadioCards } from '../primitives/radio-cards.tsx';
import { Switch } from '../primitives/switch.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { useMediaUrl } from '../use-media.ts';
import styles from './section.module.css';

const MOST_PICTURE_BYTES = 10_000_000;

export function ProfileSection({ account }: { readonly account: AccountRecord }) {
  const t = useT();
  const app = useApp();
  const live = useLive(account.key);
  const [name, setName] = useState(account.displayName ?? '');
  const [problem, setProblem] = useState<string>();
  const picker = useRef<HTMLInputElement>(null);
  const { url } = useMediaUrl(
    account.key,
    account.avatarMxc === undefined ? undefined : { mxc: account.avatarMxc, width: 96, height: 96, method: 'crop' },
  );
  useEffect(() => setName(account.displayName ?? ''), [account.displayName]);
  if (!live) return <p className={styles.hint}>{t('settings.connecting')}</p>;

  const saved = (): void => void showToast({ text: t('settings.profile.saved'), kind: 'success', key: 'profile' });
  const saveName = async (): Promise<void> => {
    await live.own.setDisplayName(name.trim());
    await app.accounts.update(account.key, { displayName: name.trim() || undefined });
    saved();
  };
  const savePicture = async (file: File | undefined): Promise<void> => {
    setProblem(undefined);
    if (file && !/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)) return setProblem(t('settings.profile.notAPicture'));
    if (file && file.size > MOST_PICTURE_BYTES) return setProblem(t('settings.profile.pictureTooLarge', { most: formatBytes(MOST_PICTURE_BYTES) }));
    await app.accounts.update(account.key, { avatarMxc: await live.own.setAvatar(file) });
    saved();
  };
  return (
    <>
      <p className={styles.hint}>{t('settings.profile.hint')}</p>
      <div className={styles.card}>
        <div className={styles.row}>
          <Avatar id={account.userId} name={account.displayName ?? account.userId} size={96} {...(url === undefined ? {} : { src: url })} />
          <div className={styles.group}>
            <input
              ref={picker}
              type="file"
              accept="image/png,image/jpeg,image/gif,image/webp,image/avif"
              className={styles.hidden}
              aria-label={t('settings.profile.picture')}
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = '';
                if (file) attempt(savePicture(file));
              }}
            />
            <Button onPress={() => picker.current?.click()}>{t('settings.profile.changePicture')}</Button>
            {account.avatarMxc !== undefined && (
              <Button kind="quiet" onPress={() => attempt(savePicture(undefined))}>
                {t('settings.profile.removePicture')}
              </Button>
            )}
          </div>
        </div>
        {problem !== undefined && <p role="alert">{problem}</p>}
        <form
          className={styles.row}
          onSubmit={(event) => {
            event.preventDefault();
            attempt(saveName());
          }}
        >
          <TextField className={styles.grow!} label={t('settings.profile.name')} value={name} onChange={setName} maxLength={250} />
          {name.trim() !== (account.displayName ?? '') && (
            <Button type="submit" kind="primary">
              {t('common.save')}
            </Button>
          )}
        </form>
        <div className={styles.between}>
          <div>
            <p className={styles.small}>{t('settings.profile.userId')}</p>
            <p className={styles.name}>{account.userId}</p>
          </div>
          <Button icon={<Copy />} size="small" onPress={() => attempt(copyText(account.userId))}>
            {t('settings.profile.copyId')}
          </Button>
        </div>
      </div>
      <PresenceCard own={live.own} privacy={live.privacy} onSaved={saved} />
      <PrivacyCard privacy={live.privacy} />
    </>
  );
}

function PresenceCard({ own, privacy, onSaved }: { readonly own: OwnAccount; readonly privacy: Privacy; readonly onSaved: () => void }) {
  const t = useT();
  const presence = useStore(privacy.state, (state) => state.presence);
  /** What the server has; undefined until it has answered. */
  const [known, setKnown] = useState<string>();
  const [written, setWritten] = useState<string>();
  const status = written ?? known ?? '';
  useEffect(() => {
    let current = true;
    own.status().then(
      (found) => current && setKnown(found),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [own]);
  const choose = async (choice: PresenceChoice): Promise<void> => {
    const kept = known ?? (await own.status());
    await privacy.choose({ presence: choice });
    await own.setPresence(choice, kept);
    onSaved();
  };
  const saveStatus = async (): Promise<void> => {
    await own.setPresence(presence, status.trim());
    setKnown(status.trim());
    setWritten(undefined);
    onSaved();
  };
  return (
    <div className={styles.card}>
      <form
        className={styles.row}
        onSubmit={(event) => {
          event.preventDefault();
          attempt(saveStatus());
        }}
      >
        <TextField
          className={styles.grow!}
          label={t('settings.profile.status')}
          placeholder={t('settings.profile.statusPlaceholder')}
          value={status}
          onChange={setWritten}
          maxLength={200}
        />
        <Button type="submit">{t('common.save')}</Button>
      </form>
      <RadioCards
        label={t('settings.profile.presence')}
        layout="list"
        value={presence}
        onChange={(choice) => attempt(choose(choice))}
        options={(['online', 'unavailable', 'offline'] as const).map((value) => ({
          value,
          label: t(`settings.profile.${value}`),
          hint: t(`settings.profile.${value}Hint`),
        }))}
      />
    </div>
  );
}

function PrivacyCard({ privacy }: { readonly privacy: Privacy }) {
  const t = useT();
  const { tellsRead, tellsWriting } = useStore(privacy.state);
  return (
    <div className={styles.card}>
      <Switch isSelected={tellsRead} onChange={(on) => attempt(privacy.choose({ tellsRead: on }))}>
        {t('settings.profile.tellsRead')}
      </Switch>
      <Switch isSelected={tellsWriting} onChange={(on) => attempt(privacy.choose({ tellsWriting: on }))}>
        {t('settings.profile.tellsWriting')}
      </Switch>
      <p className={styles.hint}>{t('settings.profile.privacyHint')}</p>
    </div>
  );
}
