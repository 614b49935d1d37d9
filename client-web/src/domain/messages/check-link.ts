/** Links that lead elsewhere than their text says, or whose host looks like another one. */
import { find } from 'linkifyjs';
import { LINK_SCHEMES } from './permitted-html.ts';

/**
 * `mismatch`: the text names another host. `homograph`: its host is written in letters that look like others. `credentials`:
 * what stands before an `@` looks like the host, and is not.
 */
export type LinkWarning = 'mismatch' | 'homograph' | 'credentials';

export interface CheckedLink {
  readonly href: string;
  /** The host as the network knows it (punycode); the address for mail; empty for magnets. */
  readonly host: string;
  readonly warning: LinkWarning | undefined;
}

/** What of a link's text is looked at. */
const MAX_TEXT = 2_000;
const CONFUSABLE_SCRIPTS = ['Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map((script) => new RegExp(`\\p{Script=${script}}`, 'u'));
const LATIN = /\p{Script=Latin}/u;
/** Letters of other scripts that look like Latin ones: a label of nothing else is taken for a Latin word. */
const LATIN_LIKE = /^[аәсԁеһіјԛорҫгѕԝухуүӏьвкмнтαβεικνορτυχωѵјԍ0-9-]+$/u;

/** The link, if its scheme is permitted and it is not relative. */
export function readHref(href: string): URL | undefined {
  const url = URL.parse(href.trim());
  return url && LINK_SCHEMES.has(url.protocol) && (url.host || url.protocol === 'mailto:' || url.protocol === 'magnet:') ? url : undefined;
}

const mailAddress = (url: URL): string => url.pathname.toLowerCase();
const hostOf = (url: URL): string => (url.protocol === 'mailto:' ? mailAddress(url) : url.hostname);

/** Whether one of two hosts is the other, or within it: whoever has one has the other. */
function sameOwner(a: string, b: string): boolean {
  const [one, other] = [a.replace(/^www\./, ''), b.replace(/^www\./, '')];
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}

/** `[www.]name.tld`, with whatever dots and letters browsers read as such. */
function namedLinks(text: string): readonly URL[] {
  const plain = text
    .slice(0, MAX_TEXT)
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{Cc}]/gu, '')
    .replaceAll('。', '.');
  return find(plain, { defaultProtocol: 'https' })
    .filter((found) => found.isLink)
    .map((found) => readHref(found.href))
    .filter((url) => url !== undefined);
}

/** "README.md" is a domain of Moldova and, far more often, the file the link leads to. */
function isFileOf(text: string, url: URL): boolean {
  const file = text.trim();
  if (!/^[\w.-]+$/.test(file)) return false;
  return url.pathname.endsWith(`/${file}`) || url.pathname.includes(`/${file}/`);
}

function contradicts(text: string, url: URL): boolean {
  if (isFileOf(text, url)) return false;
  for (const named of namedLinks(text)) {
    if (named.protocol === 'mailto:' || url.protocol === 'mailto:') {
      const inMail = url.protocol === 'mailto:' && (named.protocol !== 'mailto:' || mailAddress(named) === mailAddress(url));
      if (!inMail) return true;
    } else if (url.protocol === 'magnet:' || !sameOwner(named.hostname, url.hostname)) return true;
  }
  return false;
}

/** Whether a host as written (not in punycode) mixes scripts within a label, or is made of look-alikes only. */
export function isHomograph(host: string): boolean {
  return host
    .toLowerCase()
    .split('.')
    .some((label) => {
      const others = CONFUSABLE_SCRIPTS.filter((script) => script.test(label)).length;
      if (others === 0) return false;
      return LATIN.test(label) || others > 1 || LATIN_LIKE.test(label);
    });
}

/** What stands where a host would, in a link or text as it was written. */
function writtenHosts(text: string): readonly string[] {
  return [...text.slice(0, MAX_TEXT).matchAll(/[\p{L}\p{N}\p{M}-]+(?:[.。．｡][\p{L}\p{N}\p{M}-]+)+/gu)].map(([host]) => host);
}

/** undefined if the link may not be followed at all. */
export function checkLink(href: string, text: string): CheckedLink | undefined {
  const url = readHref(href);
  if (!url) return undefined;
  let warning: LinkWarning | undefined;
  if (url.username || url.password) warning = 'credentials';
  else if (contradicts(text, url)) warning = 'mismatch';
  else if (url.hostname.includes('xn--') && [...writtenHosts(text), ...writtenHosts(href)].some(isHomograph)) warning = 'homograph';
  return { href: url.href, host: url.protocol === 'magnet:' ? '' : hostOf(url), warning };
}
