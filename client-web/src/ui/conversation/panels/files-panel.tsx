/** Pictures and videos as a grid, everything else as a list. */
import { Download, FileImage, FileText, Files, MessageSquareText, Music, Play } from 'lucide-react';
import { useState } from 'react';
import { createStore } from 'zustand/vanilla';
import { shownAs } from '../../../domain/media/shown-types.ts';
import type { Conversation } from '../../../domain/inbox/conversation.ts';
import type { FilesState, ListedFile } from '../../../domain/matrix/live-files.ts';
import type { LiveSession } from '../../../domain/matrix/live-session.ts';
import { formatBytes, formatShort } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useApp } from '../../app-context.ts';
import { attempt } from '../../error-sentence.ts';
import { EmptyState } from '../../primitives/empty-state.tsx';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Skeleton } from '../../primitives/skeleton.tsx';
import { Spinner } from '../../primitives/spinner.tsx';
import { Tabs } from '../../primitives/tabs.tsx';
import { openDialog } from '../../shell/dialogs-store.ts';
import { useMediaUrl } from '../../use-media.ts';
import { saveMedia } from '../media/save-media.ts';
import styles from './files-panel.module.css';
import { jumpTo } from './jump-to.ts';
import panelStyles from './panel.module.css';
import { LoadProblem } from './threads-panel.tsx';
import { useOpened } from './use-opened.ts';

const LOAD_WITHIN = 500;
const empty = createStore<FilesState>(() => ({ files: [], loading: true, more: true, error: undefined }));
const open = (live: LiveSession, roomId: string) => live.openFiles(roomId);
const isMedia = ({ media }: ListedFile): boolean => media.kind === 'image' || media.kind === 'video';

export function FilesPanel({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const app = useApp();
  const { accountKey, roomId } = conversation;
  const { opened, state } = useOpened(accountKey, roomId, open, empty);
  const [tab, setTab] = useState<'media' | 'files'>('media');
  const { loading, more, error } = state;
  const shown = state.files.filter((file) => isMedia(file) === (tab === 'media'));
  const loadMore = (): void => void opened?.loadMore();
  const goTo = (file: ListedFile): void => jumpTo(conversation, file.eventId, 'files');
  /** In the viewer what it can show, with the way to the message; everything else is saved. */
  const show = async (file: ListedFile): Promise<void> => {
    if (!shownAs(file.media)) return saveMedia(app, accountKey, file.media);
    const images = state.files.filter(({ media }) => shownAs(media)).toReversed();
    openDialog('lightbox', { accountKey, images, eventId: file.eventId, from: { roomId, panel: 'files' } });
  };
  return (
    <>
      <div className={panelStyles.tools}>
        <Tabs
          label={t('rooms.files.title')}
          look="pill"
          selected={tab}
          onSelect={setTab}
          tabs={[
            { id: 'media', label: t('rooms.files.media') },
            { id: 'files', label: t('rooms.files.files') },
          ]}
        />
      </div>
      <div
        className={panelStyles.scroll}
        aria-busy={loading}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          if (more && error === undefined && scrollHeight - scrollTop - clientHeight < LOAD_WITHIN) loadMore();
        }}
      >
        {error !== undefined && <LoadProblem error={error} onRetry={loadMore} />}
        {shown.length > 0 ? (
          tab === 'media' ? (
            <ul className={styles.grid}>
              {shown.map((file) => (
                <li key={file.eventId}>
                  <Tile file={file} accountKey={accountKey} onOpen={() => attempt(show(file))} />
                </li>
              ))}
            </ul>
          ) : (
            <ul className={styles.list}>
              {shown.map((file) => (
                <FileLine key={file.eventId} file={file} accountKey={accountKey} onOpen={async () => show(file)} onGoTo={() => goTo(file)} />
              ))}
            </ul>
          )
        ) : (
          !loading &&
          error === undefined &&
          !more && (
            <EmptyState size="small" illustration={<Files />} title={t(`rooms.files.none.${tab}`)}>
              {t('rooms.files.noneBody')}
            </EmptyState>
          )
        )}
        {loading ? (
          <div className={panelStyles.end}>
            <Spinner label={t('common.loading')} />
          </div>
        ) : (
          more &&
          error === undefined && (
            <div className={panelStyles.end}>
              <button type="button" className={styles.more} onClick={loadMore}>
                {t('rooms.files.older')}
              </button>
            </div>
          )
        )}
      </div>
    </>
  );
}

interface FileProps {
  readonly file: ListedFile;
  readonly accountKey: string;
  readonly onOpen: () => void;
}

function Tile({ file, accountKey, onOpen }: FileProps) {
  const t = useT();
  const { media } = file;
  const video = media.kind === 'video';
  const small = media.thumbnailFile !== undefined || media.thumbnailMxc !== undefined;
  const { url } = useMediaUrl(
    accountKey,
    video && !small
      ? undefined
      : {
          mxc: small ? media.thumbnailMxc : media.mxc,
          file: small ? media.thumbnailFile : media.file,
          mimetype: small ? 'image/jpeg' : media.mimetype,
          ...((small ? media.thumbnailFile : media.file) ? {} : { width: 120, height: 120, method: 'crop' as const }),
        },
  );
  const label = t(video ? 'timeline.media.video' : 'timeline.media.image', { name: media.name });
  return (
    <button
      type="button"
      className={styles.tile}
      onClick={onOpen}
      title={`${media.name} · ${file.sender.name} · ${formatShort(file.ts)}`}
      aria-label={label}
    >
      {url !== undefined ? <img src={url} alt="" loading="lazy" /> : !video && <Skeleton shape="block" width="100%" height="100%" />}
      {video && (
        <span className={styles.play}>
          <Play aria-hidden />
        </span>
      )}
    </button>
  );
}

interface FileLineProps {
  readonly file: ListedFile;
  readonly accountKey: string;
  readonly onOpen: () => Promise<void>;
  readonly onGoTo: () => void;
}

function FileLine({ file, accountKey, onOpen, onGoTo }: FileLineProps) {
  const t = useT();
  const app = useApp();
  const { media, sender, ts } = file;
  const [busy, setBusy] = useState(false);
  const run = (work: Promise<void>): void => {
    setBusy(true);
    attempt(work.finally(() => setBusy(false)));
  };
  const facts = [media.bytes === undefined ? undefined : formatBytes(media.bytes), sender.name, formatShort(ts)].filter((one) => one !== undefined);
  return (
    <li className={styles.file}>
      <button type="button" className={styles.main} onClick={() => run(onOpen())} disabled={busy}>
        <span className={styles.icon}>
          {media.kind === 'audio' ? <Music aria-hidden /> : shownAs(media) ? <FileImage aria-hidden /> : <FileText aria-hidden />}
        </span>
        <span className={styles.words}>
          <bdi className={styles.name}>{media.name}</bdi>
          <span className={styles.facts}>{facts.join(' · ')}</span>
        </span>
      </button>
      <IconButton label={t('timeline.media.goTo')} size="small" onPress={onGoTo}>
        <MessageSquareText />
      </IconButton>
      <IconButton
        label={t('timeline.media.download', { name: media.name })}
        size="small"
        loading={busy}
        onPress={() => run(saveMedia(app, accountKey, media))}
      >
        <Download />
      </IconButton>
    </li>
  );
}
