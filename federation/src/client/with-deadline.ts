/** Work that ends at a deadline, by the clock that was handed in. */
import type { Clock } from '../ports.ts';

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly ms: number;
  /** ends the work too */
  readonly signal?: AbortSignal | undefined;
  /** what the deadline's passing is */
  readonly expired: () => Error;
}

export interface Deadline {
  /** Aborts with `expired()` after the time, or with the outer signal's reason. */
  readonly signal: AbortSignal;
  /** The work is done. */
  end(): void;
}

export function openDeadline({ clock, ms, signal: outer, expired }: DeadlineOptions): Deadline {
  const controller = new AbortController();
  const done = new AbortController();
  const passOn = (): void => controller.abort(outer!.reason);
  if (outer?.aborted) passOn();
  else outer?.addEventListener('abort', passOn, { once: true });
  clock.wait(ms, done.signal).then(
    () => controller.abort(expired()),
    () => {},
  );
  return {
    signal: controller.signal,
    end: () => {
      outer?.removeEventListener('abort', passOn);
      done.abort(ENDED);
    },
  };
}

/** Nobody sees it; an error of its own, with a stack, for each request would cost more than the timer. */
const ENDED = new Error('the work is done');

/** `work` must end when its signal aborts; whatever it then throws, the signal's reason is thrown. */
export async function withDeadline<T>(options: DeadlineOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = openDeadline(options);
  const { signal } = deadline;
  try {
    signal.throwIfAborted();
    return await work(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    deadline.end();
  }
}
