import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { JSDOM } from 'jsdom';
import { createElement, type ComponentType } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { createSanitiser } from '../../../domain/messages/sanitise.ts';
import { hostileMessages } from '../../../domain/messages/testing/hostile-messages.ts';
import type { MessageText } from '../../../domain/timeline/timeline-item.ts';
import { MessagePartsProvider, type MessageParts } from './message-parts.ts';

const { window } = new JSDOM('');
const parser = new window.DOMParser();

/** Styles are for browsers: here a class has the name it has in its file. */
for (const file of ['message-html', 'message-body', 'code-block', 'spoiler']) {
  jest.unstable_mockModule(`./${file}.module.css`, () => ({ default: new Proxy({}, { get: (_, name) => name }) }));
}

const parts: MessageParts = {
  MxcImage: ({ mxc, alt, width, height, emoticon }) => (
    <img data-mxc={mxc} alt={alt} width={width} height={height} data-emoticon={emoticon || undefined} />
  ),
  Pill: ({ kind, id, label }) => (
    <button type="button" data-pill={kind} data-id={id}>
      {label}
    </button>
  ),
  labels: {
    copyCode: 'Copy',
    copied: 'Copied',
    table: 'Table',
    spoiler: 'Spoiler',
    spoilerReason: (reason) => `Spoiler: ${reason}`,
    showSpoiler: 'Show',
    showAll: 'Show all',
    blank: 'Nothing visible',
    showLess: 'Show less',
    leadsTo: (host) => `Leads to ${host}`,
    warning: (warning, host) => `${warning}: ${host}`,
    problem: (problem) => `Plain, because ${problem}`,
  },
  sanitise: createSanitiser(window as never),
  colours: { text: '#000000', surface: '#ffffff' },
  highlight: undefined,
  copy: () => Promise.resolve(),
};

let MessageBody: ComponentType<{ readonly text: MessageText }>;
beforeAll(async () => {
  ({ MessageBody } = await import('./message-body.tsx'));
});

function show(text: MessageText): HTMLElement {
  const markup = renderToStaticMarkup(createElement(MessagePartsProvider, { value: parts }, createElement(MessageBody, { text })));
  return parser.parseFromString(markup, 'text/html').body;
}
const showHtml = (html: string): HTMLElement => show({ body: 'plain body', html });
const inner = (html: string): string => showHtml(html).querySelector('.formatted')!.innerHTML;

const ELEMENTS =
  /^(?:a|b|bdi|blockquote|br|button|caption|code|del|details|div|em|figcaption|figure|h[456]|hr|i|img|li|ol|p|path|pre|rect|s|span|strong|sub|summary|sup|svg|table|tbody|td|th|thead|tr|u|ul|line|circle)$/;
/** What each element may have; `class` and `data-` are our own, nothing of the message is in them but what pills and images are given. */
const ATTRIBUTES =
  /^(?:class|dir|href|title|target|rel|start|type|alt|width|height|tabindex|role|aria-label|aria-hidden|aria-expanded|style|data-mxc|data-emoticon|data-pill|data-id)$/;

describe('hostile messages on the page', () => {
  const all = [...hostileMessages('html'), ...hostileMessages('body')];
  test.each(all.map((message) => [message.id, message] as const))('%s', (_, { kind, value }) => {
    const page = show(kind === 'html' ? { body: 'plain body', html: value as string } : { body: value as string, html: undefined });
    for (const element of page.querySelectorAll('*')) {
      const drawing = element.closest('svg') !== null;
      expect(element.localName).toMatch(ELEMENTS);
      if (drawing) {
        expect(element.closest('button')).not.toBeNull();
        continue;
      }
      for (const { name, value: given } of element.attributes) {
        expect(name).toMatch(ATTRIBUTES);
        if (name === 'style') expect(given).toMatch(/^(?:(?:background-)?color:#[0-9a-f]{6};?)*$/);
        if (name === 'href') expect(given).toMatch(/^(?:https?:\/\/|ftp:\/\/|mailto:|magnet:)/);
        if (name === 'data-mxc') expect(given).toMatch(/^mxc:\/\//);
      }
      if (element.localName === 'a') expect(element.getAttribute('rel')).toBe('noopener noreferrer');
    }
    expect(page.querySelectorAll('*').length).toBeLessThan(15_000);
  });
});

describe('what is shown', () => {
  test('headings are smaller than those of the page', () => {
    expect(inner('<h1>a</h1><h3>b</h3>')).toBe('<h4 class="h1">a</h4><h6 class="h3">b</h6>');
  });

  test('tables scroll by themselves, and by keyboard', () => {
    expect(inner('<table>\n<tr>\n<td>a</td>\n</tr>\n</table>')).toBe(
      '<div class="table" role="region" aria-label="Table" tabindex="0"><table><tbody><tr><td>a</td></tr></tbody></table></div>',
    );
  });

  test('links open elsewhere and say where they lead; deceiving ones show it', () => {
    expect(inner('<a href="https://example.com/x">x</a>')).toBe(
      '<a href="https://example.com/x" title="Leads to example.com" target="_blank" rel="noopener noreferrer">x</a>',
    );
    const deceiving = showHtml('<a href="https://evil.example">https://bank.example.com</a>');
    expect(deceiving.querySelector('a')!.className).toBe('suspicious');
    expect(deceiving.querySelector('a')!.title).toBe('mismatch: evil.example');
    expect(deceiving.querySelector('.host')!.textContent).toBe(' (evil.example)');
  });

  test('a spoiler is not on the page before it is shown', () => {
    const page = showHtml('a <span data-mx-spoiler="the end">he dies</span>');
    expect(page.innerHTML).not.toContain('dies');
    expect(page.querySelector('button')!.textContent).toBe('Spoiler: the end');
    expect(page.querySelector('button')!.getAttribute('aria-expanded')).toBe('false');
  });

  test('colours only where they can be read, within each other too', () => {
    expect(inner('<span data-mx-color="#aa0000">x</span>')).toBe('<span style="color:#aa0000">x</span>');
    expect(inner('<span data-mx-color="#ffffff">x</span>')).toBe('<span>x</span>');
    expect(inner('<span data-mx-bg-color="#000000" data-mx-color="#ffffff"><span data-mx-color="#000000">x</span></span>')).toBe(
      '<span style="color:#ffffff;background-color:#000000"><span>x</span></span>',
    );
  });

  test('images are as large as they say, up to a limit and in proportion', () => {
    const image = (html: string) => showHtml(html).querySelector('img')!;
    expect(image('<img src="mxc://a.example/a" width="100" height="50">').width).toBe(100);
    const huge = image('<img src="mxc://a.example/a" width="960" height="9000">');
    expect([huge.width, huge.height]).toEqual([38, 360]);
    expect(image('<img data-mx-emoticon src="mxc://a.example/a" height="32">').dataset.emoticon).toBe('true');
  });

  test('mentions are given to whoever knows people', () => {
    expect(inner('hi <a href="https://matrix.to/#/@bob:b.example">Bob</a>')).toBe(
      'hi <button type="button" data-pill="user" data-id="@bob:b.example">Bob</button>',
    );
  });

  test('code has its language and a button to copy it', () => {
    const page = showHtml('<pre><code class="language-rust">fn main() {}\n</code></pre>');
    expect(page.querySelector('.language')!.textContent).toBe('rust');
    expect(page.querySelector('pre')!.textContent).toBe('fn main() {}');
    expect(page.querySelector('button')!.getAttribute('aria-label')).toBe('Copy');
  });

  test('plain bodies keep their lines, messages of emoji are large', () => {
    expect(show({ body: 'a\nb', html: undefined }).querySelector('.plain')!.textContent).toBe('a\nb');
    expect(show({ body: '🎉🎉', html: undefined }).firstElementChild!.className).toBe('big');
    expect(show({ body: 'x', html: '<p>🎉</p>' }).firstElementChild!.className).toBe('big');
  });

  test('what is too much is plain, with a note; what is nothing is plain without', () => {
    const tooMuch = showHtml('<div>'.repeat(200));
    expect(tooMuch.querySelector('.plain')!.textContent).toBe('plain body');
    expect(tooMuch.querySelector('.note')!.textContent).toBe('Plain, because too-deep');
    expect(showHtml('<script>x</script>').textContent).toBe('plain body');
  });

  test('of a message that is too long the start is on the page, with a button for the rest', () => {
    for (const text of [
      { body: 'a\n'.repeat(30_000), html: undefined },
      { body: 'word '.repeat(12_000), html: undefined },
      { body: 'x', html: '<b>a</b>'.repeat(2_400) },
      { body: 'x', html: `<pre><code>${'let a = 1;\n'.repeat(2_000)}</code></pre>` },
    ]) {
      const page = show(text);
      expect(page.querySelectorAll('*').length).toBeLessThan(2_000);
      expect(page.textContent!.length).toBeLessThan(20_000);
      const button = [...page.querySelectorAll('button')].at(-1)!;
      expect([button.textContent, button.getAttribute('aria-expanded')]).toEqual(['Show all', 'false']);
    }
    expect(show({ body: 'short', html: undefined }).querySelector('button')).toBeNull();
  });
});

describe('of a message in which nothing can be seen, that is said', () => {
  test.each([' ', '\u200B\n\u200B', '\u3164'])('%j', (body) => {
    expect(show({ body, html: undefined }).textContent).toBe('Nothing visible');
  });
  test.each(['<p>\u200B</p>', '<b> <i></i></b>', '<span data-mx-spoiler> </span>'])('%j', (html) => {
    expect(show({ body: '\u200B', html }).textContent).toBe('Nothing visible');
  });
  test.each(['<hr>', '<p>.</p>', '<pre><code> </code></pre>'])('not of %j', (html) => {
    expect(show({ body: '\u200B', html }).textContent).not.toContain('Nothing visible');
  });
});
