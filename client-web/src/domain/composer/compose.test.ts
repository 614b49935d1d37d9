import { expect, test } from '@jest/globals';
import { composeEdit, composeFile, composeText } from './compose.ts';
import { contentBytes, fitsIntoEvent } from './message-size.ts';

const me = { ownUserId: '@me:x', mayMentionRoom: false, language: 'en' as const };
const nowhere = { replyTo: undefined, thread: undefined };

test('a reply in a thread tells whom it answers', async () => {
  const content = await composeText({
    ...me,
    markdown: '**yes** :tada:',
    replyTo: { eventId: '$one', sender: '@other:x' },
    thread: { rootId: '$root', latestId: '$last' },
  });
  expect(content).toMatchObject({
    body: '**yes** 🎉',
    formatted_body: '<strong>yes</strong> 🎉',
    'm.mentions': { user_ids: ['@other:x'] },
    'm.relates_to': { rel_type: 'm.thread', event_id: '$root', is_falling_back: false, 'm.in_reply_to': { event_id: '$one' } },
  });
});

test('a file has its name, or a caption and its name', async () => {
  const file = {
    blob: new Blob(['x']),
    name: 'a.png',
    mimetype: 'image/png',
    width: 1,
    height: 1,
    durationMs: undefined,
    thumbnail: undefined,
    blurhash: undefined,
  };
  expect(await composeFile({ ...me, ...nowhere, markdown: '' }, file, 'image')).toMatchObject({
    msgtype: 'm.image',
    body: 'a.png',
    filename: 'a.png',
  });
  expect(await composeFile({ ...me, ...nowhere, markdown: '*look*' }, file, 'file')).toMatchObject({
    msgtype: 'm.file',
    body: '*look*',
    formatted_body: '<em>look</em>',
    filename: 'a.png',
  });
});

test('an edit keeps the kind of message; the same text is no edit', async () => {
  const previous = { msgtype: 'm.emote', body: 'waves', 'm.mentions': {} };
  expect(await composeEdit({ ...me, markdown: 'waves' }, '$e', previous)).toBeUndefined();
  expect(await composeEdit({ ...me, markdown: 'nods' }, '$e', previous)).toMatchObject({
    msgtype: 'm.emote',
    body: '* nods',
    'm.new_content': { msgtype: 'm.emote', body: 'nods' },
  });
});

test('of a picture an edit changes the caption alone', async () => {
  const previous = {
    msgtype: 'm.image',
    body: 'old',
    filename: 'a.png',
    url: 'mxc://x/y',
    info: { w: 1 },
    format: 'org.matrix.custom.html',
    formatted_body: 'old',
  };
  const edit = await composeEdit({ ...me, markdown: 'new' }, '$e', previous);
  expect(edit).toMatchObject({
    msgtype: 'm.image',
    url: 'mxc://x/y',
    'm.new_content': { msgtype: 'm.image', body: 'new', filename: 'a.png', url: 'mxc://x/y', info: { w: 1 } },
  });
  expect(edit!['m.new_content']).not.toHaveProperty('formatted_body');
});

test('60 kB fit into a message, and less into an encrypted one', () => {
  expect(contentBytes({ body: 'ü' })).toBe(13);
  const long = { msgtype: 'm.text', body: 'x'.repeat(60 * 1024) };
  expect(fitsIntoEvent(long, false)).toBe(true);
  expect(fitsIntoEvent(long, true)).toBe(false);
  expect(fitsIntoEvent({ body: 'x'.repeat(46_000) }, true)).toBe(true);
  expect(fitsIntoEvent({ body: 'x'.repeat(65_000) }, false)).toBe(false);
});
