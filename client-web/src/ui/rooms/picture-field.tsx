/** The picture of a room: chosen from the disk, shown at once, taken away again. */
import { Hash, ImagePlus, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { useT } from '../../i18n/i18n.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Button } from '../primitives/button.tsx';
import { IconButton } from '../primitives/icon-button.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { useMediaUrl } from '../use-media.ts';
import styles from './picture-field.module.css';

const TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];
/** Servers scale pictures; what is larger than this is hardly meant as one of a room. */
const MOST_BYTES = 10 * 1024 * 1024;

export interface PictureFieldProps {
  readonly accountKey: string | undefined;
  readonly id: string;
  readonly name: string;
  /** What is there already. */
  readonly mxc?: string | undefined;
  /** What was chosen and is not uploaded yet. */
  readonly picture?: Blob | undefined;
  readonly onChoose: (picture: Blob | undefined) => void;
  readonly loading?: boolean;
  readonly isDisabled?: boolean;
  readonly compact?: boolean;
}

export function PictureField(props: PictureFieldProps) {
  const { accountKey, id, name, mxc, picture, onChoose, loading = false, isDisabled = false, compact = false } = props;
  const t = useT();
  const chosen = useBlobUrl(picture);
  const { url } = useMediaUrl(accountKey, mxc === undefined ? undefined : { mxc, width: 80, height: 80, method: 'crop' });
  const src = chosen ?? url;
  const choose = (files: FileList | null): void => {
    const file = files?.[0];
    if (!file) return;
    if (!TYPES.includes(file.type)) showToast({ text: t('rooms.picture.wrongType'), kind: 'danger' });
    else if (file.size > MOST_BYTES) showToast({ text: t('errors.tooLarge'), kind: 'danger' });
    else onChoose(file);
  };
  if (compact) {
    return (
      <div className={styles.compact}>
        <Avatar
          id={id}
          name={name}
          size={64}
          shape="room"
          {...(src === undefined ? {} : { src })}
          {...(name === '' ? { icon: <Hash size={26} /> } : {})}
        />
        <span className={styles.corner}>
          {picture ? (
            <IconButton label={t('rooms.picture.remove')} size="small" kind="soft" onPress={() => onChoose(undefined)}>
              <Trash2 />
            </IconButton>
          ) : (
            <FileTrigger acceptedFileTypes={TYPES} onSelect={choose}>
              <IconButton label={t('rooms.picture.choose')} size="small" kind="soft">
                <ImagePlus />
              </IconButton>
            </FileTrigger>
          )}
        </span>
      </div>
    );
  }
  return (
    <div className={styles.field}>
      <Avatar id={id} name={name} size={80} shape="room" {...(src === undefined ? {} : { src })} />
      {!isDisabled && (
        <div className={styles.buttons}>
          <FileTrigger acceptedFileTypes={TYPES} onSelect={choose}>
            <Button size="small" icon={<ImagePlus />} loading={loading}>
              {t('rooms.picture.choose')}
            </Button>
          </FileTrigger>
          {(mxc !== undefined || picture) && (
            <Button size="small" kind="quiet" icon={<Trash2 />} onPress={() => onChoose(undefined)} isDisabled={loading}>
              {t('rooms.picture.remove')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function useBlobUrl(blob: Blob | undefined): string | undefined {
  const [made, setMade] = useState<{ readonly blob: Blob; readonly url: string }>();
  useEffect(() => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    setMade({ blob, url });
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  return made && made.blob === blob ? made.url : undefined;
}
