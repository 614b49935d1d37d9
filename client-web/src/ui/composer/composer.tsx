/** Where messages are written. */
import { SendHorizontal, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { draftKey } from '../../domain/composer/drafts.ts';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import type { TimelineItem } from '../../domain/timeline/timeline-item.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { contentLine } from '../conversation/reply-preview.tsx';
import { attempt } from '../error-sentence.ts';
import { IconButton } from '../primitives/icon-button.tsx';
import { composerContexts, useComposerContext } from './composer-store.ts';
import styles from './composer.module.css';

const TYPING_EVERY_MS = 10_000;

export interface ComposerProps {
  readonly conversation: Conversation;
  readonly threadRootId: string | undefined;
  readonly items: readonly TimelineItem[];
}

export function Composer({ conversation, threadRootId }: ComposerProps) {
  const t = useT();
  const app = useApp();
  const { accountKey, roomId } = conversation;
  const live = useLive(accountKey);
  const key = draftKey(accountKey, roomId, threadRootId);
  const context = useComposerContext(key);
  const [text, setText] = useState(() => app.drafts.get(key)?.text ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const typingSince = useRef(0);

  useEffect(() => setText(app.drafts.get(key)?.text ?? ''), [app, key]);
  useEffect(() => field.current?.focus(), [key, context.focus]);

  const change = (value: string): void => {
    setText(value);
    app.drafts.set(key, { text: value, ts: Date.now() });
    const now = Date.now();
    if (value !== '' && now - typingSince.current > TYPING_EVERY_MS) {
      typingSince.current = now;
      void live?.setTyping(roomId, true).catch(() => {});
    }
  };
  const send = (): void => {
    const body = text.trim();
    if (body === '') return;
    const relation = context.replyTo?.eventId;
    change('');
    typingSince.current = 0;
    void live?.setTyping(roomId, false).catch(() => {});
    composerContexts.clear(key);
    attempt(
      app.outbox.add({
        accountKey,
        roomId,
        threadRootId,
        eventType: 'm.room.message',
        content: {
          msgtype: 'm.text',
          body,
          'm.mentions': {},
          ...(relation === undefined ? {} : { 'm.relates_to': { 'm.in_reply_to': { event_id: relation } } }),
        },
      }),
    );
  };
  return (
    <div className={styles.composer}>
      {context.replyTo && (
        <div className={styles.context}>
          <span className={styles.contextText}>
            {t('timeline.replyTo', { name: context.replyTo.sender.name })}: {contentLine(context.replyTo.content, t)}
          </span>
          <IconButton label={t('common.cancel')} size="small" onPress={() => composerContexts.clear(key)}>
            <X />
          </IconButton>
        </div>
      )}
      <div className={styles.box}>
        <textarea
          ref={field}
          className={styles.field}
          value={text}
          rows={1}
          placeholder={t('composer.placeholder', { name: conversation.name })}
          aria-label={t('composer.placeholder', { name: conversation.name })}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              send();
            }
          }}
        />
        <IconButton label={t('common.send')} kind="primary" onPress={send} isDisabled={text.trim() === ''}>
          <SendHorizontal />
        </IconButton>
      </div>
    </div>
  );
}
