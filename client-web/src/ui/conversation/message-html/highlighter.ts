/** Asks the highlighting worker, which is started at the first code and ended when it takes too long. */
import type { HighlightedCode } from './highlight-code.ts';
import type { HighlightRequest } from './highlight-worker.ts';

/** ms: 20 kB take some 30; code that takes longer was made to. */
const TIME_LIMIT = 2_000;
/** UTF-16 units, as in highlight-code.ts, which is not loaded for what is longer. */
const MAX_CODE = 20_000;

type Answer = (parts: HighlightedCode | undefined) => void;

interface HighlightAnswer {
  readonly id: number;
  readonly parts: HighlightedCode | undefined;
}

/** What is used of a Worker. */
export interface HighlightWorker {
  postMessage(request: HighlightRequest): void;
  addEventListener(type: 'message' | 'error', listener: (event: Event) => void): void;
  terminate(): void;
}

const startWorker = (): HighlightWorker => new Worker(new URL('./highlight-worker.ts', import.meta.url), { type: 'module' }) as HighlightWorker;

export function createHighlighter(start: () => HighlightWorker = startWorker, timeLimit = TIME_LIMIT) {
  let worker: HighlightWorker | undefined;
  let ids = 0;
  const waiting = new Map<number, Answer>();

  const end = (): void => {
    worker?.terminate();
    worker = undefined;
    for (const answer of waiting.values()) answer(undefined);
    waiting.clear();
  };
  const started = (): HighlightWorker => {
    if (worker) return worker;
    worker = start();
    worker.addEventListener('message', (event) => {
      const { data } = event as MessageEvent<HighlightAnswer>;
      waiting.get(data.id)?.(data.parts);
      waiting.delete(data.id);
    });
    worker.addEventListener('error', end);
    return worker;
  };

  return (code: string, language: string): Promise<HighlightedCode | undefined> => {
    if (code.length > MAX_CODE) return Promise.resolve(undefined);
    return new Promise<HighlightedCode | undefined>((resolve) => {
      const id = (ids += 1);
      const timer = setTimeout(end, timeLimit);
      waiting.set(id, (parts) => {
        clearTimeout(timer);
        resolve(parts);
      });
      started().postMessage({ id, code, language });
    });
  };
}
