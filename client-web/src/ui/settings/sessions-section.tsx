import { Laptop, ShieldAlert, ShieldCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { AccountRecord } from '../../domain/accounts/account.ts';
import { AuthCancelled } from '../../domain/matrix/interactive-auth.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import type { Device } from '../../domain/matrix/own-account.ts';
import { formatRelative } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { confirm } from '../primitives/confirm.tsx';
import { SkeletonRows } from '../primitives/skeleton.tsx';
import { Tag } from '../primitives/tag.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { askPasswordOf } from './ask-password.tsx';
import styles from './section.module.css';

export function SessionsSection({ account }: { readonly account: AccountRecord }) {
  const t = useT();
  const live = useLive(account.key);
  if (!live) return <p className={styles.hint}>{t('settings.connecting')}</p>;
  return <Sessions live={live} />;
}

function Sessions({ live }: { readonly live: LiveSession }) {
  const t = useT();
  const [devices, setDevices] = useState<readonly Device[]>();
  const load = useCallback(async () => setDevices(await live.own.devices()), [live]);
  useEffect(() => attempt(load()), [load]);
  if (!devices) return <SkeletonRows rows={3} />;
  const others = devices.filter((device) => !device.isThis);
  const signOut = async (list: readonly Device[]): Promise<void> => {
    const sure = await confirm({
      title: t('settings.sessions.signOutTitle', { count: list.length }),
      body: t('settings.sessions.signOutBody'),
      action: t('settings.sessions.signOut'),
      danger: true,
    });
    if (!sure) return;
    try {
      await live.own.signOutDevices(
        list.map((device) => device.deviceId),
        askPasswordOf(live.account.userId),
      );
      showToast({ text: t('settings.sessions.signedOut', { count: list.length }), kind: 'success' });
      await load();
    } catch (error) {
      if (!(error instanceof AuthCancelled)) throw error;
    }
  };
  return (
    <>
      <p className={styles.hint}>{t('settings.sessions.hint')}</p>
      <section className={styles.group}>
        <h3 className={styles.heading}>{t('settings.sessions.this')}</h3>
        <ul className={styles.items}>
          {devices
            .filter((device) => device.isThis)
            .map((device) => (
              <DeviceItem key={device.deviceId} device={device} live={live} onChanged={load} />
            ))}
        </ul>
      </section>
      <section className={styles.group}>
        <div className={styles.between}>
          <h3 className={styles.heading}>{t('settings.sessions.others')}</h3>
          {others.length > 1 && (
            <Button kind="danger" size="small" onPress={() => attempt(signOut(others))}>
              {t('settings.sessions.signOutAll')}
            </Button>
          )}
        </div>
        {others.length === 0 ? (
          <p className={styles.hint}>{t('settings.sessions.none')}</p>
        ) : (
          <ul className={styles.items}>
            {others.map((device) => (
              <DeviceItem key={device.deviceId} device={device} live={live} onChanged={load} onSignOut={() => attempt(signOut([device]))} />
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

interface DeviceItemProps {
  readonly device: Device;
  readonly live: LiveSession;
  readonly onChanged: () => Promise<void>;
  readonly onSignOut?: () => void;
}

function DeviceItem({ device, live, onChanged, onSignOut }: DeviceItemProps) {
  const t = useT();
  const [name, setName] = useState<string>();
  const rename = async (): Promise<void> => {
    await live.own.renameDevice(device.deviceId, (name ?? '').trim());
    setName(undefined);
    await onChanged();
  };
  return (
    <li className={styles.item}>
      <Laptop aria-hidden />
      {name === undefined ? (
        <div className={styles.words}>
          <p className={styles.name}>
            <bdi>{device.name ?? t('settings.sessions.unnamed')}</bdi>
          </p>
          <p className={styles.small}>
            {device.deviceId}
            {device.lastSeenTs !== undefined && ` · ${t('settings.sessions.lastSeen', { when: formatRelative(device.lastSeenTs) })}`}
            {device.lastSeenIp !== undefined && ` ${t('settings.sessions.address', { address: device.lastSeenIp })}`}
          </p>
        </div>
      ) : (
        <form
          className={styles.words}
          onSubmit={(event) => {
            event.preventDefault();
            attempt(rename());
          }}
        >
          <TextField label={t('settings.sessions.newName')} hideLabel value={name} onChange={setName} autoFocus />
        </form>
      )}
      {device.verified === undefined ? (
        <Tag>{t('settings.sessions.noEncryption')}</Tag>
      ) : device.verified ? (
        <Tag kind="success" icon={<ShieldCheck />}>
          {t('settings.sessions.verified')}
        </Tag>
      ) : (
        <Tag kind="warning" icon={<ShieldAlert />}>
          {t('settings.sessions.unverified')}
        </Tag>
      )}
      {device.verified === false && !device.isThis && (
        <Button size="small" onPress={() => attempt(live.encryption.verifyDevice(device.deviceId))}>
          {t('settings.sessions.verify')}
        </Button>
      )}
      {name === undefined ? (
        <Button size="small" kind="quiet" onPress={() => setName(device.name ?? '')}>
          {t('settings.sessions.rename')}
        </Button>
      ) : (
        <Button size="small" kind="primary" onPress={() => attempt(rename())}>
          {t('common.save')}
        </Button>
      )}
      {onSignOut && (
        <Button size="small" kind="quiet" onPress={onSignOut}>
          {t('settings.sessions.signOut')}
        </Button>
      )}
    </li>
  );
}
