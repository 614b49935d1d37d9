import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { HOLD_MS, OrderHold } from './order-hold.ts';

let hold: OrderHold;
beforeEach(() => {
  jest.useFakeTimers();
  hold = new OrderHold();
});
afterEach(() => {
  expect(jest.getTimerCount()).toBeLessThanOrEqual(1);
  jest.useRealTimers();
});
const held = (): boolean => hold.state.getState().held;

test('held while pointer or focus is inside', () => {
  expect(held()).toBe(false);
  hold.enter('pointer');
  hold.enter('focus');
  expect(held()).toBe(true);
  hold.leave('pointer');
  expect(held()).toBe(true);
  hold.leave('focus');
  expect(held()).toBe(false);
  expect(jest.getTimerCount()).toBe(0);
});

test('let go when nothing has moved for a while, held again with the next movement', () => {
  hold.enter('pointer');
  jest.advanceTimersByTime(HOLD_MS - 1);
  expect(held()).toBe(true);
  jest.advanceTimersByTime(1);
  expect(held()).toBe(false);
  hold.moved();
  expect(held()).toBe(true);
  jest.advanceTimersByTime(HOLD_MS);
  expect(held()).toBe(false);
});

test('every movement begins the time anew', () => {
  hold.enter('focus');
  for (let times = 0; times < 5; times++) {
    jest.advanceTimersByTime(HOLD_MS - 100);
    hold.moved();
  }
  jest.advanceTimersByTime(HOLD_MS - 1);
  expect(held()).toBe(true);
  jest.advanceTimersByTime(1);
  expect(held()).toBe(false);
});

test('movement elsewhere holds nothing', () => {
  hold.moved();
  expect(held()).toBe(false);
  hold.enter('pointer');
  hold.leave('pointer');
  hold.moved();
  expect(held()).toBe(false);
});

test('nobody is told of movements that change nothing', () => {
  let told = 0;
  hold.enter('pointer');
  hold.state.subscribe(() => told++);
  for (let times = 0; times < 100; times++) hold.moved();
  expect(told).toBe(0);
});
