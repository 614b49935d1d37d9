import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import styles from './resize-handle.module.css';

export interface ResizeHandleProps {
  /** Of the pane it resizes: "Inbox". */
  readonly pane: string;
  /** The id of the pane's element. */
  readonly controls: string;
  /** px */
  readonly width: number;
  readonly min: number;
  readonly max: number;
  /** Which side of the pane the handle is at. */
  readonly side?: 'end' | 'start';
  readonly onResize: (width: number) => void;
  /** A double click, and Enter. */
  readonly onReset?: () => void;
  readonly className?: string;
}

const STEP_PX = 16;

/** On the edge between two panes: drag it, or move it with the arrow keys, Home and End. */
export function ResizeHandle({ pane, controls, width, min, max, side = 'end', onResize, onReset, className }: ResizeHandleProps) {
  const t = useT();
  const [from, setFrom] = useState<{ readonly x: number; readonly width: number }>();
  const resize = (wanted: number): void => onResize(Math.round(Math.min(max, Math.max(min, wanted))));
  /** 1 if moving to the right makes the pane wider. */
  const direction = (element: Element): 1 | -1 => ((getComputedStyle(element).direction === 'rtl') === (side === 'start') ? 1 : -1);

  function onKeyDown(event: KeyboardEvent): void {
    const wider = direction(event.currentTarget) === 1 ? 'ArrowRight' : 'ArrowLeft';
    const narrower = wider === 'ArrowRight' ? 'ArrowLeft' : 'ArrowRight';
    if (event.key === wider) resize(width + STEP_PX);
    else if (event.key === narrower) resize(width - STEP_PX);
    else if (event.key === 'Home') resize(min);
    else if (event.key === 'End') resize(max);
    else if (event.key === 'Enter' && onReset) onReset();
    else return;
    event.preventDefault();
  }

  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setFrom({ x: event.clientX, width });
  }

  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('common.resizePane', { pane })}
      aria-controls={controls}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      className={classNames(styles.handle, from !== undefined && styles.dragged, className)}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        if (from) resize(from.width + (event.clientX - from.x) * direction(event.currentTarget));
      }}
      onPointerUp={() => setFrom(undefined)}
      onPointerCancel={() => setFrom(undefined)}
      onDoubleClick={onReset}
    />
  );
}
