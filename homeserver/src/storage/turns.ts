/** Long loops in turns: whoever else waits for the event loop goes in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** The values in slices, with a turn for others before each but the first. */
export async function* inTurns<T>(values: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < values.length; at += size) {
    if (at > 0) await nextTurn();
    yield values.slice(at, at + size);
  }
}

/** Lets others go first if a step has handled this many entries at least. */
export async function restAfter(handled: number): Promise<void> {
  if (handled >= MANY) await nextTurn();
}
/** Entries of a map that are handled in a millisecond or so. */
const MANY = 2_000;
