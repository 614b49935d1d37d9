/**
 * Writes a message's HTML anew so that every tag is closed where the parser would close it, and counts while doing so. A
 * parser that meets unclosed formatting opens it again in every block that follows: 64 kB can become millions of elements.
 * What is balanced becomes as many elements as it has tags. This bounds the cost; that the result is harmless is decided
 * after it, by DOMPurify and by what is built from its document.
 */
import { htmlTokens, type HtmlAttribute } from './html-tokens.ts';
import { isPermittedAttribute, isPermittedTag, MAX_DEPTH, MAX_HTML_LENGTH, MAX_NODES, words } from './permitted-html.ts';

export type HtmlProblem = 'too-long' | 'too-deep' | 'too-many-nodes' | 'nothing-to-show';
export type BalancedHtml = { readonly html: string; readonly problem?: undefined } | { readonly problem: HtmlProblem };

const VOID = new Set(['br', 'hr', 'img']);
/** A paragraph ends where one of these starts. */
const BLOCKS: ReadonlySet<string> = new Set(words('h1 h2 h3 h4 h5 h6 blockquote p ul ol li hr div table pre details summary'));
const CELLS = new Set(['td', 'th', 'caption']);
/** Where the parts of a table may stand. Anything else that is directly within a table's structure is left out. */
const PARENTS: Readonly<Record<string, readonly string[]>> = {
  caption: ['table'],
  thead: ['table'],
  tbody: ['table'],
  tr: ['thead', 'tbody', 'table'],
  td: ['tr'],
  th: ['tr'],
};
const STRUCTURE = new Set(['table', 'thead', 'tbody', 'tr']);

class Writer {
  readonly #out: string[] = [];
  readonly #stack: string[] = [];
  #nodes = 0;
  #dropped = 0;
  #afterText = false;

  problem: HtmlProblem | undefined;

  get html(): string {
    this.#closeTo(0);
    return this.#out.join('');
  }

  #count(): void {
    this.#afterText = false;
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) this.problem = 'too-many-nodes';
  }
  #top(): string {
    return this.#stack.at(-1) ?? '';
  }
  #closeTo(length: number): void {
    while (this.#stack.length > length) this.#out.push(`</${this.#stack.pop()!}>`);
  }
  /** Where the innermost of `names` is open, not looking beyond one of `barriers`; -1 if it is not. */
  #find(names: (name: string) => boolean, barriers: ReadonlySet<string>): number {
    for (let at = this.#stack.length - 1; at >= 0; at -= 1) {
      if (names(this.#stack[at]!)) return at;
      if (barriers.has(this.#stack[at]!)) return -1;
    }
    return -1;
  }
  #closeOpen(name: string, barriers: ReadonlySet<string> = CELLS): void {
    const at = this.#find((open) => open === name, barriers);
    if (at !== -1) this.#closeTo(at);
  }

  text(raw: string): void {
    if (STRUCTURE.has(this.#top())) return;
    // Texts beside each other become one.
    if (!this.#afterText) this.#count();
    this.#afterText = true;
    this.#out.push(raw.replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
  }

  open(name: string, attributes: readonly HtmlAttribute[]): void {
    if (!isPermittedTag(name)) {
      this.#dropped += 1;
      if (this.#dropped > MAX_NODES) this.problem = 'too-many-nodes';
      return;
    }
    if (Object.hasOwn(PARENTS, name)) {
      if (CELLS.has(name) && name !== 'caption' && STRUCTURE.has(this.#top()) && this.#top() !== 'tr') this.open('tr', []);
      const parents = PARENTS[name]!;
      const parent = this.#find((open) => parents.includes(open), new Set(['table']));
      if (parent === -1) return;
      this.#closeTo(parent + 1);
    } else if (STRUCTURE.has(this.#top())) return;
    if (BLOCKS.has(name)) this.#closeOpen('p');
    if (name === 'a') this.#closeOpen('a');
    if (name === 'li') this.#closeOpen('li', new Set([...CELLS, 'ul', 'ol']));
    this.#count();
    this.#out.push(`<${name}${attributes.map((attribute) => written(name, attribute)).join('')}>`);
    if (VOID.has(name)) return;
    this.#stack.push(name);
    if (this.#stack.length > MAX_DEPTH) this.problem = 'too-deep';
  }

  close(name: string): void {
    this.#afterText = false;
    const barriers = CELLS.has(name) || STRUCTURE.has(name) ? new Set<string>() : CELLS;
    this.#closeOpen(name, barriers);
  }
}

function written(tag: string, { name, raw }: HtmlAttribute): string {
  return isPermittedAttribute(tag, name) ? ` ${name}="${raw.replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}"` : '';
}

export function balanceHtml(html: string): BalancedHtml {
  if (html.length > MAX_HTML_LENGTH) return { problem: 'too-long' };
  const writer = new Writer();
  for (const token of htmlTokens(html)) {
    if (token.type === 'text') writer.text(token.raw);
    else if (token.type === 'open') writer.open(token.name, token.attributes);
    else writer.close(token.name);
    if (writer.problem) return { problem: writer.problem };
  }
  return { html: writer.html };
}
