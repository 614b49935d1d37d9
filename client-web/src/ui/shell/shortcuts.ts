/** Keys that work anywhere. Components bind theirs while they are shown; the latest binding of a key goes first. */
import { useEffect, useRef } from 'react';

/** `mod` is Ctrl, on a Mac ⌘. `j`, `shift+u`, `mod+k`, `escape`, `?`. */
export type Keys = string;

export interface Shortcut {
  /** Also while typing in a field. */
  readonly inFields?: boolean;
  /** Whether it was handled; false lets an earlier binding have it. */
  run(event: KeyboardEvent): boolean | void;
}

const bound = new Map<Keys, Shortcut[]>();
const isMac = /Mac|iP(hone|ad|od)/.test(globalThis.navigator?.platform ?? '');

export function keysOf(event: KeyboardEvent): Keys {
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push('mod');
  if (event.altKey) parts.push('alt');
  const key = event.key.toLowerCase();
  // Shift is part of the character for signs such as ?.
  if (event.shiftKey && (event.key.length > 1 || /[a-z0-9]/.test(key))) parts.push('shift');
  parts.push(key);
  return parts.join('+');
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));

/** A dialog or menu has the keyboard to itself. */
const inOverlay = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]') !== null;

const onKeyDown = (event: KeyboardEvent): void => {
  if (event.defaultPrevented || event.isComposing) return;
  const shortcuts = bound.get(keysOf(event));
  if (!shortcuts) return;
  for (const shortcut of shortcuts.toReversed()) {
    if (shortcut.inFields !== true && (inField(event.target) || inOverlay(event.target))) continue;
    if (shortcut.run(event) !== false) {
      event.preventDefault();
      return;
    }
  }
};
if (typeof document !== 'undefined') document.addEventListener('keydown', onKeyDown);

/** Binds while the component is shown. */
export function useShortcuts(shortcuts: Readonly<Record<Keys, Shortcut | Shortcut['run']>>, enabled = true): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const names = Object.keys(shortcuts).join(' ');
  useEffect(() => {
    if (!enabled) return;
    const added = names.split(' ').map((keys): [Keys, Shortcut] => {
      const given = (): Shortcut | Shortcut['run'] => latest.current[keys]!;
      const first = given();
      const shortcut: Shortcut = {
        inFields: typeof first === 'object' && first.inFields === true,
        run: (event) => {
          const now = given();
          return typeof now === 'function' ? now(event) : now.run(event);
        },
      };
      bound.set(keys, [...(bound.get(keys) ?? []), shortcut]);
      return [keys, shortcut];
    });
    return () => {
      for (const [keys, shortcut] of added) {
        bound.set(
          keys,
          bound.get(keys)!.filter((one) => one !== shortcut),
        );
      }
    };
  }, [names, enabled]);
}
