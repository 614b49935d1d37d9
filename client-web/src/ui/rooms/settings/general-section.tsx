/** Name, topic, picture, addresses, directory. */
import { MoreHorizontal, Star, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { localAlias } from '../../../domain/rooms/addresses.ts';
import { mayChange, type RoomDetails } from '../../../domain/rooms/room-details.ts';
import { useT } from '../../../i18n/i18n.ts';
import { attempt, errorSentence } from '../../error-sentence.ts';
import { Button } from '../../primitives/button.tsx';
import { confirm } from '../../primitives/confirm.tsx';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Menu, MenuItem, MenuTrigger } from '../../primitives/menu.tsx';
import { SectionHeading } from '../../primitives/section-heading.tsx';
import { Switch } from '../../primitives/switch.tsx';
import { Tag } from '../../primitives/tag.tsx';
import { TextArea } from '../../primitives/text-area.tsx';
import { TextField } from '../../primitives/text-field.tsx';
import { showToast } from '../../primitives/toast-store.ts';
import { AddressField, useAddressCheck } from '../address-field.tsx';
import { PictureField } from '../picture-field.tsx';
import { Locked, Value } from './locked.tsx';
import type { SectionProps, UnsavedIdentity } from './room-settings-dialog.tsx';
import styles from './room-settings.module.css';

export function GeneralSection(props: SectionProps) {
  return (
    <div className={styles.section}>
      <Identity {...props} />
      <Addresses {...props} />
      <Listed {...props} />
    </div>
  );
}

/** Whether what was written is something else than what the room has. */
export const changedIdentity = ({ name, topic }: UnsavedIdentity, details: RoomDetails): { readonly name: boolean; readonly topic: boolean } => ({
  name: name !== undefined && name.trim() !== details.givenName,
  topic: topic !== undefined && topic.trim() !== details.topic,
});

function Identity({ live, accountKey, details, unsaved, onWrite }: SectionProps) {
  const t = useT();
  const { roomId } = details;
  const { name, topic } = unsaved;
  const [picture, setPicture] = useState<Blob>();
  const [uploading, setUploading] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const may = {
    name: mayChange(details, 'm.room.name'),
    topic: mayChange(details, 'm.room.topic'),
    avatar: mayChange(details, 'm.room.avatar'),
  };
  const changed = changedIdentity(unsaved, details);
  // What was saved and has arrived is the room's: from then on the fields show what others change.
  const saved = useRef(false);
  const arrived = !changed.name && !changed.topic;
  useEffect(() => {
    if (!saved.current || !arrived) return;
    saved.current = false;
    onWrite({});
  }, [arrived, busy, onWrite]);
  const write = (next: UnsavedIdentity): void => {
    saved.current = false;
    onWrite(next);
  };
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || (!changed.name && !changed.topic)) return;
    setBusy(true);
    setError(undefined);
    try {
      if (changed.name) await live.roomSettings.setName(roomId, name!.trim());
      if (changed.topic) await live.roomSettings.setTopic(roomId, topic!.trim());
      saved.current = true;
      showToast({ text: t('rooms.settings.saved'), kind: 'success' });
    } catch (failure) {
      setError(errorSentence(failure));
    } finally {
      setBusy(false);
    }
  };
  const choosePicture = async (chosen: Blob | undefined): Promise<void> => {
    setPicture(chosen);
    setUploading(true);
    try {
      await live.roomSettings.setPicture(roomId, chosen);
    } catch (failure) {
      setPicture(undefined);
      throw failure;
    } finally {
      setUploading(false);
    }
  };
  return (
    <form className={styles.group} onSubmit={(event) => void save(event)} noValidate>
      <PictureField
        accountKey={accountKey}
        id={roomId}
        name={details.name}
        mxc={details.avatarMxc}
        picture={picture}
        onChoose={(chosen) => attempt(choosePicture(chosen))}
        loading={uploading}
        isDisabled={!may.avatar}
      />
      {may.name ? (
        <TextField
          label={t('rooms.name')}
          value={name ?? details.givenName}
          onChange={(text) => write({ ...unsaved, name: text })}
          inputProps={{ maxLength: 255 }}
        />
      ) : (
        <Value label={t('rooms.name')} value={details.name} />
      )}
      {may.topic ? (
        <TextArea
          label={t('rooms.topic')}
          value={topic ?? details.topic}
          onChange={(text) => write({ ...unsaved, topic: text })}
          rows={3}
          error={error}
        />
      ) : (
        <Value label={t('rooms.topic')} value={details.topic || t('rooms.settings.noTopic')} />
      )}
      {(!may.name || !may.topic || !may.avatar) && <Locked>{t('rooms.settings.lockedIdentity')}</Locked>}
      {(changed.name || changed.topic) && (
        <div className={styles.save}>
          <Button type="submit" kind="primary" loading={busy}>
            {t('common.save')}
          </Button>
          <Button
            kind="quiet"
            onPress={() => {
              write({});
              setError(undefined);
            }}
          >
            {t('common.discard')}
          </Button>
        </div>
      )}
    </form>
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
