/** Work that ends at a deadline, by the clock that was handed in. */
import type { Clock } from '../ports.ts';

/** `work` must end when its signal aborts. Throws `expired()` after `ms`, the outer signal's reason if that aborts. */
export async function withDeadline<T>(
  options: { clock: Clock; ms: number; signal?: AbortSignal | undefined; expired: () => Error },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, ms, signal: outer, expired } = options;
  outer?.throwIfAborted();
  const controller = new AbortController();
  const done = new AbortController();
  const passOn = (): void => controller.abort(outer!.reason);
  outer?.addEventListener('abort', passOn, { once: true });
  clock.wait(ms, done.signal).then(
    () => controller.abort(expired()),
    () => {},
  );
  try {
    return await work(controller.signal);
  } catch (error) {
    // Whatever the abort made of itself on its way, its reason is what happened.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    outer?.removeEventListener('abort', passOn);
    done.abort();
  }
}
