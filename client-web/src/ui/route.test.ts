import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashOf, parseRoute, type Route } from './route.ts';

const some = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => text.isWellFormed());
const maybe = fc.option(some, { nil: undefined });
const routes: fc.Arbitrary<Route> = fc.oneof(
  fc.record({ page: fc.constant('inbox' as const), split: some, conversation: fc.constant(undefined) }),
  fc.record({
    page: fc.constant('inbox' as const),
    split: some,
    conversation: fc.record({
      accountKey: some,
      roomId: some,
      eventId: maybe,
      threadRootId: fc.constant(undefined),
      panel: fc.constantFrom(undefined, 'info' as const, 'members' as const, 'pins' as const),
    }),
  }),
  fc.record({ page: fc.constant('settings' as const), section: some, accountKey: maybe }),
  fc.record({ page: fc.constant('add-account' as const), again: maybe }),
  fc.record({ page: fc.constant('link' as const), target: some }),
);

test('what is written into the address is read from it again', () => {
  fc.assert(fc.property(routes, (route) => expect(parseRoute(hashOf(route))).toEqual(route)));
});

test('a thread in the address opens its panel', () => {
  const route = parseRoute('#/inbox/everything/a/%21r%3Ax?thread=%24root');
  expect(route).toMatchObject({ conversation: { threadRootId: '$root', panel: 'thread' } });
  expect(parseRoute(hashOf(route))).toEqual(route);
});

test.each(['', '#', '#/', '#/nonsense', '#/inbox', '#/to/', '#/%E0%A4%A', 'x?y=%'])('%s leads to somewhere', (hash) => {
  expect(parseRoute(hash)).toHaveProperty('page');
});
