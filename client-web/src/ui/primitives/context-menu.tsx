import { useRef, useState, type MouseEvent, type PointerEvent, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import styles from './context-menu.module.css';
import { Menu } from './menu.tsx';

export interface ContextMenuProps {
  /** What the menu is for, for screen readers. */
  readonly label: string;
  /** The items; asked for when the menu opens. None (`undefined`): the browser's own menu. */
  readonly menu: () => ReactNode;
  /** What the items need and may not be here yet; `undefined` if all is. The menu opens when it has come; who gives it says so if it fails. */
  readonly prepare?: () => Promise<unknown> | undefined;
  readonly isDisabled?: boolean;
  readonly onOpenChange?: (isOpen: boolean) => void;
  readonly children: ReactNode;
}

const LONG_PRESS_MS = 500;
const FINGER_TREMBLES_PX = 8;
/** iOS sends no contextmenu event. */
const SENDS_NONE =
  typeof navigator !== 'undefined' && (/iPhone|iPad/.test(navigator.platform) || (/Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1));

/** Where the browser's own menu is the better one: links, what is typed, what is selected. */
function wantsBrowsersMenu(target: Element): boolean {
  if (target.closest('a[href], input, textarea, [contenteditable=true]')) return true;
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(target, true);
}

/** Right click, long press, the menu key and Shift+F10 on what is in it. Adds no box of its own. */
export function ContextMenu({ label, menu, prepare, isDisabled = false, onOpenChange, children }: ContextMenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  const [at, setAt] = useState<{ readonly x: number; readonly y: number }>();
  const press = useRef<{ readonly timer: ReturnType<typeof setTimeout>; readonly x: number; readonly y: number }>(undefined);

  const show = (x: number, y: number): void => {
    setAt({ x, y });
    onOpenChange?.(true);
  };
  const open = (x: number, y: number): void => {
    const coming = prepare?.();
    if (!coming) show(x, y);
    else
      coming.then(
        () => show(x, y),
        () => {},
      );
  };
  const endPress = (): void => {
    clearTimeout(press.current?.timer);
    press.current = undefined;
  };

  function onContextMenu(event: MouseEvent): void {
    // Events of the open menu arrive here too: it is a child in React's eyes.
    if (isDisabled || !(event.target instanceof Element) || !event.currentTarget.contains(event.target)) return;
    if (wantsBrowsersMenu(event.target) || menu() === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    // The menu key gives no point in some browsers.
    const box = event.target.getBoundingClientRect();
    if (event.clientX === 0 && event.clientY === 0) open(box.left + 8, box.top + Math.min(box.height, 24));
    else open(event.clientX, event.clientY);
  }

  function onPointerDown(event: PointerEvent): void {
    endPress();
    if (!SENDS_NONE || isDisabled || event.pointerType === 'mouse' || !(event.target instanceof Element)) return;
    if (!event.currentTarget.contains(event.target) || wantsBrowsersMenu(event.target) || menu() === undefined) return;
    const { clientX: x, clientY: y } = event;
    press.current = { x, y, timer: setTimeout(() => open(x, y), LONG_PRESS_MS) };
  }

  function onPointerMove(event: PointerEvent): void {
    const from = press.current;
    if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > FINGER_TREMBLES_PX) endPress();
  }

  return (
    <div
      className={styles.area}
      onContextMenu={onContextMenu}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={endPress}
      onPointerCancel={endPress}
    >
      {children}
      {at && (
        <>
          {/* In the body: within a virtual list, which contains its layout, a fixed place is one of the list. */}
          {createPortal(<span ref={anchor} className={styles.anchor} style={{ left: at.x, top: at.y }} />, document.body)}
          <Menu
            label={label}
            triggerRef={anchor}
            isOpen
            offset={2}
            onOpenChange={(isOpen) => {
              if (isOpen) return;
              setAt(undefined);
              onOpenChange?.(false);
            }}
          >
            {menu()}
          </Menu>
        </>
      )}
    </div>
  );
}
