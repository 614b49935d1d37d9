/** The files that are sent with the message: what they are, in which order, and how. */
import { FileText, FileVideo, Music2, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatBytes, formatDuration } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { attachments, type Attachment } from './attachments.ts';
import styles from './attachment-tray.module.css';
import { ToolButton } from './format-toolbar.tsx';

export function AttachmentTray({ draftKey, attachments: list }: { readonly draftKey: string; readonly attachments: readonly Attachment[] }) {
  const t = useT();
  return (
    <ul className={styles.tray} aria-label={t('composer.files.label')}>
      {list.map((one) => (
        <Card key={one.id} draftKey={draftKey} attachment={one} alone={list.length === 1} />
      ))}
    </ul>
  );
}

function Card({ draftKey, attachment, alone }: { readonly draftKey: string; readonly attachment: Attachment; readonly alone: boolean }) {
  const t = useT();
  const { id, file, kind, asFile, smaller, caption, seen } = attachment;
  const preview = usePreview(attachment);
  const details = [
    formatBytes(seen?.blob.size ?? file.size),
    seen?.width === undefined ? undefined : `${seen.width} × ${seen.height}`,
    seen?.durationMs === undefined ? undefined : formatDuration(seen.durationMs),
  ].filter((one) => one !== undefined);
  return (
    <li className={styles.card}>
      <span className={styles.preview}>
        {preview !== undefined && !asFile ? (
          <img src={preview} alt="" />
        ) : kind === 'video' ? (
          <FileVideo aria-hidden />
        ) : kind === 'audio' ? (
          <Music2 aria-hidden />
        ) : (
          <FileText aria-hidden />
        )}
      </span>
      <span className={styles.words}>
        <bdi className={styles.name} title={file.name}>
          {seen?.name ?? file.name}
        </bdi>
        <span className={styles.details}>{details.join(' · ')}</span>
        {kind !== 'file' && (
          <span className={styles.choices}>
            <label className={styles.choice}>
              <input type="checkbox" checked={asFile} onChange={(event) => attachments.change(draftKey, id, { asFile: event.target.checked })} />
              {t('composer.files.asFile')}
            </label>
            {kind === 'image' && file.type !== 'image/gif' && !asFile && (
              <label className={styles.choice} title={t('composer.files.smallerHint')}>
                <input type="checkbox" checked={smaller} onChange={(event) => attachments.change(draftKey, id, { smaller: event.target.checked })} />
                {t('composer.files.smaller')}
              </label>
            )}
          </span>
        )}
        {!alone && (
          <input
            type="text"
            className={styles.caption}
            value={caption}
            placeholder={t('composer.files.caption')}
            aria-label={t('composer.files.captionOf', { name: file.name })}
            onChange={(event) => attachments.change(draftKey, id, { caption: event.target.value })}
          />
        )}
      </span>
      <ToolButton label={t('composer.files.remove', { name: file.name })} className={styles.remove} onPress={() => attachments.remove(draftKey, id)}>
        <X aria-hidden />
      </ToolButton>
    </li>
  );
}

/** A picture as it is, a video's first frame once that was made. */
function usePreview({ file, kind, seen }: Attachment): string | undefined {
  const [url, setUrl] = useState<string>();
  const blob = kind === 'image' ? (seen?.thumbnail?.blob ?? file) : kind === 'video' ? seen?.thumbnail?.blob : undefined;
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return blob ? url : undefined;
}
