import { expect, test } from '@jest/globals';
import { shownAs } from './shown-types.ts';

test.each([
  ['image', 'image/png', 'picture'],
  ['image', 'application/octet-stream', 'picture'],
  ['file', 'image/jpeg', 'picture'],
  ['video', 'video/webm', 'video'],
  ['file', 'video/mp4; codecs=avc1', 'video'],
  // What could act as part of the page, or needs a viewer of its own, is saved.
  ['image', 'image/svg+xml', undefined],
  ['file', 'image/svg+xml', undefined],
  ['file', 'application/pdf', undefined],
  ['file', 'text/html', undefined],
  ['file', 'application/octet-stream', undefined],
  ['audio', 'audio/ogg', undefined],
])('%s of %s: %s', (kind, mimetype, shown) => expect(shownAs({ kind, mimetype })).toBe(shown));
