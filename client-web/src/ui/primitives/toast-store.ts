/** What the client tells in passing. A toast leaves after a while, unless somebody points at it or has it in focus. */
import { createStore } from 'zustand';

export interface ToastContent {
  readonly text: string;
  readonly kind?: 'info' | 'success' | 'danger';
  readonly action?: {
    readonly label: string;
    /** Keys that do the same, for the hint: `Z`. */
    readonly keys?: string;
    readonly onAction: () => void;
  };
  /** 5 s; with `Infinity` it stays until it is closed. */
  readonly durationMs?: number;
  /** A toast with the same key is replaced: "3 conversations done" after "2 conversations done". */
  readonly key?: string;
}

export interface Toast extends ToastContent {
  readonly id: number;
  readonly leaving: boolean;
}

export const DEFAULT_DURATION_MS = 5000;
const MOST_SHOWN = 3;

export const toasts = createStore<{ readonly shown: readonly Toast[] }>(() => ({ shown: [] }));

/** Running: ends at `endsAt`. Paused: `remainingMs` are left. */
interface Clock {
  timer: ReturnType<typeof setTimeout> | undefined;
  endsAt: number;
  remainingMs: number;
}
const clocks = new Map<number, Clock>();
let lastId = 0;
let paused = false;

function run(id: number, clock: Clock): void {
  if (clock.remainingMs === Infinity) return;
  clock.endsAt = Date.now() + clock.remainingMs;
  clock.timer = setTimeout(() => dismissToast(id), clock.remainingMs);
}

const stopClock = (id: number): void => {
  clearTimeout(clocks.get(id)?.timer);
  clocks.delete(id);
};

/** Gives an id to dismiss it by. */
export function showToast(content: ToastContent): number {
  const id = ++lastId;
  const replaced = content.key === undefined ? undefined : toasts.getState().shown.find(({ key, leaving }) => key === content.key && !leaving);
  const kept = toasts.getState().shown.filter((toast) => toast !== replaced);
  if (replaced) stopClock(replaced.id);
  const staying = kept.filter(({ leaving }) => !leaving);
  const crowded = staying.slice(0, Math.max(0, staying.length + 1 - MOST_SHOWN));
  toasts.setState({ shown: [...kept, { ...content, id, leaving: false }] });
  for (const toast of crowded) dismissToast(toast.id);
  const clock: Clock = { timer: undefined, endsAt: 0, remainingMs: content.durationMs ?? DEFAULT_DURATION_MS };
  clocks.set(id, clock);
  if (!paused) run(id, clock);
  return id;
}

/** Lets it leave; `removeToast` follows when it has left the page. */
export function dismissToast(id: number): void {
  stopClock(id);
  toasts.setState(({ shown }) => ({ shown: shown.map((toast) => (toast.id === id ? { ...toast, leaving: true } : toast)) }));
}

export function removeToast(id: number): void {
  stopClock(id);
  toasts.setState(({ shown }) => ({ shown: shown.filter((toast) => toast.id !== id) }));
}

export function pauseToasts(): void {
  if (paused) return;
  paused = true;
  for (const clock of clocks.values()) {
    clearTimeout(clock.timer);
    if (clock.timer !== undefined) clock.remainingMs = Math.max(0, clock.endsAt - Date.now());
    clock.timer = undefined;
  }
}

export function resumeToasts(): void {
  if (!paused) return;
  paused = false;
  for (const [id, clock] of clocks) run(id, clock);
}
