/**
 * What was typed as a message (Client-Server API, "m.room.message msgtypes" and "User and room mentions"): HTML only if there
 * is formatting, a body that can be read without it, and who is mentioned.
 */
import type { Token } from 'markdown-it';
import { plainTextOf, SPOILER_MASK } from '../messages/preview-text.ts';
import { createMarkdown, mentionOf, SPOILER } from './markdown-rules.ts';
import { MENTION_TOKEN, readMentionToken } from './mention-token.ts';
import { makeMentions, type TextContent, type TextMessageType } from './message-content.ts';

export interface TypedMessage {
  /** Markdown, with mentions as `@[Name](@user:server)`. */
  readonly text: string;
  readonly msgtype?: TextMessageType;
  /** Nobody is told of their own messages. */
  readonly ownUserId?: string;
  /** Who is mentioned besides those in the text. */
  readonly mentions?: readonly string[];
  /** Whether `@room` notifies everybody, which needs the power to. */
  readonly mayMentionRoom?: boolean;
  /** `smile` for `:smile:`; without it, and for what it does not know, the text stays. */
  readonly emoji?: (shortcode: string) => string | undefined;
}

const AT_ROOM = /(?<![\w@])@room(?!\w|:\w)/;
const SHORTCODE = /(?<![\w\\]):([a-z0-9_+-]{1,60}):(?!\w)/g;
const ESCAPED = /\\([!-/:-@[-`{-~])/g;
/** Fenced blocks and spans of code, where nothing is replaced. */
const CODE = /^ {0,3}(?:`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?^ {0,3}(?:`{3,}|~{3,})[ \t]*$|[\s\S]*)|(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/;
const CODE_OR_SPOILER = new RegExp(
  `\\\\[\\s\\S]|(?<code>${CODE.source})|(?<spoiler>${SPOILER.source.replaceAll('(', '(?:').replaceAll('(?:?', '(?')})`,
  'gm',
);
/** What plain text is made of. */
const PLAIN: ReadonlySet<string> = new Set([
  'paragraph_open',
  'paragraph_close',
  'inline',
  'text',
  'softbreak',
  'hardbreak',
  'text_special',
  'at_room',
]);

const markdown = createMarkdown();

/** An address that became a link by itself is no formatting: whoever shows a body finds it as well. */
function isFormatted(tokens: readonly Token[]): boolean {
  let inAutomaticLink = false;
  return tokens.some((token) => {
    if (token.type === 'link_open' && token.info === 'auto' && token.markup === 'linkify') inAutomaticLink = true;
    else if (token.type === 'link_close' && inAutomaticLink) inAutomaticLink = false;
    else if (token.children) return isFormatted(token.children);
    else return !PLAIN.has(token.type);
    return false;
  });
}

/** Emoji for their names, in texts outside of code. */
function replaceShortcodes(tokens: readonly Token[], replace: (text: string) => string): void {
  for (const token of tokens) {
    if (token.type === 'text') token.content = replace(token.content);
    if (token.children) replaceShortcodes(token.children, replace);
  }
}

function* allTokens(tokens: readonly Token[]): Generator<Token, void, undefined> {
  for (const token of tokens) {
    yield token;
    if (token.children) yield* allTokens(token.children);
  }
}

/** What was typed with names for mentions, and with what spoilers hide left out; `spoilers` counts them. */
function readable(text: string, emoji: (text: string) => string): { readonly body: string; readonly spoilers: number } {
  let spoilers = 0;
  let body = '';
  let done = 0;
  const plain = (part: string): string =>
    emoji(part)
      .replaceAll(new RegExp(MENTION_TOKEN.source, 'g'), (token: string, name: string, id: string) => readMentionToken(name, id)?.name ?? token)
      .replaceAll(/!\[(:[\w-]{1,100}:)\]\(mxc:\/\/[^()\s]{1,300}\)/g, '$1');
  for (const match of text.matchAll(CODE_OR_SPOILER)) {
    const { code, spoiler } = match.groups!;
    if (code === undefined && spoiler === undefined) continue;
    body += plain(text.slice(done, match.index));
    done = match.index + match[0].length;
    if (code !== undefined) {
      body += code;
      continue;
    }
    spoilers += 1;
    const reason = SPOILER.exec(spoiler!)?.[1]
      ?.replaceAll(/\\([\s\S])/g, '$1')
      .trim();
    body += reason ? `[Spoiler for ${reason}]` : '[Spoiler]';
  }
  return { body: body + plain(text.slice(done)), spoilers };
}

/** One paragraph needs no `<p>`. */
function renderBlocks(tokens: Token[]): string {
  const [first, inline, last] = tokens;
  const single = tokens.length === 3 && first!.type === 'paragraph_open' && last!.type === 'paragraph_close';
  return markdown.renderer.render(single ? [inline!] : tokens, markdown.options, {}).trim();
}

export function markdownToContent(typed: TypedMessage): TextContent {
  const { msgtype = 'm.text', emoji } = typed;
  const text = typed.text
    .replaceAll('\r\n', '\n')
    .toWellFormed()
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
  const replaceEmoji = (part: string): string =>
    emoji ? part.replaceAll(SHORTCODE, (written, shortcode: string) => emoji(shortcode) ?? written) : part;
  const tokens = markdown.parse(text, {});
  const mentioned: string[] = [...(typed.mentions ?? [])];
  let room = false;
  for (const token of allTokens(tokens)) {
    if (token.type === 'mention') mentioned.push(mentionOf(token).id);
    if (token.type === 'at_room') room = true;
  }
  const userIds = mentioned.filter((id) => id.startsWith('@') && id !== typed.ownUserId);
  const mentions = makeMentions(userIds, room && (typed.mayMentionRoom ?? false));
  if (!isFormatted(tokens)) {
    return { msgtype, body: replaceEmoji(text).replaceAll(ESCAPED, '$1'), 'm.mentions': mentions };
  }
  replaceShortcodes(tokens, replaceEmoji);
  const html = renderBlocks(tokens);
  const { body, spoilers } = readable(text, replaceEmoji);
  const hidden = [...allTokens(tokens)].filter(({ type }) => type === 'spoiler_open').length;
  return {
    msgtype,
    // What was not recognised as a spoiler here, but is one, must not be told.
    body: spoilers >= hidden ? body : plainTextOf(html).replaceAll(SPOILER_MASK, '[Spoiler]'),
    format: 'org.matrix.custom.html',
    formatted_body: html,
    'm.mentions': mentions,
  };
}

/** As typed, without Markdown: for `/plain`. Mentions still notify, by name. */
export function plainToContent(typed: Omit<TypedMessage, 'emoji'>): TextContent {
  const named: string[] = [];
  const body = typed.text.trim().replaceAll(new RegExp(MENTION_TOKEN.source, 'g'), (written: string, name: string, id: string) => {
    const token = readMentionToken(name, id);
    if (token) named.push(token.id);
    return token?.name ?? written;
  });
  const userIds = [...(typed.mentions ?? []), ...named].filter((id) => id.startsWith('@') && id !== typed.ownUserId);
  return { msgtype: typed.msgtype ?? 'm.text', body, 'm.mentions': makeMentions(userIds, (typed.mayMentionRoom ?? false) && AT_ROOM.test(body)) };
}
