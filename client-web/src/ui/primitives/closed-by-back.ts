/** The browser's Back closes what lies over the page, as on phones everywhere, and leaves the page where it is. */
import { useContext, useEffect, useEffectEvent } from 'react';
import { OverlayTriggerStateContext } from 'react-aria-components';

/** What is open, the topmost last. */
const open: (() => void)[] = [];

// Browsers let a page keep its place only after somebody did something in it; without the Navigation API the page changes
// behind what is open, and `close` is not called.
globalThis.navigation?.addEventListener('navigate', (event) => {
  const close = open.at(-1);
  if (!close || event.navigationType !== 'traverse' || !event.cancelable || !isBack(event.destination)) return;
  event.preventDefault();
  close();
});

const isBack = (to: NavigationDestination): boolean => to.index !== -1 && to.index < (globalThis.navigation.currentEntry?.index ?? -1);

export function useClosedByBack(close: () => void): void {
  const closeNow = useEffectEvent(close);
  useEffect(() => {
    const entry = (): void => closeNow();
    open.push(entry);
    return () => void open.splice(open.indexOf(entry), 1);
  }, []);
}

/** Within what lies over the page; without `close` what its trigger opened. */
export function ClosedByBack({ close }: { readonly close?: (() => void) | undefined }): null {
  const trigger = useContext(OverlayTriggerStateContext);
  useClosedByBack(close ?? (() => trigger?.close()));
  return null;
}
