/** Code in colours, as data: highlight.js with the languages people send. Loaded only when there is code to show. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import graphql from 'highlight.js/lib/languages/graphql';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import lua from 'highlight.js/lib/languages/lua';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import nginx from 'highlight.js/lib/languages/nginx';
import nix from 'highlight.js/lib/languages/nix';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import scss from 'highlight.js/lib/languages/scss';
import shell from 'highlight.js/lib/languages/shell';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

/** UTF-16 units of code that are highlighted; longer code stays as it is. */
export const MAX_HIGHLIGHTED = 20_000;

/** What is told apart. Everything highlight.js finds is one of these, or plain. */
export const SCOPES = ['keyword', 'string', 'number', 'comment', 'title', 'type', 'attribute', 'meta', 'addition', 'deletion'] as const;
export type Scope = (typeof SCOPES)[number];

/** Parts in order; their texts together are the code. */
export type HighlightedCode = readonly { readonly text: string; readonly scope: Scope | undefined }[];

const PROGRAMMING = { bash, c, cpp, csharp, go, java, javascript, kotlin, lua, php, python, ruby, rust, shell, sql, swift, typescript };
const OTHER = { css, diff, dockerfile, graphql, ini, json, makefile, markdown, nginx, nix, scss, xml, yaml };
for (const [name, language] of Object.entries({ ...PROGRAMMING, ...OTHER })) hljs.registerLanguage(name, language);

/** What highlight.js calls what is told apart. */
const NAMES: Readonly<Record<Scope, string>> = {
  keyword: 'keyword literal operator selector-tag name tag section',
  string: 'string regexp char link code',
  number: 'number symbol bullet',
  comment: 'comment quote doctag',
  title: 'title selector-class selector-id',
  type: 'type class built_in',
  attribute: 'attr attribute property variable params template-variable',
  meta: 'meta',
  addition: 'addition',
  deletion: 'deletion',
};
const SCOPE_OF: ReadonlyMap<string, Scope> = new Map(SCOPES.flatMap((scope) => NAMES[scope].split(' ').map((name) => [name, scope] as const)));

/** The tree highlight.js builds before it writes HTML of it. */
interface TokenNode {
  readonly scope?: string;
  readonly children: readonly (string | TokenNode)[];
}

function scopeOf(scope: string | undefined, around: Scope | undefined): Scope | undefined {
  return SCOPE_OF.get(scope?.split('.', 1)[0] ?? '') ?? around;
}

/** undefined if the language is not known, or there is too much code. */
export function highlightCode(code: string, language: string): HighlightedCode | undefined {
  if (code.length > MAX_HIGHLIGHTED || !hljs.getLanguage(language)) return undefined;
  const result = hljs.highlight(code, { language, ignoreIllegals: true });
  const root = (result._emitter as unknown as { readonly rootNode?: TokenNode }).rootNode;
  if (!root) return undefined;
  const parts: { text: string; scope: Scope | undefined }[] = [];
  const walk = (node: TokenNode, around: Scope | undefined): void => {
    for (const child of node.children) {
      if (typeof child !== 'string') walk(child, scopeOf(child.scope, around));
      else if (parts.at(-1)?.scope === around && parts.length > 0) parts.at(-1)!.text += child;
      else parts.push({ text: child, scope: around });
    }
  };
  walk(root, undefined);
  // What cannot be trusted to say the same as the code is not shown in its place.
  return parts.map(({ text }) => text).join('') === code ? parts : undefined;
}
