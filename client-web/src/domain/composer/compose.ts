/** Contents of the messages that the composer sends: text, files with captions, edits. */
import type { OutboxFile } from '../outbox/outbox-entry.ts';
import type { FileKind } from '../media/shown-types.ts';
import type { UnknownContent } from '../messages/preview-text.ts';
import { loadEmoji, type EmojiLanguage } from './emoji.ts';
import type { TextContent, TextMessageType } from './message-content.ts';
import type * as writing from './writing.ts';
import type { RepliedTo, ThreadPlace } from './reply-content.ts';

type Writing = typeof writing;
let loading: Promise<Writing> | undefined;

/** Loaded once; tried again if that failed. */
export function loadWriting(): Promise<Writing> {
  loading ??= import('./writing.ts').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

export interface Written {
  /** Markdown, with mentions as tokens. */
  readonly markdown: string;
  readonly msgtype?: TextMessageType;
  readonly plain?: boolean;
  readonly ownUserId: string;
  readonly mayMentionRoom: boolean;
  readonly language: EmojiLanguage;
}

export interface Placed extends Written {
  readonly replyTo: RepliedTo | undefined;
  readonly thread: ThreadPlace | undefined;
}

const SHORTCODE = /:[a-z0-9_+-]{1,60}:/;

async function textContent(written: Written): Promise<TextContent> {
  const { markdown: text, msgtype = 'm.text', ownUserId, mayMentionRoom } = written;
  const { markdownToContent, plainToContent } = await loadWriting();
  if (written.plain === true) return plainToContent({ text, msgtype, ownUserId, mayMentionRoom });
  const index = SHORTCODE.test(text) ? await loadEmoji(written.language).catch(() => undefined) : undefined;
  return markdownToContent({
    text,
    msgtype,
    ownUserId,
    mayMentionRoom,
    ...(index ? { emoji: (shortcode: string) => index.byShortcode(shortcode)?.emoji } : {}),
  });
}

export async function composeText(placed: Placed): Promise<TextContent> {
  const [{ withRelation }, content] = await Promise.all([loadWriting(), textContent(placed)]);
  return withRelation(content, { replyTo: placed.replyTo, thread: placed.thread, ownUserId: placed.ownUserId });
}

/** Its address and `info` come with the upload. */
export async function composeFile(placed: Placed, file: OutboxFile, kind: FileKind): Promise<Record<string, unknown>> {
  const [{ withRelation }, caption] = await Promise.all([loadWriting(), textContent(placed)]);
  const content = caption.body === '' ? { msgtype: 'm.text' as const, body: file.name, 'm.mentions': {} } : caption;
  const related = withRelation(content, { replyTo: placed.replyTo, thread: placed.thread, ownUserId: placed.ownUserId });
  return { ...related, msgtype: `m.${kind}`, filename: file.name };
}

const TEXT_TYPES: readonly unknown[] = ['m.text', 'm.emote', 'm.notice'];

/** `previous` is the newest content of the message so far. undefined: it says the same as before. */
export async function composeEdit(written: Written, eventId: string, previous: UnknownContent): Promise<Record<string, unknown> | undefined> {
  const { makeEdit } = await loadWriting();
  const isText = TEXT_TYPES.includes(previous['msgtype']);
  const next = await textContent({ ...written, msgtype: isText ? (previous['msgtype'] as TextMessageType) : 'm.text' });
  if (next.body === previous['body'] && next.formatted_body === previous['formatted_body']) return undefined;
  const edit = makeEdit({ eventId, previous, next });
  if (isText) return { ...edit };
  // Of a file only the caption changes.
  const { format: _format, formatted_body: _html, ...file } = previous;
  const { msgtype: _type, ...caption } = edit['m.new_content'];
  const { msgtype: _fallbackType, ...fallback } = edit;
  return { ...file, ...fallback, 'm.new_content': { ...file, ...caption } };
}
