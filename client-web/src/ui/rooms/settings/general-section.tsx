/** Name, topic, picture, addresses, directory. */
import { MoreHorizontal, Star, Trash2 } from 'lucide-react';
import { useEffect, useState, type FormEvent } from 'react';
import { localAlias } from '../../../domain/rooms/addresses.ts';
import { mayChange } from '../../../domain/rooms/room-details.ts';
import { useT } from '../../../i18n/i18n.ts';
import { attempt, errorSentence } from '../../error-sentence.ts';
import { Button } from '../../primitives/button.tsx';
import { confirm } from '../../primitives/confirm.tsx';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Menu, MenuItem, MenuTrigger } from '../../primitives/menu.tsx';
import { SectionHeading } from '../../primitives/section-heading.tsx';
import { Switch } from '../../primitives/switch.tsx';
import { Tag } from '../../primitives/tag.tsx';
import { AddressField, useAddressCheck } from '../address-field.tsx';
import { Locked } from './locked.tsx';
import { RoomIdentity } from './room-identity.tsx';
import type { SectionProps } from './room-settings-dialog.tsx';
import styles from './room-settings.module.css';

export function GeneralSection(props: SectionProps) {
  return (
    <div className={styles.section}>
      <RoomIdentity {...props} />
      <Addresses {...props} />
      <Listed {...props} />
    </div>
  );
}

function Addresses({ live, accountKey, details }: SectionProps) {
  const t = useT();
  const { roomId, canonicalAlias, altAliases } = details;
  const server = live.roomOperations.serverName;
  const [local, setLocal] = useState<readonly string[]>([]);
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const check = useAddressCheck(accountKey, text);
  const mayPublish = mayChange(details, 'm.room.canonical_alias');
  useEffect(() => {
    let current = true;
    live.roomSettings.localAliases(roomId).then(
      (found) => current && setLocal(found),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [live, roomId]);
  const all = [...new Set([...(canonicalAlias === undefined ? [] : [canonicalAlias]), ...altAliases, ...local])];
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const address = localAlias(text, server);
    if (!address) {
      setError(t('rooms.address.invalid'));
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await live.roomSettings.addLocalAlias(roomId, address.alias);
      setLocal((before) => [...before, address.alias]);
      setText('');
      // The first address becomes the one that is shown.
      if (mayPublish && canonicalAlias === undefined)
        await live.roomSettings.setAliases(roomId, { canonical: address.alias, alternative: altAliases });
    } catch (failure) {
      const taken = (failure as { errcode?: string; httpStatus?: number }).httpStatus === 409;
      setError(taken ? t('rooms.address.taken') : errorSentence(failure));
    } finally {
      setBusy(false);
    }
  };
  const remove = async (alias: string): Promise<void> => {
    const sure = await confirm({
      title: t('rooms.address.removeTitle', { alias }),
      body: t('rooms.address.removeBody'),
      action: t('common.remove'),
      danger: true,
    });
    if (!sure) return;
    if (local.includes(alias)) {
      await live.roomSettings.removeLocalAlias(roomId, alias);
      setLocal((before) => before.filter((one) => one !== alias));
    } else {
      await live.roomSettings.setAliases(roomId, {
        canonical: canonicalAlias === alias ? undefined : canonicalAlias,
        alternative: altAliases.filter((one) => one !== alias),
      });
    }
  };
  const makeMain = async (alias: string): Promise<void> =>
    live.roomSettings.setAliases(roomId, {
      canonical: alias,
      alternative: [...altAliases.filter((one) => one !== alias), ...(canonicalAlias === undefined ? [] : [canonicalAlias])],
    });
  const publish = async (alias: string, on: boolean): Promise<void> =>
    live.roomSettings.setAliases(roomId, {
      canonical: canonicalAlias,
      alternative: on ? [...altAliases, alias] : altAliases.filter((one) => one !== alias),
    });
  return (
    <section className={styles.group}>
      <SectionHeading look="page" hint={t('rooms.address.about')}>
        {t('rooms.address.title')}
      </SectionHeading>
      {all.length > 0 && (
        <ul className={styles.addresses} aria-label={t('rooms.address.title')}>
          {all.map((alias) => (
            <li key={alias} className={styles.address}>
              <bdi title={alias}>{alias}</bdi>
              {alias === canonicalAlias && <Tag kind="accent">{t('rooms.address.main')}</Tag>}
              {alias !== canonicalAlias && !altAliases.includes(alias) && <Tag>{t('rooms.address.unlisted')}</Tag>}
              {mayPublish && (
                <MenuTrigger>
                  <IconButton label={t('rooms.address.actions', { alias })} size="small">
                    <MoreHorizontal />
                  </IconButton>
                  <Menu label={t('rooms.address.actions', { alias })} placement="bottom end">
                    {alias !== canonicalAlias && (
                      <MenuItem icon={<Star />} onAction={() => attempt(makeMain(alias))}>
                        {t('rooms.address.makeMain')}
                      </MenuItem>
                    )}
                    {alias !== canonicalAlias && (
                      <MenuItem onAction={() => attempt(publish(alias, !altAliases.includes(alias)))}>
                        {altAliases.includes(alias) ? t('rooms.address.unpublish') : t('rooms.address.publish')}
                      </MenuItem>
                    )}
                    <MenuItem icon={<Trash2 />} danger onAction={() => attempt(remove(alias))}>
                      {t('common.remove')}
                    </MenuItem>
                  </Menu>
                </MenuTrigger>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayPublish ? (
        <form className={styles.add} onSubmit={(event) => void add(event)} noValidate>
          <AddressField
            label={t('rooms.address.add')}
            value={text}
            serverName={server}
            check={text === '' ? 'unknown' : check}
            error={error}
            onChange={(value) => {
              setText(value);
              setError(undefined);
            }}
            after={
              <Button type="submit" size="small" loading={busy} isDisabled={text.trim() === ''}>
                {t('common.add')}
              </Button>
            }
          />
        </form>
      ) : (
        <Locked>{t('rooms.settings.lockedAddresses')}</Locked>
      )}
    </section>
  );
}

function Listed({ live, details }: SectionProps) {
  const t = useT();
  const { roomId } = details;
  const [listed, setListed] = useState<boolean>();
  useEffect(() => {
    let current = true;
    live.roomSettings.isListed(roomId).then(
      (is) => current && setListed(is),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [live, roomId]);
  const may = mayChange(details, 'm.room.canonical_alias');
  const change = async (on: boolean): Promise<void> => {
    setListed(on);
    try {
      await live.roomSettings.setListed(roomId, on);
    } catch (error) {
      setListed(!on);
      throw error;
    }
  };
  return (
    <section className={styles.group}>
      <Switch
        isSelected={listed ?? false}
        isDisabled={listed === undefined || !may}
        onChange={(on) => attempt(change(on))}
        hint={t('rooms.settings.listedHint', { server: live.roomOperations.serverName })}
      >
        {t('rooms.create.listed')}
      </Switch>
      {!may && <Locked>{t('rooms.settings.lockedListed')}</Locked>}
    </section>
  );
}
