import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JSDOM } from 'jsdom';
import { PERMITTED_ATTRIBUTES, PERMITTED_TAGS } from '../messages/permitted-html.ts';
import { createSanitiser } from '../messages/sanitise.ts';
import { hostileMessages } from '../messages/testing/hostile-messages.ts';
import { makeMentionToken } from './mention-token.ts';
import { contentToMarkdown } from './content-to-markdown.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { markdownToContent, plainToContent } from './markdown-to-content.ts';

const EMOJI: Readonly<Record<string, string>> = { smile: '😄', '+1': '👍' };
const emoji = (shortcode: string): string | undefined => (Object.hasOwn(EMOJI, shortcode) ? EMOJI[shortcode] : undefined);
const make = (text: string) => markdownToContent({ text, emoji, ownUserId: '@me:a.example', mayMentionRoom: true });
const html = (text: string) => make(text).formatted_body;
const { window } = new JSDOM('');
const parser = new window.DOMParser();

describe('without formatting there is no HTML', () => {
  test.each([
    ['hello', 'hello'],
    ['two\nlines\n\nand a gap', 'two\nlines\n\nand a gap'],
    ['  indented\n    more', '  indented\n    more'],
    ['see https://example.com/a_b_c', 'see https://example.com/a_b_c'],
    ['snake_case, 2 * 3 and a || b', 'snake_case, 2 * 3 and a || b'],
    ['\\*stars\\* and 1\\. point', '*stars* and 1. point'],
    [':smile: :unknown: 10:30:15', '😄 :unknown: 10:30:15'],
    ['\\:smile:', ':smile:'],
    ['&amp; <b>no</b>', '&amp; <b>no</b>'],
    ['title\n===', 'title\n==='],
    ['@[Nobody](nothing)', '@[Nobody](nothing)'],
    ['#channel', '#channel'],
  ])('%j', (text, body) => {
    expect(make(text)).toEqual({ msgtype: 'm.text', body, 'm.mentions': {} });
  });
});

describe('formatting', () => {
  test.each([
    ['**b** *i* ~~s~~ `c`', '<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>'],
    ['a\n*b*', 'a<br>\n<em>b</em>'],
    ['*a*\n\nb', '<p><em>a</em></p>\n<p>b</p>'],
    ['```js\nlet a = "<";\n```', '<pre><code class="language-js">let a = &quot;&lt;&quot;;\n</code></pre>'],
    ['||x|| ||why|*y*||', '<span data-mx-spoiler>x</span> <span data-mx-spoiler="why"><em>y</em></span>'],
    ['\\||x|| `||y||`', '||x|| <code>||y||</code>'],
    ['|a|\n|:-:|\n|b|', '<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>'],
    [
      '[x](https://x.example) **https://y.example**',
      '<a href="https://x.example">x</a> <strong><a href="https://y.example">https://y.example</a></strong>',
    ],
    ['**:smile:** `:smile:`', '<strong>😄</strong> <code>:smile:</code>'],
    ['<img src=x> **b**', '&lt;img src=x&gt; <strong>b</strong>'],
    ['![:cat:](mxc://a.example/abc)', '<img data-mx-emoticon src="mxc://a.example/abc" alt=":cat:" title="cat" height="32">'],
  ])('%j', (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  test.each([
    '[x](javascript:alert(1))',
    '[x](data:text/html,x)',
    '[x](/relative)',
    '[x](mxc://a.example/b)',
    '![x](https://track.example/x.png)',
    '![:x:](https://track.example/x.png)',
  ])('no way to %s', (text) => {
    const content = make(`**b** ${text}`);
    const page = parser.parseFromString(content.formatted_body!, 'text/html');
    expect(page.querySelector('img')).toBeNull();
    for (const { href } of page.querySelectorAll('a')) expect(href).toMatch(/^https:\/\//);
  });
});

describe('mentions', () => {
  test('are links with the name, and who is told', () => {
    expect(make('hi @[Bob](@bob:b.example) and @[Bob](@bob:b.example)')).toEqual({
      msgtype: 'm.text',
      body: 'hi Bob and Bob',
      format: 'org.matrix.custom.html',
      formatted_body: 'hi <a href="https://matrix.to/#/@bob:b.example">Bob</a> and <a href="https://matrix.to/#/@bob:b.example">Bob</a>',
      'm.mentions': { user_ids: ['@bob:b.example'] },
    });
  });

  test('of rooms tell nobody, nor does one of oneself, nor one in code', () => {
    expect(make('@[#r:a.example](#r:a.example) @[Me](@me:a.example) `@[Bob](@bob:b.example)`')).toMatchObject({
      body: '#r:a.example Me `@[Bob](@bob:b.example)`',
      'm.mentions': {},
    });
  });

  test('names may be anything', () => {
    const name = '<b>]\\[ *x* "&';
    const content = make(`${makeMentionToken({ name, id: '@b(o)b:b.example' })}!`);
    expect(content.body).toBe(`${name}!`);
    expect(content.formatted_body).toBe('<a href="https://matrix.to/#/@b%28o%29b:b.example">&lt;b&gt;]\\[ *x* &quot;&amp;</a>!');
    expect(content['m.mentions']).toEqual({ user_ids: ['@b(o)b:b.example'] });
  });

  test('everybody, if one may', () => {
    expect(make('@room: lunch')['m.mentions']).toEqual({ room: true });
    for (const text of ['`@room`', 'x@room', '@roommate', '@room:a.example', '\\@room', '@@room']) expect(make(text)['m.mentions']).toEqual({});
    expect(markdownToContent({ text: '@room' })['m.mentions']).toEqual({});
  });

  test('beside those in the text', () => {
    const content = markdownToContent({ text: '@[Bob](@bob:b.example)', mentions: ['@eve:e.example', '@bob:b.example'] });
    expect(content['m.mentions']).toEqual({ user_ids: ['@eve:e.example', '@bob:b.example'] });
  });
});

test('the body tells nothing of what a spoiler hides', () => {
  expect(make('He ||dies||. ||the end|*He* dies||').body).toBe('He [Spoiler]. [Spoiler for the end]');
  for (const hidden of [
    '||a `dies` c||',
    '||*a\ndies*||',
    '- ||x|dies||',
    '> ||`` `dies` ``||',
    '\\`||dies||\\`',
    '``||`x|dies||``||',
    '||a `dies||',
  ]) {
    const { body, formatted_body: sent } = make(`**b** ${hidden}`);
    if (sent?.includes('data-mx-spoiler')) expect(body).not.toContain('dies');
  }
  expect(make('`||code||` **b**').body).toBe('`||code||` **b**');
});

test('as typed', () => {
  expect(plainToContent({ text: '**x** @[Bob](@bob:b.example)' })).toEqual({
    msgtype: 'm.text',
    body: '**x** Bob',
    'm.mentions': { user_ids: ['@bob:b.example'] },
  });
});

test('whatever is typed, only permitted HTML is sent, and all of it is shown', () => {
  const sanitise = createSanitiser(window as never);
  const typed = [...hostileMessages('html'), ...hostileMessages('body')]
    .map(({ value }) => value as string)
    .filter((text) => text.trim() !== '' && text.length < 5_000);
  for (const text of typed) {
    for (const { formatted_body: sent } of [make(`**b** ${text}`), make(`- ${text}\n\n> ${text}`)]) {
      for (const element of parser.parseFromString(sent!, 'text/html').body.querySelectorAll('*')) {
        expect(PERMITTED_TAGS).toContain(element.localName);
        for (const { name } of element.attributes) expect(PERMITTED_ATTRIBUTES[element.localName]).toContain(name);
      }
      expect(sanitise(sent!).problem).toBeUndefined();
    }
  }
});

describe('editing again', () => {
  test.each([
    'hello',
    '**a** *b* ~~c~~ `d`',
    'hi @[Bob \\] x](@bob:b.example)!',
    'see @[#room:a.example](#room:a.example)',
    '||secret|| and ||why|what||',
    'a\n\nb **c**\nd',
    '```js\nlet a = 1;\n\n  b\n```',
    '# H\n\ntext',
    '1. a\n2. b\n   - c\n   - d\n3. e',
    '7. a\n\n8. b',
    '> q\n>\n> > z\n\nr',
    '| a | b |\n| --- | --- |\n| 1 | **2** |',
    '![:cat:](mxc://a.example/abc) hi',
    '***b***',
    '[x](<https://x.example/(a)>)',
    '*https://x.example/a_b_*',
  ])('%j is what it was', (text) => {
    expect(contentToMarkdown({ ...make(text) })).toBe(text);
  });

  test.each([
    '*not formatted*',
    '1. not a list',
    '# no',
    '> no',
    '`no`',
    '@[Bob](@bob:b.example)',
    ':smile:',
    '- no',
    '||no||',
    'a\\*b',
    '<https://x.example>',
    '~~no~~\n---',
    '[x](https://y.example)',
  ])('a body that only looks like formatting, %j, stays one', (body) => {
    const again = make(contentToMarkdown({ msgtype: 'm.text', body }));
    expect(again).toEqual({ msgtype: 'm.text', body, 'm.mentions': {} });
  });

  test('of other clients', () => {
    const edit = (formatted: string) =>
      contentToMarkdown({ msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: formatted });
    expect(edit('<b> bold </b><i>it</i>, <u>under</u>')).toBe('**bold** *it*, under');
    expect(edit('<div>a<div>b</div></div><ul><li><p>c</p></li></ul>')).toBe('a\n\nb\n\n- c');
    expect(edit('<mx-reply>q</mx-reply>a')).toBe('a');
    expect(edit('<pre><code>a\n```\nb</code></pre>')).toBe('````\na\n```\nb\n````');
    expect(edit(`${'<div>'.repeat(200)}x`)).toBe('x');
  });

  test('an @room that told everybody still does, one that did not does not', () => {
    for (const body of ['@room', '*@room*', 'x `@room` @room']) {
      const told = make(body);
      expect(contentToMarkdown({ ...told })).toBe(body);
      expect(make(contentToMarkdown({ ...told, 'm.mentions': {} }))).toEqual({ ...told, body: expect.any(String), 'm.mentions': {} });
    }
  });

  const word = fc.constantFrom('alpha', 'beta', 'a_b', '2', 'c*d', 'x|y', '[z]', '<w>', 'ä', '#1', '1.', '\\', '&amp;', '😀');
  const escaped = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => escapeMarkdown(words.join(' ')));
  const name = fc.constantFrom('alpha', 'beta gamma', 'ä');
  const inline = fc.oneof(
    escaped,
    name.map((text) => `**${text}**`),
    name.map((text) => `*${text}*`),
    name.map((text) => `~~${text}~~`),
    name.map((text) => `\`${text}*\``),
    name.map((text) => `||${text}||`),
    name.map((text) => `[${text}](https://x.example)`),
    name.map((text) => makeMentionToken({ name: text, id: '@bob:b.example' })),
  );
  const line = fc.array(inline, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
  const block = fc.oneof(
    line,
    line.map((text) => `## ${text}`),
    line.map((text) => `> ${text}`),
    fc.array(line, { minLength: 1, maxLength: 3 }).map((items) => items.map((item) => `- ${item}`).join('\n')),
    fc.array(line, { minLength: 1, maxLength: 3 }).map((items) => items.map((item, index) => `${index + 3}. ${item}`).join('\n')),
    name.map((text) => `\`\`\`rust\n${text}\n\n  *x*\n\`\`\``),
  );
  const message = fc.array(block, { minLength: 1, maxLength: 4 }).map((blocks) => blocks.join('\n\n'));

  test('says the same', () => {
    fc.assert(
      fc.property(message, (text) => {
        const once = make(text);
        const again = make(contentToMarkdown({ ...once }));
        expect(again.formatted_body).toBe(once.formatted_body);
        expect(again['m.mentions']).toEqual(once['m.mentions']);
        if (once.formatted_body === undefined) expect(again.body).toBe(once.body);
      }),
    );
  });

  test('any body stays itself', () => {
    const text = fc.array(fc.constantFrom(...'* _ ` ~ | [ ] ( ) # > - + 1. \\ : smile @ ! < a b'.split(' '), ' ', '\n'), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        text
          .map((parts) => parts.join(''))
          .filter((body) => body.trim() !== '' && body === body.trimEnd() && !body.startsWith('\n') && !/^[ ]*\n/.test(body)),
        (body) => {
          const again = make(contentToMarkdown({ msgtype: 'm.text', body }));
          expect({ ...again, 'm.mentions': {} }).toEqual({ msgtype: 'm.text', body, 'm.mentions': {} });
        },
      ),
    );
  });
});
