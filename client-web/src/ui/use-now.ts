/** The time, to the minute: what is snoozed wakes, times of messages move on. */
import { useSyncExternalStore } from 'react';

const STEP_MS = 30_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

/** Something was snoozed for less than a step. */
export function wakeAt(time: number): void {
  setTimeout(
    () => {
      now = Date.now();
      for (const one of listeners) one();
    },
    Math.min(2 ** 31 - 1, Math.max(0, time - Date.now() + 10)),
  );
}
