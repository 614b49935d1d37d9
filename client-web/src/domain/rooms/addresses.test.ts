import { describe, expect, test } from '@jest/globals';
import { aliasLocalpart, localAlias, parseJoinTarget, typedServerName } from './addresses.ts';

describe('addresses of rooms', () => {
  test.each([
    ['Plans for 2027', 'plans-for-2027'],
    ['  Über Größe!  ', 'uber-grosse'],
    ['日本語 チャット', '日本語-チャット'],
    ['***', ''],
  ])('%p makes %p', (name, localpart) => expect(aliasLocalpart(name)).toBe(localpart));

  test.each(['plans', '#plans', ' #plans:a.example '])('%p is an address of this server', (text) =>
    expect(localAlias(text, 'a.example')).toEqual({ localpart: 'plans', alias: '#plans:a.example' }),
  );

  test.each(['', '#', 'two words', '#plans:b.example', 'a#b', 'x'.repeat(260)])('%p is none', (text) =>
    expect(localAlias(text, 'a.example')).toBeUndefined(),
  );

  test('what people paste leads somewhere', () => {
    const room = (id: string, via: string[] = [], eventId?: string) => ({ kind: 'room', room: id, via, eventId });
    expect(parseJoinTarget('#plans:a.example')).toEqual(room('#plans:a.example'));
    expect(parseJoinTarget(' plans:a.example ')).toEqual(room('#plans:a.example'));
    expect(parseJoinTarget('!abc:a.example')).toEqual(room('!abc:a.example'));
    expect(parseJoinTarget('https://matrix.to/#/!abc:a.example?via=b.example')).toEqual(room('!abc:a.example', ['b.example']));
    expect(parseJoinTarget('matrix:r/plans:a.example')).toEqual(room('#plans:a.example'));
    expect(parseJoinTarget('https://matrix.to/#/%23plans%3Aa.example/$event')).toEqual(room('#plans:a.example', [], '$event'));
    expect(parseJoinTarget('@bob:a.example')).toEqual({ kind: 'user', userId: '@bob:a.example' });
    for (const text of ['', 'plans', 'https://example.org', 'hello there:x']) expect(parseJoinTarget(text)).toBeUndefined();
  });

  test('servers are named as people know them', () => {
    expect(typedServerName(' https://Matrix.org/ ')).toBe('matrix.org');
    expect(typedServerName('localhost:8448')).toBe('localhost:8448');
    for (const text of ['', 'matrix', 'a b.org', '#room:a.org']) expect(typedServerName(text)).toBeUndefined();
  });
});
