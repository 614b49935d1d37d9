/**
 * A server that stands still takes connections and answers nothing. matrix-js-sdk would wait for its `/sync` for two minutes
 * and for a message without end; this asks meanwhile whether anybody is there, and gives up if not.
 */

/** A poll that takes longer makes us ask; an idle server answers it after 30 s. */
const ASK_AFTER_MS = 12_000;
const ANSWER_WITHIN_MS = 10_000;
/** Sending is repeated with the same transaction id, so a late answer costs nothing. */
const SEND_WITHIN_MS = 60_000;

const SYNC = /\/_matrix\/client\/[^/]+\/sync$/;
const SEND = /\/_matrix\/client\/[^/]+\/rooms\/[^/]+\/send\//;

export function watchfulFetch(baseUrl: string, ask: typeof fetch = (...what) => fetch(...what)): typeof fetch {
  return async (resource, init) => {
    const { pathname } = new URL(resource instanceof Request ? resource.url : resource);
    const kind = SYNC.test(pathname) ? 'sync' : SEND.test(pathname) ? 'send' : undefined;
    if (kind === undefined) return ask(resource, init);
    const gaveUp = new AbortController();
    const signal = init?.signal ? AbortSignal.any([init.signal, gaveUp.signal]) : gaveUp.signal;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const check = async (): Promise<void> => {
      if (kind === 'send' || !(await isThere(baseUrl, ask))) gaveUp.abort();
      else timer = setTimeout(() => void check(), ASK_AFTER_MS);
    };
    timer = setTimeout(() => void check(), kind === 'send' ? SEND_WITHIN_MS : ASK_AFTER_MS);
    try {
      return await ask(resource, { ...init, signal });
    } catch (error) {
      // Not an AbortError, which would say that we wanted it so.
      if (gaveUp.signal.aborted) throw new TypeError('the server does not answer', { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
      timer = undefined;
    }
  };
}

const isThere = async (baseUrl: string, ask: typeof fetch): Promise<boolean> =>
  ask(`${baseUrl}/_matrix/client/versions`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), cache: 'no-store', credentials: 'omit' }).then(
    () => true,
    () => false,
  );
