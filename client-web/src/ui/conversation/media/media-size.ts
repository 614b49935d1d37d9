/** px: the room that a picture takes before it is there, whatever its sender says about it. */
import type { MediaContent } from '../../../domain/timeline/timeline-item.ts';

const MOST = { width: 420, height: 320 } as const;
const STICKER = { width: 200, height: 200 } as const;
const UNKNOWN = { width: 320, height: 240 } as const;
const LEAST = 48;

export interface ShownSize {
  readonly width: number;
  readonly height: number;
}

export function shownSize({ kind, width: w, height: h }: MediaContent): ShownSize {
  const most = kind === 'sticker' ? STICKER : MOST;
  const [width, height] = w && h ? [w, h] : [UNKNOWN.width, UNKNOWN.height];
  const factor = Math.min(1, most.width / width, most.height / height);
  const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
  return { width: Math.max(LEAST, Math.min(most.width, size.width)), height: Math.max(LEAST, Math.min(most.height, size.height)) };
}
