import { expect, test } from '@jest/globals';
import { coalesce } from './coalesce.ts';

function loader(most: number): { load: (keys: readonly number[]) => Promise<ReadonlyMap<number, string>>; calls: (readonly number[])[] } {
  const calls: (readonly number[])[] = [];
  const load = coalesce(async (keys: readonly number[]) => {
    calls.push(keys);
    if (keys.includes(-1)) throw new Error('no');
    return new Map(keys.map((key) => [key, `value ${key}`]));
  }, most);
  return { load, calls };
}

test('what is asked for at the same moment is one call, each key once', async () => {
  const { load, calls } = loader(100);
  const later = async (): Promise<ReadonlyMap<number, string>> => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
    return load([3, 1]);
  };
  const [first, second, third] = await Promise.all([load([1, 2]), load([2]), later()]);
  expect(calls).toEqual([[1, 2, 3]]);
  expect([first.get(1), second.get(2), third.get(3)]).toEqual(['value 1', 'value 2', 'value 3']);
});

test('what is asked for later is another call', async () => {
  const { load, calls } = loader(100);
  await load([1]);
  await load([1]);
  expect(calls).toEqual([[1], [1]]);
});

test('a call has so many keys at most, and many keys go alone', async () => {
  const { load, calls } = loader(3);
  await Promise.all([load([1, 2]), load([3, 4]), load([5, 6, 7, 8]), load([9])]);
  expect(calls.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
    [1, 2],
    [3, 4, 9],
    [5, 6, 7, 8],
  ]);
});

test('a failure is told to all who waited, and nobody after', async () => {
  const { load } = loader(100);
  const both = await Promise.allSettled([load([1]), load([-1])]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await load([1])).get(1)).toBe('value 1');
});
