/**
 * One window at a time may run an account: two windows on one crypto store break it. A Web Lock says who; whoever asks for it
 * with `take` tells the holder through a broadcast to stop and let go.
 */
export interface SessionLock {
  release(): void;
}

const TAKE_OVER_TIMEOUT_MS = 5_000;
/** A window that is busy with a large sync answers late. */
const ANSWER_TIMEOUT_MS = 1_500;
/** A window that is reloaded lets go and comes back; one that nobody looks at leaves it to one that is seen. */
const FREE_FOR_MS = 2_000;
const HIDDEN_FREE_FOR_MS = 6_000;
const nameOf = (accountKey: string): string => `nexuscomm-session-${accountKey}`;

/**
 * undefined: another window has it. `onAskedToLeave` must stop everything; the lock is released when its promise settles.
 * A holder that does not answer (frozen) loses the lock after a while.
 */
export async function lockSession(
  accountKey: string,
  options: { take: boolean; onAskedToLeave: () => Promise<void> },
): Promise<SessionLock | undefined> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return { release: () => {} };
  const channel = new BroadcastChannel(nameOf(accountKey));
  const acquire = (request: LockOptions): Promise<(() => void) | undefined> =>
    new Promise((resolve, reject) => {
      locks
        .request(nameOf(accountKey), request, (lock) => {
          if (lock === null) return resolve(undefined);
          return new Promise<void>((release) => resolve(release));
        })
        .catch((error: unknown) => {
          reject(error as Error);
          // It was ours until another window took it, because this one had stood still.
          if (release) void options.onAskedToLeave().finally(() => channel.close());
        });
    });
  let release: (() => void) | undefined;
  if (options.take) {
    channel.postMessage('leave');
    try {
      release = await acquire({ signal: AbortSignal.timeout(TAKE_OVER_TIMEOUT_MS) });
    } catch {
      release = await acquire({ steal: true });
    }
  } else {
    release = await acquire({ ifAvailable: true });
    // After a reload the page before may hold it for a moment longer, and does not answer any more.
    if (release === undefined && !(await isHeld(accountKey))) {
      release = await acquire({ signal: AbortSignal.timeout(TAKE_OVER_TIMEOUT_MS) }).catch(() => undefined);
    }
  }
  if (release === undefined) {
    channel.close();
    return undefined;
  }
  const letGo = (): void => {
    channel.close();
    release();
  };
  channel.onmessage = ({ data }) => {
    if (data === 'leave') void options.onAskedToLeave().finally(letGo);
    if (data === 'who') channel.postMessage('me');
  };
  return { release: letGo };
}

/**
 * Resolves when no window has had the account for a moment: then it can be tried to lock. Rejects when `signal` aborts. The
 * lock it waits with is shared and given back at once, so whoever wants to take the account over comes before.
 */
export async function sessionIsFree(accountKey: string, signal: AbortSignal, freeForMs = freeFor()): Promise<void> {
  await globalThis.navigator.locks.request(nameOf(accountKey), { mode: 'shared', signal }, () => {});
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, freeForMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}

const freeFor = (): number => (globalThis.document?.visibilityState === 'hidden' ? HIDDEN_FREE_FOR_MS : FREE_FOR_MS);

/** Whether a living window says so. */
async function isHeld(accountKey: string): Promise<boolean> {
  const channel = new BroadcastChannel(nameOf(accountKey));
  let late: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<boolean>((resolve) => {
      channel.onmessage = ({ data }) => {
        if (data === 'me') resolve(true);
      };
      late = setTimeout(() => resolve(false), ANSWER_TIMEOUT_MS);
      channel.postMessage('who');
    });
  } finally {
    clearTimeout(late);
    channel.close();
  }
}
