/**
 * Text of others, made harmless to look at. Names and file names are one line that must not pretend to be something else:
 * no characters that turn the direction of what follows, none that are invisible, no towers of accents. Bodies keep what
 * people write with; what could reach beyond the message is taken from them.
 */

/** UTF-16 units of a name at most; what is longer is cut. */
export const MAX_NAME_LENGTH = 255;
/** UTF-16 units of a file name at most, its extension included: what file systems take. */
export const MAX_FILE_NAME_LENGTH = 180;
/** Combining marks on one character: Vietnamese needs two, pointed Hebrew four. */
const MARKS_IN_NAMES = 4;
const MARKS_IN_BODIES = 8;

/** Embeddings, overrides, isolates and the marks of direction (UAX #9). */
const BIDI = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
/** Zero width or blank, though no spaces. Joiners, the two variation selectors of emoji and tags are looked at by themselves. */
const INVISIBLE = /(?![\u200C\u200D]|\uFE0E|\uFE0F|[\u{E0020}-\u{E007F}])[\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/gu;
/** What is seen only together with something else. */
const BLANK_ALONE = /[\s\p{Cc}]|\u200C|\u200D|\uFE0E|\uFE0F|[\u{E0020}-\u{E007F}]/gu;
/** Joiners are part of words in these scripts, and of emoji; elsewhere they only make two names differ that look the same. */
const JOINING =
  '\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}';
const STRAY_JOINER = new RegExp(
  `(?<![${JOINING}\\p{Extended_Pictographic}\\p{EMod}\\uFE0F])[\\u200C\\u200D]+|[\\u200C\\u200D]+(?![${JOINING}\\p{Extended_Pictographic}])|(?<=[\\u200C\\u200D])[\\u200C\\u200D]+`,
  'gu',
);
/** Tag characters spell the flags of England, Scotland and Wales after a black flag; elsewhere they smuggle text. */
const STRAY_TAGS = /(?<!\u{1F3F4}[\u{E0020}-\u{E007F}]*)[\u{E0000}-\u{E007F}]+/gu;
const CONTROLS_AND_BREAKS = /[\p{Cc}\u2028\u2029]+/gu;
// eslint-disable-next-line no-control-regex -- they are what is to be found
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;
const OVERRIDES = /[\u202D\u202E]/g;
const TOWERS_IN_NAMES = new RegExp(`(\\p{M}{${MARKS_IN_NAMES}})\\p{M}+`, 'gu');
const TOWERS_IN_BODIES = new RegExp(`(\\p{M}{${MARKS_IN_BODIES}})\\p{M}+`, 'gu');

/** Words of ASCII, one space between them: nothing in it is to be changed. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** Cuts between characters, not within one. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\uD800-\uDBFF]/.test(text[length - 1]!) ? length - 1 : length;
  return text.slice(0, end);
}

function oneLine(text: string): string {
  return (
    cut(text, MAX_NAME_LENGTH * 16)
      .toWellFormed()
      .normalize('NFC')
      .replaceAll(CONTROLS_AND_BREAKS, ' ')
      .replaceAll(BIDI, '')
      .replaceAll(INVISIBLE, '')
      .replaceAll(STRAY_JOINER, '')
      .replaceAll(STRAY_TAGS, '')
      .replaceAll(TOWERS_IN_NAMES, '$1')
      .replaceAll(/\s+/gu, ' ')
      // What stood between a letter and its mark is gone now.
      .normalize('NFC')
      .trim()
  );
}

/** A display name, room name or label; `fallback` (the id) if nothing of it can be seen. Still goes into a `<bdi>`. */
export function safeName(name: unknown, fallback: string): string {
  // Most names: large rooms have tens of thousands.
  if (typeof name === 'string' && name.length <= MAX_NAME_LENGTH && PLAIN.test(name)) return name;
  const safe = typeof name === 'string' ? cut(oneLine(name), MAX_NAME_LENGTH).trimEnd() : '';
  return /[^\p{M}\s]/u.test(safe) ? safe : fallback;
}

/** A file name as it is shown and saved: one path segment, which ends in the extension it really has. */
export function safeFileName(name: unknown, fallback: string): string {
  if (typeof name !== 'string') return fallback;
  const safe = oneLine(name)
    .replaceAll(/[/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+/, '')
    .replace(/[.\s]+$/, '');
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(safe)) return fallback;
  if (safe.length <= MAX_FILE_NAME_LENGTH) return safe;
  const extension = /\.[\p{L}\p{N}]{1,12}$/u.exec(safe)?.[0] ?? '';
  return `${cut(safe, MAX_FILE_NAME_LENGTH - extension.length - 1)}…${extension}`;
}

/** A message's text: lines and tabs stay, and so do the marks right-to-left writers use; overrides and control characters go. */
export function safeBody(body: string): string {
  return body.toWellFormed().replaceAll('\r\n', '\n').replaceAll(CONTROLS, '').replaceAll(OVERRIDES, '').replaceAll(TOWERS_IN_BODIES, '$1');
}

/** Nothing of it can be seen. */
export const isBlank = (text: string): boolean => text.replaceAll(INVISIBLE, '').replaceAll(BLANK_ALONE, '') === '';

/** For places without markup (notifications, window titles): the direction of the text ends with the text. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
