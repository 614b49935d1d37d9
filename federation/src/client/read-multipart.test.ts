import { describe, expect, test } from '@jest/globals';
import { MultipartError, boundaryOf, readMultipart } from './read-multipart.ts';

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 7, boundary = 'gc0p4Jq0M2Yt08jU534c0p'): Promise<{ headers: Record<string, string>; body: string }[]> {
  const parts: { headers: Record<string, string>; body: string }[] = [];
  for await (const part of readMultipart(inChunks(text, size), boundary)) {
    let body = '';
    for await (const chunk of part.body) body += Buffer.from(chunk).toString('latin1');
    parts.push({ headers: { ...part.headers }, body });
  }
  return parts;
}

/** The example of the specification. */
const EXAMPLE = [
  '--gc0p4Jq0M2Yt08jU534c0p',
  'Content-Type: application/json',
  '',
  '{}',
  '',
  '--gc0p4Jq0M2Yt08jU534c0p',
  'Content-Type: text/plain',
  'Content-Disposition: attachment;',
  '  filename="a.txt"',
  '',
  'This media is plain text. Maybe somebody used it as a paste bin.',
  '',
  '--gc0p4Jq0M2Yt08jU534c0p--',
  '',
].join('\r\n');

describe('a multipart body', () => {
  test.each([1, 2, 3, 7, 64, 10_000])('comes apart in chunks of %i bytes', async (size) => {
    expect(await read(EXAMPLE, size)).toEqual([
      { headers: { 'content-type': 'application/json' }, body: '{}\r\n' },
      {
        headers: { 'content-type': 'text/plain', 'content-disposition': 'attachment; filename="a.txt"' },
        body: 'This media is plain text. Maybe somebody used it as a paste bin.\r\n',
      },
    ]);
  });

  test('may begin with a line break or preamble, and have parts without headers', async () => {
    expect(await read('preamble\r\n--b\r\n\r\none\r\n--b \r\nA: b\r\n\r\n\r\n--b--\r\nepilogue', 3, 'b')).toEqual([
      { headers: {}, body: 'one' },
      { headers: { a: 'b' }, body: '' },
    ]);
  });

  test('may have what looks like a delimiter and is none', async () => {
    const body = '\r\n--\r\n-b\r\n--a\r\r\n';
    expect((await read(`--b\r\n\r\n${body}\r\n--b--`, 1, 'b'))[0]!.body).toBe(body);
  });

  test.each(['', '--b\r\nA: b\r\n\r\nno end', '--b\r\nA: b', `--b\r\n${'A: b\r\n'.repeat(5_000)}`])('that is broken is refused', async (text) => {
    await expect(read(text, 100, 'b')).rejects.toBeInstanceOf(MultipartError);
  });
});

test.each<[string | undefined, string | undefined]>([
  ['multipart/mixed; boundary=abc', 'abc'],
  ['Multipart/Mixed; charset=utf-8; Boundary="a b:c"', 'a b:c'],
  ['multipart/form-data; boundary=abc', undefined],
  ['application/json', undefined],
  ['multipart/mixed', undefined],
  [undefined, undefined],
])('the boundary of %s', (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary);
});
