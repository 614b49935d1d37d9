import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { JSDOM } from 'jsdom';
import { act, createElement } from 'react';
import { MessagePartsProvider, type MessageParts } from './message-parts.ts';

jest.unstable_mockModule('./spoiler.module.css', () => ({ default: { hidden: 'hidden', shown: 'shown' } }));

const dom = new JSDOM('<div id="root"></div>');
const KEPT = ['window', 'document', 'IS_REACT_ACT_ENVIRONMENT'] as const;
const before = KEPT.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
beforeAll(() => {
  for (const [name, value] of [
    ['window', dom.window],
    ['document', dom.window.document],
    ['IS_REACT_ACT_ENVIRONMENT', true],
  ] as const) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
});
afterAll(() => {
  // With the events it has yet to fire.
  dom.window.close();
  for (const [name, descriptor] of before) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  }
});

test('a spoiler is shown when its button is pressed, and the focus goes to what it hid', async () => {
  const { createRoot } = await import('react-dom/client');
  const { Spoiler } = await import('./spoiler.tsx');
  const page = dom.window.document.querySelector('#root')!;
  const root = createRoot(page);
  const labels = { spoiler: 'Spoiler', spoilerReason: (reason: string) => reason, showSpoiler: 'Show' };
  act(() => {
    root.render(createElement(MessagePartsProvider, { value: { labels } as unknown as MessageParts }, <Spoiler reason={undefined}>he dies</Spoiler>));
  });
  const button = page.querySelector('button')!;
  expect(button.textContent).toBe('Spoiler');
  expect(page.textContent).not.toContain('dies');
  act(() => button.click());
  expect(page.textContent).toBe('he dies');
  expect(dom.window.document.activeElement?.textContent).toBe('he dies');
  act(() => root.unmount());
});
