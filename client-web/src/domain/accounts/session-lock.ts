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
const channelName = (accountKey: string): string => `nexuscomm-session-${accountKey}`;

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
  const channel = new BroadcastChannel(channelName(accountKey));
  const acquire = (request: LockOptions): Promise<(() => void) | undefined> =>
    new Promise((resolve, reject) => {
      locks
        .request(`nexuscomm-session-${accountKey}`, request, (lock) => {
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

/** Whether a living window says so. */
async function isHeld(accountKey: string): Promise<boolean> {
  const channel = new BroadcastChannel(channelName(accountKey));
  try {
    return await new Promise<boolean>((resolve) => {
      channel.onmessage = ({ data }) => {
        if (data === 'me') resolve(true);
      };
      setTimeout(() => resolve(false), ANSWER_TIMEOUT_MS);
      channel.postMessage('who');
    });
  } finally {
    channel.close();
  }
}
