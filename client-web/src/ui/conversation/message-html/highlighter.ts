/** Asks the highlighting worker, which is started at the first code and ended when it takes too long. */
import type { HighlightedCode } from './highlight-code.ts';
import type { HighlightRequest } from './highlight-worker.ts';

/** ms, of which starting the worker may take most: 20 kB take some 30, and code that takes longer was made to. */
const TIME_LIMIT = 3_000;
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

interface Request {
  readonly code: string;
  readonly language: string;
  readonly answer: Answer;
}

/** One code at a time: one that takes too long costs nobody else their colours. */
export function createHighlighter(start: () => HighlightWorker = startWorker, timeLimit = TIME_LIMIT) {
  let worker: HighlightWorker | undefined;
  let ids = 0;
  let current: { readonly id: number; readonly done: Answer } | undefined;
  const waiting: Request[] = [];

  const end = (): void => {
    worker?.terminate();
    worker = undefined;
    current?.done(undefined);
  };
  const started = (): HighlightWorker => {
    if (worker) return worker;
    const own = start();
    own.addEventListener('message', (event) => {
      const { data } = event as MessageEvent<HighlightAnswer>;
      if (current?.id === data.id) current.done(data.parts);
    });
    own.addEventListener('error', () => {
      if (worker === own) end();
    });
    worker = own;
    return own;
  };
  const next = (): void => {
    const request = current ? undefined : waiting.shift();
    if (!request) return;
    const id = (ids += 1);
    // While the page was busy the answer may have come: it is looked for once more before the time is up.
    let timer = setTimeout(() => (timer = setTimeout(end, 0)), timeLimit);
    current = {
      id,
      done: (parts) => {
        clearTimeout(timer);
        current = undefined;
        request.answer(parts);
        next();
      },
    };
    started().postMessage({ id, code: request.code, language: request.language });
  };

  return (code: string, language: string): Promise<HighlightedCode | undefined> => {
    if (code.length > MAX_CODE) return Promise.resolve(undefined);
    return new Promise<HighlightedCode | undefined>((answer) => {
      waiting.push({ code, language, answer });
      next();
    });
  };
}
