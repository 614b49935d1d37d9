/** Where a conversation was that the person is not in any more: who ended it, and what they had not sent yet. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { readComposerText } from '../../domain/composer/composer-text.ts';
import { draftKey, ownTextOf } from '../../domain/composer/drafts.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { copyText } from '../copy-text.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import { LoadingPane } from '../primitives/spinner.tsx';
import { closeConversation, type OpenConversation } from '../route.ts';
import styles from './gone.module.css';

const GONE_AFTER_MS = 1_500;

/** What was just joined comes within a moment: only what stays away is gone. */
export function Gone({ open: { accountKey, roomId }, live }: { readonly open: OpenConversation; readonly live: LiveSession }) {
  const t = useT();
  const app = useApp();
  const draft = useStore(app.drafts.state, (state) => state.drafts.get(draftKey(accountKey, roomId)));
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), GONE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const removal = live.writing.removalFrom(roomId);
  if (!removal && !late) return <LoadingPane />;
  const text = readComposerText(ownTextOf(draft)).text.trim();
  return (
    <EmptyState
      title={
        removal ? t(`timeline.removal.${removal.banned ? 'banned' : 'removed'}`, { who: removal.by, room: removal.roomName }) : t('timeline.gone')
      }
      action={
        <>
          {text !== '' && <Button onPress={() => attempt(copyText(text))}>{t('common.copy')}</Button>}
          <Button onPress={closeConversation}>{t('timeline.toInbox')}</Button>
        </>
      }
    >
      {removal?.reason !== undefined && <p dir="auto">{t('timeline.removal.reason', { reason: removal.reason })}</p>}
      {text !== '' && (
        <figure className={styles.unsent}>
          <figcaption>{t('timeline.unsent')}</figcaption>
          <blockquote className={styles.text} dir="auto">
            {text}
          </blockquote>
        </figure>
      )}
    </EmptyState>
  );
}
