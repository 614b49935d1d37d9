import { expect, test } from '@jest/globals';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { createServerFilter } from './server-filter.ts';

test.each<[string, readonly string[], readonly string[], string, boolean]>([
  ['everybody without lists', [], [], 'a.example', true],
  ['those allowed', ['a.example'], [], 'a.example', true],
  ['those allowed, at any port', ['a.example'], [], 'A.EXAMPLE:8448', true],
  ['no others then', ['a.example'], [], 'b.example', false],
  ['no others whose name goes on', ['a.example'], [], 'a.example.org', false],
  ['those that match', ['*.example', '10.0.?.1'], [], '10.0.7.1', true],
  ['none denied', [], ['*.evil.example'], 'x.evil.example', false],
  ['none denied though allowed', ['*'], ['evil.example'], 'evil.example', false],
  ['none denied at a port', [], ['localhost:81'], 'localhost:81', false],
  ['others at another port', [], ['localhost:81'], 'localhost:82', true],
  ['those whose name is no pattern', [], ['a+.example'], 'aa.example', true],
])('%s', (_what, allow, deny, server, expected) => {
  expect(createServerFilter({ allow, deny })(server as ServerName)).toBe(expected);
});
