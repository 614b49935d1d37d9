import { describe, expect, test } from '@jest/globals';
import { MAX_PREVIEW, plainTextOf, previewText, SPOILER_MASK, withoutReplyFallback } from './preview-text.ts';
import { hostileMessages } from './testing/hostile-messages.ts';

test('HTML as text, a line for each block', () => {
  expect(plainTextOf('<h1>A</h1><p>b <b>c</b><br>d &lt;e&gt; &amp;amp; &#x1F600;&#0;</p><ul><li>f</li><li>g</li></ul>')).toBe(
    'A\nb c\nd <e> &amp; 😀\uFFFD\nf\ng',
  );
  expect(plainTextOf('<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>').replaceAll('\t', '|')).toBe(
    'a|b|\nc|d|'.replace(/\|$/, ''),
  );
  expect(plainTextOf('<img src="mxc://a/b" alt=":cat:"> <style>x</style><mx-reply>quoted</mx-reply>y')).toBe(':cat: y');
});

test('spoilers are masked, spans within and after them or not', () => {
  expect(plainTextOf('a <span data-mx-spoiler="r">b <span>c</span> d</span> <span>e</span>')).toBe(`a ${SPOILER_MASK} e`);
  expect(plainTextOf('<span data-mx-spoiler>never closed')).toBe(SPOILER_MASK);
});

test('of hostile HTML only text is left, on one line that is not too long', () => {
  for (const { value } of hostileMessages('html')) {
    const preview = previewText({
      msgtype: 'm.text',
      body: 'x',
      format: 'org.matrix.custom.html',
      formatted_body: `<b data-mx-spoiler>${value as string}`,
    });
    expect(preview.length).toBeLessThanOrEqual(MAX_PREVIEW + 1);
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(preview).not.toMatch(/[\u0000-\u001F\u202D\u202E]/);
  }
});

describe('previews', () => {
  test('are the body on one line', () => {
    expect(previewText({ msgtype: 'm.text', body: ' a\n\n b ' })).toBe('a b');
    expect(previewText({ msgtype: 'm.text', body: 'x'.repeat(1_000) })).toBe(`${'x'.repeat(MAX_PREVIEW)}…`);
    expect(previewText({ msgtype: 'm.text', body: `${'x'.repeat(MAX_PREVIEW - 1)}😀😀` }).isWellFormed()).toBe(true);
    for (const body of [undefined, null, 1, {}, ['x']]) expect(previewText({ msgtype: 'm.text', body })).toBe('');
  });

  test('do not tell what a spoiler hides, even if the body does', () => {
    const content = { msgtype: 'm.text', body: 'He dies', format: 'org.matrix.custom.html', formatted_body: '<span data-mx-spoiler>He dies</span>' };
    expect(previewText(content)).toBe(SPOILER_MASK);
  });

  test('of files are their names, and of captions the caption', () => {
    expect(previewText({ msgtype: 'm.file', body: 'a\u202Egpj.exe', url: 'mxc://a/b' })).toBe('agpj.exe');
    expect(previewText({ msgtype: 'm.image', body: 'Look: this!', filename: 'a.jpg', url: 'mxc://a/b' })).toBe('Look: this!');
  });

  test('of replies have no quote', () => {
    const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$e' } } };
    expect(previewText({ msgtype: 'm.text', body: '> <@a:b> x\n> y\n\nanswer', ...relation })).toBe('answer');
    expect(previewText({ msgtype: 'm.text', body: '> not a reply' })).toBe('> not a reply');
  });
});

test('only the quote before a reply goes', () => {
  expect(withoutReplyFallback('> a\n> b\n\nc\n> d')).toBe('c\n> d');
  expect(withoutReplyFallback('a\n> b')).toBe('a\n> b');
  expect(withoutReplyFallback('> a')).toBe('');
});
