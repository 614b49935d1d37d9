/** Where the window opens: where it was, unless that is on a screen that is gone. */
import type { Rectangle } from 'electron';

export const SMALLEST = { width: 400, height: 480 } as const;
const FIRST = { width: 1_280, height: 860 } as const;
/** So much of the title bar has to be within reach, in px. */
const REACH = { width: 120, height: 32 } as const;

/** `workAreas`: of the displays there are, the primary one first. */
export function windowBounds(kept: Rectangle | undefined, workAreas: readonly Rectangle[]): Rectangle {
  const area = (kept && workAreas.find((one) => isWithinReach(kept, one))) ?? workAreas[0];
  if (!area) return { x: 0, y: 0, ...FIRST };
  const wanted = kept && workAreas.some((one) => isWithinReach(kept, one)) ? kept : centred(kept ?? FIRST, area);
  const width = clamp(wanted.width, SMALLEST.width, area.width);
  const height = clamp(wanted.height, SMALLEST.height, area.height);
  return { width, height, x: clamp(wanted.x, area.x, area.x + area.width - width), y: clamp(wanted.y, area.y, area.y + area.height - height) };
}

function isWithinReach(bounds: Rectangle, area: Rectangle): boolean {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  return across >= REACH.width && bounds.y >= area.y - REACH.height && bounds.y <= area.y + area.height - REACH.height;
}

const centred = ({ width, height }: { readonly width: number; readonly height: number }, area: Rectangle): Rectangle => ({
  width,
  height,
  x: area.x + Math.round((area.width - width) / 2),
  y: area.y + Math.round((area.height - height) / 2),
});

const clamp = (value: number, least: number, most: number): number => Math.max(Math.min(value, most), Math.min(least, most));
