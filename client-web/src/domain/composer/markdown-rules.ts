/** Markdown as people write it in messages: CommonMark with tables, strikethrough, spoilers, mentions and custom emoji, without HTML. */
import MarkdownIt, { type StateInline } from 'markdown-it';
import { readMxcUri } from '@nexuscomm/spec/identifiers/parse.ts';
import { readHref } from '../messages/check-link.ts';
import { makeMatrixToLink, parseMatrixLink } from '../messages/permalinks.ts';
import { MENTION_TOKEN, readMentionToken, type MentionToken } from './mention-token.ts';

const MENTION = new RegExp(MENTION_TOKEN.source, 'y');
/** `![:name:](mxc://server/media)`: what a picker of custom emoji puts into the text. */
const EMOTICON = /!\[:([\w-]{1,100}):\]\((mxc:\/\/[^()\s]{1,300})\)/y;
const BAR = 0x7c;
const AT = 0x40;
const BANG = 0x21;
const HEIGHT = '32';

function matchAt(pattern: RegExp, state: StateInline): RegExpExecArray | null {
  pattern.lastIndex = state.pos;
  return pattern.exec(state.src);
}

/** As the rule it stands for, but it stops at bars too, which may start a spoiler. */
const TEXT = /[^\n!#$%&*+\-:<=>@[\\\]^_`{|}~]+/y;

function text(state: StateInline, silent: boolean): boolean {
  const match = matchAt(TEXT, state);
  if (!match) return false;
  const end = Math.min(state.pos + match[0].length, state.posMax);
  if (!silent) state.pending += state.src.slice(state.pos, end);
  state.pos = end;
  return true;
}

function mention(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== AT) return false;
  const match = matchAt(MENTION, state);
  const token = match && readMentionToken(match[1]!, match[2]!);
  if (!token) return false;
  if (!silent) state.push('mention', '', 0).meta = { ...token };
  state.pos += match[0].length;
  return true;
}

const AT_ROOM = /@room(?!\w|:\w)/y;

/** `@room` as a word, of which `\@room`, `@rooms` and `@room:server` are none. */
function atRoom(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== AT || /[\w@\\]/.test(state.src[state.pos - 1] ?? '')) return false;
  const match = matchAt(AT_ROOM, state);
  if (!match) return false;
  if (!silent) state.push('at_room', '', 0);
  state.pos += match[0].length;
  return true;
}

function emoticon(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== BANG) return false;
  const match = matchAt(EMOTICON, state);
  if (!match || !readMxcUri(match[2]!)) return false;
  if (!silent) state.push('emoticon', '', 0).meta = { shortcode: match[1]!, mxc: match[2]! };
  state.pos += match[0].length;
  return true;
}

/** `||text||`, `||reason|text||`: the reason and the text. A bar after a backslash or in code is a bar. */
export const SPOILER =
  /\|\|(?!\|)(?:((?:\\[\s\S]|`+[^`]*`+|`(?![^`]*`)|[^\\|`])+)\|(?!\|))?((?:\\[\s\S]|`+[^`]*`+|`(?![^`]*`)|[^\\|`]|\|(?!\|))+)\|\|/;
const SPOILER_HERE = new RegExp(SPOILER.source, 'y');

function spoiler(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== BAR) return false;
  const match = matchAt(SPOILER_HERE, state);
  if (!match) return false;
  const end = state.pos + match[0].length;
  if (!silent) {
    const { posMax } = state;
    state.push('spoiler_open', 'span', 1).meta = { reason: match[1]?.replaceAll(/\\([\s\S])/g, '$1').trim() };
    state.pos = end - 2 - match[2]!.length;
    state.posMax = end - 2;
    state.md.inline.tokenize(state);
    state.posMax = posMax;
    state.push('spoiler_close', 'span', -1);
  }
  state.pos = end;
  return true;
}

/** `[text](address)` where links may lead; links into Matrix stay as they were written. */
const mayLinkTo = (address: string): boolean => readHref(address) !== undefined || parseMatrixLink(address) !== undefined;

/** Of a token of type `mention`. */
export const mentionOf = ({ meta }: { readonly meta: unknown }): MentionToken => meta as MentionToken;

function linkTo({ id }: MentionToken): string {
  return id.startsWith('@')
    ? makeMatrixToLink({ kind: 'user', userId: id, via: [], action: undefined })
    : makeMatrixToLink({ kind: 'room', room: id, via: [], action: undefined });
}

export type Markdown = InstanceType<typeof MarkdownIt>;

export function createMarkdown(): Markdown {
  const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });
  // Text that is indented or underlined, and `&amp;`, is meant as it stands; images and references are not for messages.
  markdown.disable(['code', 'lheading', 'entity', 'image', 'reference']);
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  markdown.validateLink = mayLinkTo;
  markdown.inline.ruler.at('text', text);
  markdown.inline.ruler.before('link', 'mention', mention);
  markdown.inline.ruler.before('link', 'at_room', atRoom);
  markdown.inline.ruler.before('link', 'emoticon', emoticon);
  markdown.inline.ruler.before('emphasis', 'spoiler', spoiler);
  const { escapeHtml } = markdown.utils;
  markdown.renderer.rules['mention'] = (tokens, index) => {
    const token = mentionOf(tokens[index]!);
    return `<a href="${escapeHtml(linkTo(token))}">${escapeHtml(token.name)}</a>`;
  };
  markdown.renderer.rules['at_room'] = () => '@room';
  markdown.renderer.rules['emoticon'] = (tokens, index) => {
    const { shortcode, mxc } = tokens[index]!.meta as { shortcode: string; mxc: string };
    return `<img data-mx-emoticon src="${escapeHtml(mxc)}" alt=":${shortcode}:" title="${shortcode}" height="${HEIGHT}">`;
  };
  markdown.renderer.rules['spoiler_open'] = (tokens, index) => {
    const { reason } = tokens[index]!.meta as { reason: string | undefined };
    return reason ? `<span data-mx-spoiler="${escapeHtml(reason)}">` : '<span data-mx-spoiler>';
  };
  // The alignment of columns would be a style, which messages may not have.
  for (const cell of ['th_open', 'td_open']) markdown.renderer.rules[cell] = (tokens, index) => `<${tokens[index]!.tag}>`;
  return markdown;
}
