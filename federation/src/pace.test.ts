import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Pace } from './pace.ts';

test('few begin at once; the others in later turns, in order', async () => {
  const pace = new Pace(2);
  const begun: number[] = [];
  const all = [0, 1, 2, 3, 4].map((i) => pace.turn().then(() => begun.push(i)));
  await Promise.all(all.slice(0, 2));
  expect(begun).toEqual([0, 1]);
  await all[2];
  expect(begun.length).toBeLessThan(5);
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  await nextTurn();
  await nextTurn();
  // Nobody is in line any more: no turn is waited for.
  const after = pace.turn().then(() => 'begun');
  expect(await Promise.race([after, nextTurn('waited')])).toBe('begun');
});
