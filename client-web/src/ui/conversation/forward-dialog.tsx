/** Sends a copy of a message to other conversations, of any account. */
import { Check } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { App } from '../../domain/app.ts';
import { rankCandidates } from '../../domain/composer/completion.ts';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import type { FoundMessage } from '../../domain/matrix/message-operations.ts';
import { kindOfFile } from '../../domain/media/shown-types.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp, useLive } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { attempt } from '../error-sentence.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { SearchField } from '../primitives/search-field.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { useMediaUrl } from '../use-media.ts';
import { contentLine } from './content-line.ts';
import styles from './forward-dialog.module.css';
import { MediaThumb } from './media-thumb.tsx';

export interface ForwardDialogProps {
  readonly accountKey: string;
  readonly roomId: string;
  readonly eventId: string;
  readonly onClose: () => void;
}

const MOST = 40;

export function ForwardDialog({ accountKey, roomId, eventId, onClose }: ForwardDialogProps) {
  const t = useT();
  const app = useApp();
  const live = useLive(accountKey);
  const several = useAccounts().length > 1;
  const conversations = useStore(app.inbox.state, (state) => state.conversations);
  const [message, setMessage] = useState(() => live?.messages.findNow(roomId, eventId));
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!message) void live?.messages.find(roomId, eventId).then(setMessage);
  }, [live, message, roomId, eventId]);
  const shown = useMemo(() => {
    const candidates = [...conversations.values()]
      .filter(({ membership, kind, thread }) => membership === 'join' && kind !== 'space' && !thread)
      .map((row) => ({ id: row.id, texts: [row.name, row.otherUserId ?? ''].filter(Boolean), boost: row.activityTs, row }));
    return rankCandidates(text, candidates, MOST).map(({ row }) => row);
  }, [conversations, text]);
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const send = (): void => {
    const targets = [...chosen].flatMap((id) => conversations.get(id) ?? []);
    onClose();
    if (!message) return;
    attempt(
      forward(app, message, accountKey, targets).then(() =>
        showToast({ text: t('timeline.forward.done', { count: targets.length }), kind: 'success' }),
      ),
    );
  };
  return (
    <Dialog
      title={t('timeline.forward.title')}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      size="small"
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" isDisabled={chosen.size === 0 || !message} onPress={send}>
            {t('timeline.forward.send', { count: Math.max(1, chosen.size) })}
          </Button>
        </>
      }
    >
      {message && (
        <p className={styles.message}>
          {message.content.type === 'media' && <MediaThumb media={message.content.media} accountKey={accountKey} />}
          <span className={styles.line} dir="auto">
            {contentLine(message.content, t)}
          </span>
        </p>
      )}
      <SearchField label={t('timeline.forward.search')} value={text} onChange={setText} autoFocus />
      <ul className={styles.list} role="listbox" aria-multiselectable aria-label={t('timeline.forward.title')}>
        {shown.map((row) => (
          <Target key={row.id} row={row} chosen={chosen.has(row.id)} several={several} onToggle={() => toggle(row.id)} />
        ))}
      </ul>
      {shown.length === 0 && <p className={styles.none}>{t('timeline.forward.none')}</p>}
    </Dialog>
  );
}

function Target({ row, chosen, several, onToggle }: { row: Conversation; chosen: boolean; several: boolean; onToggle: () => void }) {
  const { accountKey, avatarMxc, name, kind } = row;
  const { url } = useMediaUrl(accountKey, avatarMxc === undefined ? undefined : { mxc: avatarMxc, width: 28, height: 28, method: 'crop' });
  return (
    <li role="none">
      <button type="button" role="option" aria-selected={chosen} className={classNames(styles.target, chosen && styles.chosen)} onClick={onToggle}>
        <Avatar
          id={row.otherUserId ?? row.roomId}
          name={name}
          size={28}
          shape={kind === 'direct' ? 'person' : 'room'}
          {...(url === undefined ? {} : { src: url })}
          {...(several ? { accountId: accountKey } : {})}
        />
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.check}>{chosen && <Check aria-hidden />}</span>
      </button>
    </li>
  );
}

/** Another account may not see the file where it is: it is uploaded again there. */
async function forward(app: App, message: FoundMessage, accountKey: string, targets: readonly Conversation[]): Promise<void> {
  const { raw, eventType } = message;
  const media = message.content.type === 'media' ? message.content.media : undefined;
  const { 'm.mentions': _mentions, ...content } = raw;
  const copy = eventType === 'm.sticker' ? content : { ...content, 'm.mentions': {} };
  let blob: Blob | undefined;
  for (const target of targets) {
    const to = { accountKey: target.accountKey, roomId: target.roomId, eventType: eventType === 'm.sticker' ? eventType : 'm.room.message' };
    // What was encrypted stays so, and what goes into an encrypted room becomes so.
    const again =
      media !== undefined && eventType !== 'm.sticker' && (target.accountKey !== accountKey || (media.file === undefined) === target.encrypted);
    if (!again) {
      await app.outbox.add({ ...to, content: copy });
      continue;
    }
    blob ??= await app.media.fetchBlob(accountKey, media);
    const { url: _url, file: _file, info: _info, ...rest } = copy as Record<string, unknown>;
    const mimetype = kindOfFile(blob.type) === 'file' ? media.mimetype : blob.type;
    await app.outbox.add({
      ...to,
      content: rest,
      file: {
        blob,
        name: media.name,
        mimetype,
        width: media.width,
        height: media.height,
        durationMs: media.durationMs,
        blurhash: media.blurhash,
        thumbnail: undefined,
      },
    });
  }
}
