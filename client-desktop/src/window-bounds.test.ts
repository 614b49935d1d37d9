import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { windowBounds } from './window-bounds.ts';

const LAPTOP = { x: 0, y: 25, width: 1_440, height: 875 };
const SCREEN = { x: 1_440, y: 0, width: 2_560, height: 1_440 };

test('where it was', () => {
  const kept = { x: 1_700, y: 100, width: 1_200, height: 900 };
  expect(windowBounds(kept, [LAPTOP, SCREEN])).toEqual(kept);
});

test('the first time in the middle, no larger than the screen', () => {
  expect(windowBounds(undefined, [LAPTOP])).toEqual({ x: 80, y: 33, width: 1_280, height: 860 });
  expect(windowBounds(undefined, [{ x: 0, y: 0, width: 800, height: 600 }])).toEqual({ x: 0, y: 0, width: 800, height: 600 });
});

test('from a screen that is gone to one that is there', () => {
  expect(windowBounds({ x: 1_700, y: 100, width: 1_200, height: 900 }, [LAPTOP])).toEqual({ x: 120, y: 25, width: 1_200, height: 875 });
});

test('always within a screen, however odd what was kept', () => {
  const number = fc.integer({ min: -10_000, max: 10_000 });
  fc.assert(
    fc.property(fc.record({ x: number, y: number, width: number, height: number }), (kept) => {
      const { x, y, width, height } = windowBounds(kept, [LAPTOP, SCREEN]);
      const inside = (area: typeof LAPTOP): boolean =>
        x >= area.x && y >= area.y && x + width <= area.x + area.width && y + height <= area.y + area.height && width >= 400 && height >= 480;
      return inside(LAPTOP) || inside(SCREEN);
    }),
  );
});
