/** Name, topic and picture of a room. */
import { useEffect, useState, type FormEvent } from 'react';
import { mayChange, type RoomDetails } from '../../../domain/rooms/room-details.ts';
import { useT } from '../../../i18n/i18n.ts';
import { attempt, errorSentence } from '../../error-sentence.ts';
import { Button } from '../../primitives/button.tsx';
import { TextArea } from '../../primitives/text-area.tsx';
import { TextField } from '../../primitives/text-field.tsx';
import { showToast } from '../../primitives/toast-store.ts';
import { PictureField } from '../picture-field.tsx';
import { Locked, Value } from './locked.tsx';
import type { SectionProps } from './room-settings-dialog.tsx';
import styles from './room-settings.module.css';

export interface UnsavedIdentity {
  readonly name?: string | undefined;
  readonly topic?: string | undefined;
  /** Once it is being saved: whether the server has taken it. */
  readonly saving?: Promise<boolean> | undefined;
}

/** Whether what was written is something else than what the room has. */
export const changedIdentity = ({ name, topic }: UnsavedIdentity, details: RoomDetails): { readonly name: boolean; readonly topic: boolean } => ({
  name: name !== undefined && name.trim() !== details.givenName,
  topic: topic !== undefined && topic.trim() !== details.topic,
});

export function RoomIdentity({ live, accountKey, details, unsaved, onWrite }: SectionProps) {
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
  const isSaved = unsaved.saving !== undefined && !changed.name && !changed.topic;
  useEffect(() => {
    if (isSaved) onWrite({});
  }, [isSaved, onWrite]);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (busy || (!changed.name && !changed.topic)) return;
    onWrite({ name, topic, saving: store() });
  };
  const store = async (): Promise<boolean> => {
    setBusy(true);
    setError(undefined);
    try {
      if (changed.name) await live.roomSettings.setName(roomId, name!.trim());
      if (changed.topic) await live.roomSettings.setTopic(roomId, topic!.trim());
      showToast({ text: t('rooms.settings.saved'), kind: 'success' });
      return true;
    } catch (failure) {
      setError(errorSentence(failure));
      return false;
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
    <form className={styles.group} onSubmit={save} noValidate>
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
          onChange={(text) => onWrite({ name: text, topic })}
          inputProps={{ maxLength: 255 }}
        />
      ) : (
        <Value label={t('rooms.name')} value={details.name} />
      )}
      {may.topic ? (
        <TextArea
          label={t('rooms.topic')}
          value={topic ?? details.topic}
          onChange={(text) => onWrite({ name, topic: text })}
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
              onWrite({});
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
