import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MatrixError } from '../errors.ts';
import {
  isEventId,
  isRoomAlias,
  isRoomId,
  isServerName,
  isUserId,
  isValidNewLocalpart,
  localpartOf,
  parseEventId,
  parseRoomAlias,
  parseRoomId,
  parseServerName,
  parseUserId,
  readMxcUri,
  serverNameOf,
  userIdOf,
} from './parse.ts';

type Kind = 'server_name' | 'user_id' | 'room_id' | 'room_alias' | 'event_id' | 'mxc';
interface Case {
  readonly why: string;
  readonly text: string;
  readonly repeat?: readonly [text: string, times: number];
  readonly valid: boolean;
}
interface Fixture {
  readonly cases: readonly (Case & { readonly kind: Kind })[];
  readonly localparts: readonly Case[];
}

const { cases, localparts } = JSON.parse(readFileSync(new URL('../../fixtures/identifiers.json', import.meta.url), 'utf8')) as Fixture;

const textOf = ({ text, repeat }: Case): string => (repeat ? text.replace('{}', () => repeat[0].repeat(repeat[1])) : text);

const is: Record<Kind, (text: string) => boolean> = {
  server_name: isServerName,
  user_id: isUserId,
  room_id: isRoomId,
  room_alias: isRoomAlias,
  event_id: isEventId,
  mxc: (text) => readMxcUri(text)?.uri === text,
};
const parse: Record<Exclude<Kind, 'mxc'>, (text: string) => string> = {
  server_name: parseServerName,
  user_id: parseUserId,
  room_id: parseRoomId,
  room_alias: parseRoomAlias,
  event_id: parseEventId,
};

test.each(cases)('$kind: $why', (item) => {
  const text = textOf(item);
  expect(is[item.kind](text)).toBe(item.valid);
  if (item.kind === 'mxc') return;
  const parser = parse[item.kind];
  if (item.valid) expect(parser(text)).toBe(text);
  else expect(() => parser(text)).toThrow(MatrixError);
});

test.each(localparts)('new localpart: $why', (item) => {
  expect(isValidNewLocalpart(textOf(item), 'hs.example')).toBe(item.valid);
});

describe('parts', () => {
  test.each([
    ['@alice:hs.example', 'alice', 'hs.example'],
    ['@alice:[::1]:8448', 'alice', '[::1]:8448'],
    ['@:hs.example', '', 'hs.example'],
    ['!hash', 'hash', ''],
    ['$143:hs.example:80', '143', 'hs.example:80'],
  ])('of %s', (id, localpart, serverName) => {
    expect([localpartOf(id), serverNameOf(id)]).toEqual([localpart, serverName]);
  });

  test('of mxc:// URIs', () => {
    expect(readMxcUri('mxc://hs.example:80/aB_-')).toEqual({ serverName: 'hs.example:80', mediaId: 'aB_-', uri: 'mxc://hs.example:80/aB_-' });
  });
});

test('ids of new users are user ids, and come apart again', () => {
  const localpart = fc.stringMatching(/^[a-z0-9._=/+-]{1,100}$/);
  const serverName = fc.stringMatching(/^[a-z0-9.-]{1,50}(:\d{1,5})?$/);
  fc.assert(
    fc.property(localpart, serverName, (local, server) => {
      const id = userIdOf(local, parseServerName(server));
      expect([isValidNewLocalpart(local, server), isUserId(id), localpartOf(id), serverNameOf(id)]).toEqual([true, true, local, server]);
    }),
  );
});

test('what is read as an identifier has at most 255 bytes of UTF-8', () => {
  const sigil = fc.constantFrom('@', '!', '#', '$');
  fc.assert(
    fc.property(sigil, fc.string({ unit: 'binary', minLength: 40, maxLength: 300 }), (start, text) => {
      const id = `${start}${text.replaceAll(':', '')}:a.example`;
      const taken = [isUserId, isRoomId, isRoomAlias, isEventId].some((check) => check(id));
      expect(taken).toBe(Buffer.byteLength(id) <= 255 && !id.includes('\0'));
    }),
    { numRuns: 500 },
  );
});
