/** The composer of a conversation: text with Markdown, mentions and emoji, files, replies and edits. */
import { SendHorizontal, TriangleAlert } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { tokenAt, type CompletionToken } from '../../domain/composer/completion.ts';
import { loadWriting } from '../../domain/composer/compose.ts';
import { EMPTY_TEXT, readComposerText, writeComposerText } from '../../domain/composer/composer-text.ts';
import { draftKey } from '../../domain/composer/drafts.ts';
import { formatText, makeLink, newLine } from '../../domain/composer/format-text.ts';
import { TypingNotifier } from '../../domain/composer/typing-notifier.ts';
import type { MessageItem } from '../../domain/timeline/timeline-item.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccount, useAccounts, useApp, useLive } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { errorSentence } from '../error-sentence.ts';
import { routeStore } from '../route.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { attachments, useAttachments } from './attachments.ts';
import type { ComposerProps } from './composer.tsx';
import { composerContexts, useComposerContext, type Quoted } from './composer-store.ts';
import styles from './composer.module.css';
import { ContextBanner } from './context-banner.tsx';
import { DropZone } from './drop-zone.tsx';
import { FormatToolbar, formatOfKeys, ToolButton } from './format-toolbar.tsx';
import { openedByKeys } from './opened-by-keys.ts';
import {
  commandProblem,
  parseTyped,
  pendingEdit,
  runCommand,
  sendEdit,
  sendFiles,
  sendText,
  type ComposerProblem,
  type SendContext,
} from './send.ts';
import { takeFiles } from './take-files.ts';
import { useComposerText } from './use-composer-text.ts';
import type { CompletionHandle } from './completion.tsx';

const loadCompletion = async () => import('./completion.tsx');
const Completion = lazy(async () => ({ default: (await loadCompletion()).Completion }));
const AttachmentTray = lazy(async () => ({ default: (await import('./attachment-tray.tsx')).AttachmentTray }));

export function Editor({ conversation, threadRootId, items }: ComposerProps) {
  const t = useT();
  const app = useApp();
  const { accountKey, roomId } = conversation;
  const live = useLive(accountKey);
  const account = useAccount(accountKey);
  const several = useAccounts().length > 1;
  const key = draftKey(accountKey, roomId, threadRootId);
  const { replyTo, editing, focus } = useComposerContext(key);
  const files = useAttachments(key);
  const [problem, setProblem] = useState<ComposerProblem>();
  const [writing, setWriting] = useState(false);
  const [dismissed, setDismissed] = useState<number>();
  const completion = useRef<CompletionHandle>(null);
  const highlight = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  /** Messages leave in the order they were written, whatever had to be loaded first. */
  const queue = useRef(Promise.resolve());
  const plainPaste = useRef(false);

  const typing = useRef<TypingNotifier>(undefined);
  typing.current ??= new TypingNotifier(
    (is) =>
      void app
        .session(accountKey)
        ?.state.getState()
        .live?.setTyping(roomId, is)
        .catch(() => {}),
  );

  const save = useCallback(
    (markdown: string) => {
      const now = composerContexts.get(key);
      const draft = now.editing ? app.drafts.get(key) : undefined;
      const ofEdit = { editing: now.editing?.eventId, before: draft?.before, aside: draft?.aside };
      app.drafts.set(key, { text: markdown, replyTo: now.replyTo?.eventId, ...ofEdit, ts: Date.now() });
    },
    [app, key],
  );
  const editor = useComposerText(
    () => readComposerText(app.drafts.get(key)?.text ?? ''),
    (value) => {
      save(writeComposerText(value));
      setProblem(undefined);
      setDismissed(undefined);
      if (value.text === '' || value.text.startsWith('/')) typing.current!.stop();
      else typing.current!.typed();
    },
  );
  const { field, value, caret, replace } = editor;
  const current = useRef(value);
  current.current = value;

  useEffect(() => () => typing.current?.stop(), []);

  // --- replies and edits ---

  // What was answered or edited when the window was closed, or before an edit.
  const restored = useRef<'no' | 'asked' | 'yes'>('no');
  useEffect(() => {
    if (restored.current !== 'no') return;
    const draft = app.drafts.get(key);
    const id = draft?.editing ?? draft?.replyTo;
    if (id === undefined || replyTo || editing) {
      restored.current = 'yes';
      return;
    }
    const restore = (found: Quoted): void =>
      composerContexts.restore(key, draft?.editing === undefined ? { replyTo: found, editing: undefined } : { replyTo: undefined, editing: found });
    const item = items.find((one): one is MessageItem => one.type === 'message' && one.eventId === id);
    if (item) {
      restored.current = 'yes';
      restore(item);
    } else if (live && live.client.getRoom(roomId) !== null) {
      restored.current = 'asked';
      void live.messages.find(roomId, id).then((found) => {
        restored.current = 'yes';
        if (found) restore(found);
      });
    }
  }, [app, key, items, live, roomId, replyTo, editing]);

  // An edit begins: what was being written is set aside for it.
  const editingId = editing?.eventId;
  useEffect(() => {
    const draft = app.drafts.get(key);
    if (editingId === undefined || draft?.editing === editingId || !live) return;
    const aside = draft?.editing === undefined ? { text: draft?.text ?? '', replyTo: draft?.replyTo } : draft.aside;
    let current_ = true;
    void (async () => {
      const [{ contentToMarkdown }, found] = await Promise.all([loadWriting(), live.messages.find(roomId, editingId)]);
      const raw = pendingEdit(app, conversation, editingId) ?? found?.raw;
      if (!current_ || !raw) return;
      const isFile = typeof raw['msgtype'] === 'string' && !['m.text', 'm.emote', 'm.notice'].includes(raw['msgtype']);
      const text = contentToMarkdown(isFile ? { ...raw, msgtype: 'm.text' } : raw);
      app.drafts.set(key, { text, editing: editingId, before: text, aside, ts: Date.now() });
      replace(readComposerText(text));
      field.current?.focus();
    })();
    return () => {
      current_ = false;
    };
    // The conversation is the key's.
  }, [app, key, editingId, live, roomId, replace, field]);

  const replyToId = replyTo?.eventId;
  const savedFor = useRef(replyToId);
  useEffect(() => {
    if (restored.current !== 'yes' || editingId !== undefined || savedFor.current === replyToId) return;
    savedFor.current = replyToId;
    save(writeComposerText(current.current));
  }, [replyToId, editingId, save]);

  /** The reply or edit ends without being sent; what was set aside for an edit comes back. */
  const leaveContext = (): void => {
    const aside = editing ? app.drafts.get(key)?.aside : undefined;
    const back = editing ? readComposerText(aside?.text ?? '') : current.current;
    setProblem(undefined);
    if (editing) replace(back);
    app.drafts.set(key, { text: writeComposerText(back), replyTo: aside?.replyTo, ts: Date.now() });
    restored.current = 'no';
    composerContexts.clear(key);
    field.current?.focus();
  };

  useEffect(() => () => composerContexts.forgetFocus(key), [key]);
  useEffect(() => {
    // A thread that is open beside the room is what the person came for.
    if (focus === 0 && (openedByKeys() || (threadRootId === undefined && isThreadOpen()))) return;
    // After the conversation is painted: it takes a layout of its own.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => (timer = setTimeout(() => field.current?.focus({ preventScroll: true }), 0)));
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [focus, field, threadRootId]);

  const lastEditable = (): MessageItem | undefined =>
    items.findLast(
      (one): one is MessageItem => one.type === 'message' && one.mine && one.can.edit && one.eventId !== undefined && one.sendState === 'sent',
    );
  useShortcuts({
    r: () => {
      const newest = items.findLast((one): one is MessageItem => one.type === 'message' && one.can.reply && one.eventId !== undefined);
      if (!newest) return false;
      composerContexts.reply(key, newest);
      return true;
    },
  });

  // --- sending ---

  const context: SendContext = {
    app,
    live,
    conversation,
    threadRootId,
    latestId: items.findLast((one): one is MessageItem => one.type === 'message' && one.eventId !== undefined)?.eventId,
    ownUserId: account?.userId ?? '',
  };

  const send = (): void => {
    const before = { value: current.current, replyTo, editing };
    const markdown = writeComposerText(before.value);
    const waiting = editing ? [] : attachments.list(key);
    if (markdown.trim() === '' && waiting.length === 0) return;
    const typed = editing || waiting.length > 0 ? undefined : parseTyped(markdown);
    if (typed?.kind === 'error') {
      setProblem(commandProblem(typed));
      return;
    }
    const taken = editing ? [] : attachments.take(key);
    const aside = editing ? readComposerText(app.drafts.get(key)?.aside?.text ?? '') : EMPTY_TEXT;
    typing.current!.stop();
    setProblem(undefined);
    replace(aside);
    current.current = aside;
    composerContexts.clear(key);
    queue.current = queue.current.then(async () => {
      let failed: ComposerProblem | undefined;
      try {
        if (before.editing?.eventId !== undefined) failed = await sendEdit(context, before.editing.eventId, markdown);
        else if (taken.length > 0) failed = await sendFiles(context, taken, markdown, before.replyTo);
        else if (typed!.kind === 'send') failed = await sendText(context, typed as Extract<typeof typed, { kind: 'send' }>, before.replyTo);
        else failed = await runCommand(context, typed as Exclude<typeof typed, { kind: 'send' | 'error' } | undefined>);
      } catch (error) {
        failed = { text: errorSentence(error) };
      }
      if (failed) {
        setProblem(failed);
        if (taken.length > 0)
          attachments.add(
            key,
            taken.map(({ file }) => file),
          );
        // Unless something else was begun meanwhile.
        if (current.current.text === aside.text) {
          if (before.editing) composerContexts.restore(key, { replyTo: undefined, editing: before.editing });
          else if (before.replyTo) composerContexts.restore(key, { replyTo: before.replyTo, editing: undefined });
          replace(before.value);
          current.current = before.value;
        }
      }
      // What was written is in the outbox by now: only then it leaves the drafts.
      save(writeComposerText(current.current));
    });
  };

  const sendAsFile = (): void => {
    const text = writeComposerText(current.current);
    setProblem(undefined);
    replace(EMPTY_TEXT);
    current.current = EMPTY_TEXT;
    save('');
    attachments.add(key, [new File([text], `${t('composer.textFile')}.md`, { type: 'text/markdown' })]);
    field.current?.focus();
  };

  const take = (list: readonly File[]): void => {
    if (editing) return;
    setProblem(undefined);
    void takeFiles(live, key, list).then((refused) => refused !== undefined && setProblem({ text: refused }));
    field.current?.focus();
  };

  // --- keys, paste ---

  const token: CompletionToken | undefined = tokenIn(value.text, caret, value.mentions);
  const completing = token !== undefined && token.start !== dismissed ? token : undefined;

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // 229: browsers that end a composition before its last key.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (completing && completion.current?.onKey(event)) {
      event.preventDefault();
      return;
    }
    const mod = event.ctrlKey || event.metaKey;
    const selection = { start: event.currentTarget.selectionStart, end: event.currentTarget.selectionEnd };
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
      return;
    }
    if (event.key === 'Enter' && event.shiftKey && selection.start === selection.end) {
      const line = newLine(value.text, selection.start);
      if (line) {
        event.preventDefault();
        editor.edit(line);
      }
      return;
    }
    if (event.key === 'ArrowUp' && value.text === '' && files.length === 0 && !mod && !event.shiftKey && !event.altKey) {
      const last = lastEditable();
      if (last && !editing) {
        event.preventDefault();
        composerContexts.edit(key, last);
      }
      return;
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      if (completing) setDismissed(completing.start);
      else if (replyTo || editing) leaveContext();
      else event.currentTarget.blur();
      return;
    }
    if ((event.key === 'Backspace' || event.key === 'Delete') && !mod && !event.altKey && editor.deleteMention(event.key)) {
      event.preventDefault();
      return;
    }
    plainPaste.current = mod && event.shiftKey && event.key.toLowerCase() === 'v';
    const format = mod ? formatOfKeys(event.nativeEvent) : undefined;
    if (format) {
      event.preventDefault();
      event.stopPropagation();
      editor.edit(formatText(value.text, selection, format));
    }
  };

  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>): void => {
    const data = event.clipboardData;
    const text = data.getData('text/plain');
    const html = plainPaste.current ? '' : data.getData('text/html');
    // Office programs put a picture of the text beside it.
    const pasted = [...data.files];
    if (pasted.length > 0 && text === '') {
      event.preventDefault();
      take(pasted);
      return;
    }
    const { selectionStart: start, selectionEnd: end } = event.currentTarget;
    if (start !== end && /^https?:\/\/\S+$/i.test(text.trim()) && !value.text.slice(start, end).includes('\n')) {
      event.preventDefault();
      editor.edit(makeLink(value.text, { start, end }, text.trim()));
      return;
    }
    if (!/<(?:b|strong|i|em|a|ul|ol|h[1-6]|table|blockquote|pre|code|del|s)[\s>]/i.test(html)) return;
    event.preventDefault();
    void (async () => {
      const { htmlToMarkdown } = await loadWriting();
      // Documents of Google are one bold element that is not bold.
      const clean = html.replaceAll(/<b [^>]*font-weight:\s*normal[^>]*>/gi, '<span>').replaceAll(/<!--[\s\S]*?-->/g, '');
      const read = readComposerText(htmlToMarkdown(clean) ?? text);
      editor.edit({ start, end, insert: read.text, select: { start: start + read.text.length, end: start + read.text.length } });
    })();
  };

  // Where the browser can't do it by itself the field grows by hand.
  useEffect(() => {
    const element = field.current;
    if (!element || CSS.supports('field-sizing', 'content')) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [value.text, field]);

  const placeholder = editing
    ? t('composer.placeholderEdit')
    : files.length === 1
      ? t('composer.placeholderCaption')
      : threadRootId === undefined
        ? t('composer.placeholder', { name: conversation.name })
        : t('composer.placeholderThread');
  const sendable = value.text.trim() !== '' || (files.length > 0 && !editing);
  const network = conversation.network?.name;
  const me = account?.userId ?? '';
  return (
    <div className={styles.composer} ref={box}>
      {completing && (
        <Suspense>
          <Completion ref={completion} token={completing} conversation={conversation} editor={editor} />
        </Suspense>
      )}
      <div className={classNames(styles.box, editing && styles.editing)}>
        {(replyTo || editing) && (
          <ContextBanner
            quoted={asItIsNow((editing ?? replyTo)!, items)}
            kind={editing ? 'edit' : 'reply'}
            accountKey={accountKey}
            onLeave={leaveContext}
          />
        )}
        {files.length > 0 && !editing && (
          <Suspense>
            <AttachmentTray draftKey={key} attachments={files} />
          </Suspense>
        )}
        <div className={styles.writing}>
          {value.mentions.length > 0 && (
            <div className={styles.highlight} ref={highlight} aria-hidden>
              {highlighted(value)}
            </div>
          )}
          <textarea
            ref={field}
            className={styles.field}
            value={value.text}
            rows={1}
            dir="auto"
            placeholder={placeholder}
            aria-label={placeholder}
            aria-multiline
            aria-autocomplete="list"
            enterKeyHint="send"
            onChange={editor.onInput}
            onSelect={editor.onSelect}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onFocus={() => {
              setWriting(true);
              void loadWriting().catch(() => {});
              void loadCompletion().catch(() => {});
            }}
            onBlur={() => typing.current!.stop()}
            onScroll={(event) => {
              if (highlight.current) highlight.current.scrollTop = event.currentTarget.scrollTop;
            }}
          />
        </div>
        <div className={styles.tools}>
          <FormatToolbar editor={editor} live={live} writing={writing} onFiles={editing ? undefined : take} />
          <span className={styles.space} />
          <ToolButton label={editing ? t('common.save') : t('common.send')} keys="Enter" kind="send" isDisabled={!sendable} onPress={send}>
            <SendHorizontal aria-hidden />
          </ToolButton>
        </div>
      </div>
      {problem && (
        <p className={styles.problem} role="alert">
          <TriangleAlert aria-hidden />
          <span>{problem.text}</span>
          {problem.asFile && (
            <button type="button" className={styles.link} onClick={sendAsFile}>
              {t('composer.sendAsFile')}
            </button>
          )}
        </p>
      )}
      {(several || network !== undefined) && (
        <p className={styles.identity}>
          {network === undefined ? t('composer.sendingAs', { user: me }) : t('composer.sendingAsVia', { user: me, network })}
        </p>
      )}
      <DropZone within={box} onFiles={take} isDisabled={editing !== undefined} name={conversation.name} />
    </div>
  );
}

function isThreadOpen(): boolean {
  const route = routeStore.getState();
  return route.page === 'inbox' && route.conversation?.panel === 'thread';
}

/** Nothing is completed in a mention that is already one. */
function tokenIn(text: string, caret: number, mentions: readonly { start: number; end: number }[]): CompletionToken | undefined {
  const token = tokenAt(text, caret);
  return token && !mentions.some((one) => one.start < token.end && token.start < one.end) ? token : undefined;
}

/** What is answered may have been changed or deleted since it was chosen. */
function asItIsNow(quoted: Quoted, items: ComposerProps['items']): Quoted {
  return items.findLast((one): one is MessageItem => one.type === 'message' && one.eventId === quoted.eventId) ?? quoted;
}

/** The same text behind the field, where only the ground of mentions is seen. */
function highlighted({ text, mentions }: { readonly text: string; readonly mentions: readonly { start: number; end: number }[] }) {
  const parts: React.ReactNode[] = [];
  let done = 0;
  for (const { start, end } of mentions) {
    parts.push(text.slice(done, start), <mark key={start}>{text.slice(start, end)}</mark>);
    done = end;
  }
  // A last empty line has no height otherwise.
  return [...parts, `${text.slice(done)}\u200b`];
}
