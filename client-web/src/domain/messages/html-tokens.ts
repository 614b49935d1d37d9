/**
 * Tags and text of a message's HTML, read the way browsers read them (HTML standard, "Tokenization") but without a document:
 * for counting before a parser sees it, and for previews. Comments, doctypes, CDATA and processing instructions are left
 * out, and so are elements whose content is no text for people, with all that is in them.
 */

export type HtmlToken =
  /** Entities are not decoded; there is no `<` in it. */
  | { readonly type: 'text'; readonly raw: string }
  | { readonly type: 'open'; readonly name: string; readonly attributes: readonly HtmlAttribute[] }
  | { readonly type: 'close'; readonly name: string };

export interface HtmlAttribute {
  readonly name: string;
  /** Entities are not decoded. */
  readonly raw: string;
}

/** `mx-reply` quotes what a reply answers, for clients that cannot (until v1.13). */
const DROPPED =
  /^(?:mx-reply|script|style|textarea|title|xmp|iframe|noembed|noframes|noscript|plaintext|template|svg|math|select|object|embed|audio|video|canvas|head)$/;
const WITHOUT_END = 'embed';

const SPACE = /[\t\n\f\r ]/;
const NAME_END = /[\t\n\f\r />]/;
const ATTRIBUTE_NAME_END = /[\t\n\f\r />=]/;
const VALUE_END = /[\t\n\f\r >]/;

class Reader {
  readonly #html: string;
  /** Where each end was found last: it is searched for again only from there, or a text of thousands of them would be read thousands of times. */
  readonly #found = new Map<string, number>();
  at = 0;
  constructor(html: string) {
    this.#html = html;
  }

  get done(): boolean {
    return this.at >= this.#html.length;
  }
  peek(text: string): boolean {
    return this.#html.startsWith(text, this.at);
  }
  char(offset = 0): string {
    return this.#html[this.at + offset] ?? '';
  }
  /** Reads up to the first of `ends`, and past it; to the end if there is none. */
  past(...ends: readonly string[]): string {
    let first = this.#html.length;
    let length = 0;
    for (const end of ends) {
      const found = this.#next(end);
      if (found < first) [first, length] = [found, end.length];
    }
    const text = this.#html.slice(this.at, first);
    this.at = first + length;
    return text;
  }
  #next(end: string): number {
    const known = this.#found.get(end);
    if (known !== undefined && known >= this.at) return known;
    const found = this.#html.indexOf(end, this.at);
    const next = found === -1 ? this.#html.length : found;
    this.#found.set(end, next);
    return next;
  }
  /** Reads to the first character that `end` matches, at least `least` characters. */
  until(end: RegExp, least = 0): string {
    const start = this.at;
    this.at += least;
    while (!this.done && !end.test(this.char())) this.at += 1;
    return this.#html.slice(start, this.at);
  }
  spaces(): void {
    while (SPACE.test(this.char())) this.at += 1;
  }
  /** Past the end of an element whose start tag was just read, elements of the same name within included. */
  pastElement(name: string): void {
    const tags = new RegExp(`<(/?)${name}(?=[\\t\\n\\f\\r />])`, 'gi');
    tags.lastIndex = this.at;
    for (let open = 1; open > 0;) {
      const tag = tags.exec(this.#html);
      if (!tag) {
        this.at = this.#html.length;
        return;
      }
      open += tag[1] ? -1 : 1;
      this.at = tags.lastIndex;
    }
    this.past('>');
  }
}

/** undefined if the tag does not end: browsers ignore it, and it takes the rest with it. */
function readAttributes(reader: Reader): HtmlAttribute[] | undefined {
  const attributes = new Map<string, HtmlAttribute>();
  for (;;) {
    while (SPACE.test(reader.char()) || reader.char() === '/') reader.at += 1;
    if (reader.done) return undefined;
    if (reader.char() === '>') {
      reader.at += 1;
      return [...attributes.values()];
    }
    const name = reader.until(ATTRIBUTE_NAME_END, 1).toLowerCase();
    reader.spaces();
    let raw = '';
    if (reader.char() === '=') {
      reader.at += 1;
      reader.spaces();
      const quote = reader.char();
      if (quote === '"' || quote === "'") {
        reader.at += 1;
        raw = reader.past(quote);
      } else raw = reader.until(VALUE_END);
    }
    if (!attributes.has(name)) attributes.set(name, { name, raw });
  }
}

/** Past what starts with `<!`, `<?` or `</` and is no end tag. */
function skipMarkup(reader: Reader): void {
  if (!reader.peek('<!--')) {
    reader.past('>');
    return;
  }
  reader.at += 4;
  if (reader.peek('>') || reader.peek('->')) reader.past('>');
  else reader.past('-->', '--!>');
}

export function* htmlTokens(html: string): Generator<HtmlToken, void, undefined> {
  const reader = new Reader(html.replaceAll('\u0000', ''));
  while (!reader.done) {
    if (reader.char() !== '<') {
      yield { type: 'text', raw: reader.until(/</) };
      continue;
    }
    const closing = reader.char(1) === '/';
    if (/[a-z]/i.test(reader.char(closing ? 2 : 1))) {
      reader.at += closing ? 2 : 1;
      const name = reader.until(NAME_END).toLowerCase();
      const attributes = readAttributes(reader);
      if (!attributes) return;
      if (closing) yield { type: 'close', name };
      else if (!DROPPED.test(name)) yield { type: 'open', name, attributes };
      else if (name === 'plaintext') return;
      else if (name !== WITHOUT_END) reader.pastElement(name);
    } else if (closing || reader.char(1) === '!' || reader.char(1) === '?') {
      skipMarkup(reader);
    } else {
      reader.at += 1;
      yield { type: 'text', raw: '&lt;' };
    }
  }
}
