/** What a web page says of itself: OpenGraph, Twitter cards, title and description (Client-Server API, "URL previews"). */
import { Parser } from 'htmlparser2';

export interface PageFacts {
  /** `og:...` -> value, images left out */
  readonly properties: ReadonlyMap<string, string>;
  /** addresses, the best first, relative to the page or to `base` */
  readonly images: readonly string[];
  readonly base: string | undefined;
}

const MAX_PROPERTIES = 50;
const MAX_VALUE_LENGTH = 1_000;
const MAX_IMAGES = 5;
/** Twitter cards name things otherwise than OpenGraph. */
const TWITTER: Readonly<Record<string, string>> = {
  'twitter:title': 'og:title',
  'twitter:description': 'og:description',
  'twitter:site': 'og:site_name',
  'twitter:url': 'og:url',
  'twitter:image': 'og:image',
  'twitter:image:src': 'og:image',
};
const IMAGE_NAMES = new Set(['og:image', 'og:image:url', 'og:image:secure_url']);

/** Takes a page in pieces. */
export class PageReader {
  readonly #properties = new Map<string, string>();
  readonly #twitter = new Map<string, string>();
  readonly #images: string[] = [];
  readonly #otherImages: string[] = [];
  #base: string | undefined;
  #description: string | undefined;
  #title = '';
  #heading = '';
  #inside: 'title' | 'h1' | undefined;
  readonly #parser: Parser;

  constructor() {
    this.#parser = new Parser({
      onopentag: (name, attributes) => this.#open(name, attributes),
      ontext: (text) => this.#text(text),
      onclosetag: (name) => {
        if (name === this.#inside) this.#inside = undefined;
      },
    });
  }

  write(html: string): void {
    this.#parser.write(html);
  }

  end(): PageFacts {
    this.#parser.end();
    const properties = new Map(this.#properties);
    for (const [name, value] of this.#twitter) if (!properties.has(name)) properties.set(name, value);
    const fallbacks = { 'og:title': this.#title.trim() === '' ? this.#heading : this.#title, 'og:description': this.#description ?? '' };
    for (const [name, value] of Object.entries(fallbacks)) {
      const text = clean(value);
      if (text !== '' && !properties.has(name)) properties.set(name, text);
    }
    return { properties, images: [...this.#images, ...this.#otherImages].slice(0, MAX_IMAGES), base: this.#base };
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'meta') this.#meta((attributes['property'] ?? attributes['name'] ?? '').trim().toLowerCase(), attributes['content'] ?? '');
    else if (name === 'base') this.#base ??= attributes['href'];
    else if (name === 'link' && attributes['rel']?.toLowerCase() === 'image_src' && attributes['href']) this.#otherImages.push(attributes['href']);
    else if (name === 'title' && this.#title === '') this.#inside = 'title';
    else if (name === 'h1' && this.#heading === '') this.#inside = 'h1';
  }

  #meta(name: string, content: string): void {
    const value = clean(content);
    if (value === '') return;
    const known = TWITTER[name];
    if (IMAGE_NAMES.has(name)) this.#images.push(content.trim());
    else if (known === 'og:image') this.#otherImages.push(content.trim());
    else if (known !== undefined) this.#twitter.set(known, this.#twitter.get(known) ?? value);
    else if (name === 'description') this.#description ??= value;
    else if (isKept(name) && !this.#properties.has(name) && this.#properties.size < MAX_PROPERTIES) this.#properties.set(name, value);
  }

  #text(text: string): void {
    if (this.#inside === 'title' && this.#title.length < MAX_VALUE_LENGTH) this.#title += text;
    if (this.#inside === 'h1' && this.#heading.length < MAX_VALUE_LENGTH) this.#heading += text;
  }
}

/** What it says of its images is found out by looking at them. */
const isKept = (name: string): boolean => /^og:[a-z_:]{1,60}$/.test(name) && !name.startsWith('og:image');

const clean = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_VALUE_LENGTH).toWellFormed();

/** The page's encoding: of its Content-Type, of a mark at its start, or of a meta element near it. */
export function charsetOf(contentType: string | undefined, start: Uint8Array): string {
  const declared = /charset\s*=\s*"?([\w-]+)/i.exec(contentType ?? '')?.[1] ?? bomOf(start);
  const inPage = /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/i.exec(Buffer.from(start.subarray(0, 2_048)).toString('latin1'))?.[1];
  for (const label of [declared, inPage]) {
    if (label === undefined) continue;
    try {
      return new TextDecoder(label).encoding;
    } catch {
      // Not one that is known.
    }
  }
  return 'utf-8';
}

function bomOf(start: Uint8Array): string | undefined {
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  return undefined;
}
