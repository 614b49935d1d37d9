/** What is read out of web pages. */
import { expect, test } from '@jest/globals';
import { PageReader, charsetOf, type PageFacts } from './read-page.ts';

function read(html: string, pieces = 7): PageFacts & { readonly all: Record<string, string> } {
  const reader = new PageReader();
  for (let at = 0; at < html.length; at += pieces) reader.write(html.slice(at, at + pieces));
  const facts = reader.end();
  return { ...facts, all: Object.fromEntries(facts.properties) };
}

test('OpenGraph goes before Twitter cards, and both before what the page is called', () => {
  const page = `<html><head><title>Page</title>
    <meta name="description" content="A page">
    <meta name="twitter:title" content="Card"><meta name="twitter:image" content="card.png">
    <meta property="og:title" content="Graph &amp; title"><meta property="og:title" content="Second">
    <META PROPERTY="og:type" CONTENT=" article "><meta property='og:image' content='/a.png'>
    <meta property="og:image:width" content="99999"><base href="/base/">`;
  const { all, images, base } = read(page);
  expect(all).toEqual({ 'og:title': 'Graph & title', 'og:type': 'article', 'og:description': 'A page' });
  expect(images).toEqual(['/a.png', 'card.png']);
  expect(base).toBe('/base/');
  expect(read('<meta name="twitter:title" content="Card"><title>Page</title>').all).toEqual({ 'og:title': 'Card' });
  expect(read('<title>\n  A   page\n</title><h1>Heading</h1>').all).toEqual({ 'og:title': 'A page' });
  expect(read('<svg></svg><h1>Head<b>ing</b></h1>').all).toEqual({ 'og:title': 'Heading' });
});

test('what is not a page, or tries too much, comes to little', () => {
  expect(read('').all).toEqual({});
  expect(read('no tags at all').all).toEqual({});
  expect(read('<script>"<meta property=og:title content=x>"</script>').all).toEqual({});
  expect(read('<!-- <meta property="og:title" content="x"> -->').all).toEqual({});
  expect(read(`<meta property="og:title" content="${'x'.repeat(5_000)}">`, 1_000).all['og:title']).toHaveLength(1_000);
  const many = Array.from(
    { length: 200 },
    (_, i) => `<meta property="og:${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10) % 10]}" content="x">`,
  );
  expect(read(many.join('')).properties.size).toBeLessThanOrEqual(50);
  expect(read('<meta property="og:__proto__" content="x"><meta property="matrix:image:size" content="1">').all['matrix:image:size']).toBeUndefined();
});

test('encodings are those of the answer, of a mark, or of the page', () => {
  expect(charsetOf('text/html; charset="ISO-8859-1"', new Uint8Array())).toBe('windows-1252');
  expect(charsetOf('text/html', Buffer.from('<meta charset=shift_jis>'))).toBe('shift_jis');
  expect(charsetOf('text/html', Buffer.from('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'))).toBe('koi8-r');
  expect(charsetOf(undefined, Buffer.from([0xff, 0xfe, 0x3c, 0]))).toBe('utf-16le');
  expect(charsetOf('text/html; charset=nonsense', new Uint8Array())).toBe('utf-8');
});
