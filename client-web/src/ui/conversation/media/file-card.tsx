import { Archive, Download, File as FileIcon, FileCode, FileImage, FileSpreadsheet, FileText, X } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import type { MediaContent } from '../../../domain/timeline/timeline-item.ts';
import { formatBytes, formatPercent } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useApp } from '../../app-context.ts';
import { attempt } from '../../error-sentence.ts';
import { ProgressBar } from '../../primitives/progress-bar.tsx';
import styles from './media.module.css';
import { saveMedia } from './save-media.ts';

function iconOf({ name, mimetype }: MediaContent): ReactNode {
  if (/zip|compressed|tar$|x-7z/.test(mimetype)) return <Archive />;
  if (mimetype.startsWith('image/')) return <FileImage />;
  if (/csv|spreadsheet|excel/.test(mimetype) || /\.(?:csv|xlsx?|ods)$/i.test(name)) return <FileSpreadsheet />;
  if (/json|xml|javascript|typescript|x-sh|html/.test(mimetype)) return <FileCode />;
  if (/^text\/|pdf|document/.test(mimetype)) return <FileText />;
  return <FileIcon />;
}

export interface FileCardProps {
  readonly media: MediaContent;
  readonly accountKey: string;
  /** In the viewer; without it the file can only be saved. */
  readonly onOpen?: (() => void) | undefined;
}

export function FileCard({ media, accountKey, onOpen }: FileCardProps) {
  const t = useT();
  const app = useApp();
  const [progress, setProgress] = useState<number>();
  const abort = useRef<AbortController>(undefined);
  const save = async (): Promise<void> => {
    const controller = new AbortController();
    abort.current = controller;
    setProgress(0);
    try {
      await saveMedia(app, accountKey, media, { signal: controller.signal, onProgress: setProgress });
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      setProgress(undefined);
    }
  };
  const saving = progress !== undefined;
  const what = (
    <>
      <span className={styles.fileIcon} aria-hidden>
        {iconOf(media)}
      </span>
      <span className={styles.words}>
        <bdi className={styles.fileName} title={media.name}>
          {media.name}
        </bdi>
        {saving ? (
          <ProgressBar label={t('timeline.media.saving', { percent: formatPercent(progress) })} value={progress} />
        ) : (
          <span className={styles.bytes}>{media.bytes === undefined ? media.mimetype : formatBytes(media.bytes)}</span>
        )}
      </span>
    </>
  );
  return (
    <div className={styles.file}>
      {onOpen ? (
        <button type="button" className={styles.fileMain} aria-label={t('timeline.media.open', { name: media.name })} onClick={onOpen}>
          {what}
        </button>
      ) : (
        what
      )}
      <button
        type="button"
        className={styles.fileButton}
        aria-label={saving ? t('common.cancel') : t('timeline.media.download', { name: media.name })}
        title={saving ? t('common.cancel') : t('common.save')}
        onClick={() => (saving ? abort.current?.abort() : attempt(save()))}
      >
        {saving ? <X aria-hidden /> : <Download aria-hidden />}
      </button>
    </div>
  );
}
