import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linkToUser, makeMatrixToLink, makeMatrixUri, MAX_VIA, parseMatrixLink, type MatrixLink } from './permalinks.ts';

const user = (userId: string): MatrixLink => ({ kind: 'user', userId, via: [], action: undefined });
const room = (id: string, via: string[] = []): MatrixLink => ({ kind: 'room', room: id, via, action: undefined });

describe('what the specification shows', () => {
  test.each([
    ['https://matrix.to/#/%23somewhere:example.org', room('#somewhere:example.org')],
    ['https://matrix.to/#/%23somewhere%3Aexample.org', room('#somewhere:example.org')],
    ['https://matrix.to/#/!somewhere:example.org?via=elsewhere.ca', room('!somewhere:example.org', ['elsewhere.ca'])],
    ['https://matrix.to/#/%21somewhere%3Aexample.org?via=elsewhere.ca', room('!somewhere:example.org', ['elsewhere.ca'])],
    ['https://matrix.to/#/@alice:example.org', user('@alice:example.org')],
    ['https://matrix.to/#/%40alice%3Aexample.org', user('@alice:example.org')],
    ['matrix:r/somewhere:example.org', room('#somewhere:example.org')],
    ['matrix:roomid/somewhere:example.org?via=elsewhere.ca', room('!somewhere:example.org', ['elsewhere.ca'])],
    ['matrix:u/alice:example.org?action=chat', { ...user('@alice:example.org'), action: 'chat' }],
    ['matrix:user/alice:example.org', user('@alice:example.org')],
    ['matrix:room/somewhere:example.org?action=join', { ...room('#somewhere:example.org'), action: 'join' }],
  ])('%s', (uri, link) => {
    expect(parseMatrixLink(uri)).toEqual(link);
  });

  test.each([
    'https://matrix.to/#/!somewhere:example.org/$event:example.org?via=elsewhere.ca',
    'https://matrix.to/#/%21somewhere%3Aexample.org/%24event%3Aexample.org?via=elsewhere.ca',
    'matrix:roomid/somewhere:example.org/e/event:example.org?via=elsewhere.ca',
    'matrix:roomid/somewhere:example.org/event/event:example.org?via=elsewhere.ca',
  ])('%s', (uri) => {
    expect(parseMatrixLink(uri)).toEqual({ kind: 'event', room: '!somewhere:example.org', eventId: '$event:example.org', via: ['elsewhere.ca'] });
  });
});

describe('what is not quite as it should be', () => {
  test('sigils and slashes that were not encoded', () => {
    expect(parseMatrixLink('https://matrix.to/#/#room:example.org')).toEqual(room('#room:example.org'));
    expect(parseMatrixLink('https://matrix.to/#/@a/b:example.org')).toEqual(user('@a/b:example.org'));
    expect(parseMatrixLink('https://matrix.to/#/#a/b:example.org/$e/f')).toMatchObject({ kind: 'event', room: '#a/b:example.org', eventId: '$e/f' });
    expect(parseMatrixLink('matrix:roomid/r:example.org/e/a/b')).toMatchObject({ eventId: '$a/b' });
    expect(parseMatrixLink('https://matrix.to/#/@bob:b.example/')).toEqual(user('@bob:b.example'));
    expect(parseMatrixLink('  HTTPS://Matrix.To/#/@bob:b.example ')).toEqual(user('@bob:b.example'));
  });

  test('a room of version 12 has no server', () => {
    expect(parseMatrixLink('https://matrix.to/#/!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM')).toMatchObject({ kind: 'room' });
  });

  test('an action of the other kind is none', () => {
    expect(parseMatrixLink('matrix:u/alice:example.org?action=join')).toEqual(user('@alice:example.org'));
    expect(parseMatrixLink('matrix:r/a:example.org?action=chat')).toEqual(room('#a:example.org'));
  });

  test('servers to go through are servers, each once, and not too many', () => {
    const via = (query: string) => parseMatrixLink(`https://matrix.to/#/!r:a.example?${query}`)?.via;
    expect(via('via=b.example&via=b.example&via=javascript%3Ax&via=%0A&via=c.example:8448')).toEqual(['b.example', 'c.example:8448']);
    expect(via(Array.from({ length: 50 }, (_, index) => `via=s${index}.example`).join('&'))).toHaveLength(MAX_VIA);
  });
});

test.each([
  '',
  'https://matrix.to',
  'https://matrix.to/#/',
  'https://matrix.to/#/bob',
  'https://matrix.to/#/@bob',
  'https://matrix.to/#/+group:a.example',
  'https://matrix.to/#/%ZZ',
  'https://matrix.to/#/%C0%80',
  'https://matrix.to/#/@bob:b.example/$event',
  'https://matrix.to/#/@b\u202Eob:b.example',
  'https://matrix.to/#/@b%00ob:b.example',
  'https://matrix.to/#/@b%0Aob:b.example',
  'https://matrix.to.evil.example/#/@bob:b.example',
  'https://evil.example/https://matrix.to/#/@bob:b.example',
  'javascript:https://matrix.to/#/@bob:b.example',
  'https://matrix.to@evil.example/#/@bob:b.example',
  'matrix:',
  'matrix:u',
  'matrix:u/',
  'matrix:x/bob:b.example',
  'matrix:__proto__/bob:b.example',
  'matrix:constructor/x:b.example',
  'matrix://b.example/u/bob:b.example',
  'matrix:roomid/r:a.example/x/y',
  'matrix:roomid/r:a.example/e',
  'matrix:roomid/r:a.example/e/',
  'matrix:e/event',
  'https://matrix.to/#/!r:a.example/../../x',
  `https://matrix.to/#/@${'a'.repeat(5_000)}:a.example`,
  `https://matrix.to/#/${'/'.repeat(4_000)}`,
])('"%s" leads nowhere', (uri) => {
  expect(parseMatrixLink(uri)).toBeUndefined();
});

describe('made and read again', () => {
  const server = fc.constantFrom('a.example', 'b.example:8448', '[::1]:80', '1.2.3.4');
  const local = fc.string({
    unit: fc.constantFrom(...'a b z 0 1 9 . _ = - / + % ? # & ä 😀 ( ) \' * ~ ! @ " < > $'.split(' '), ' '),
    minLength: 1,
    maxLength: 20,
  });
  const eventId = fc.oneof(
    fc.constantFrom('$acb/d+e', '$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg'),
    server.map((name) => `$event:${name}`),
  );
  const via = fc.uniqueArray(server);
  const id = (sigil: string) => fc.tuple(local, server).map(([name, at]) => `${sigil}${name}:${at}`);
  const rooms = fc.oneof(id('!'), id('#'), fc.constant('!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM'));
  const links: fc.Arbitrary<MatrixLink> = fc.oneof(
    fc.record({ kind: fc.constant('user' as const), userId: id('@'), via, action: fc.constantFrom('chat' as const, undefined) }),
    fc.record({ kind: fc.constant('room' as const), room: rooms, via, action: fc.constantFrom('join' as const, undefined) }),
    fc.record({ kind: fc.constant('event' as const), room: rooms, eventId, via }),
  );

  test('every link is itself', () => {
    fc.assert(
      fc.property(links, (link) => {
        expect(parseMatrixLink(makeMatrixToLink(link))).toEqual(link);
        expect(parseMatrixLink(makeMatrixUri(link))).toEqual(link);
        expect(makeMatrixToLink(link)).toMatch(/^[\x21-\x7E]+$/);
        expect(makeMatrixToLink(link)).not.toMatch(/[()'"<>*]/);
      }),
    );
  });

  test('anything may be asked', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseMatrixLink(`https://matrix.to/#/${text}`)));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseMatrixLink(`matrix:${text}`)));
  });

  test('mentions stay readable', () => {
    expect(linkToUser('@alice:example.org')).toBe('https://matrix.to/#/@alice:example.org');
  });
});
