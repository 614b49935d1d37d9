import { describe, expect, test } from '@jest/globals';
import { highlightCode, MAX_HIGHLIGHTED, SCOPES, type HighlightedCode } from './highlight-code.ts';
import { createHighlighter, type HighlightWorker } from './highlighter.ts';

const textOf = (parts: HighlightedCode | undefined): string | undefined => parts?.map(({ text }) => text).join('');

describe('code', () => {
  test('is told apart', () => {
    expect(highlightCode('const a = "b"; // c', 'js')).toEqual([
      { text: 'const', scope: 'keyword' },
      { text: ' a = ', scope: undefined },
      { text: '"b"', scope: 'string' },
      { text: '; ', scope: undefined },
      { text: '// c', scope: 'comment' },
    ]);
  });

  test('stays itself, whatever is in it', () => {
    const hostile = '<script>alert(1)</script> &lt; \u202E "${`' + "'";
    for (const language of ['xml', 'html', 'typescript', 'bash', 'yaml', 'c++', 'md', 'diff', 'json', 'sql', 'rust', 'php']) {
      const parts = highlightCode(hostile, language);
      expect(textOf(parts)).toBe(hostile);
      for (const { scope } of parts!) if (scope) expect(SCOPES).toContain(scope);
    }
  });

  test('of unknown languages, and of too much, is left alone', () => {
    for (const language of ['klingon', '__proto__', 'constructor', '']) expect(highlightCode('x', language)).toBeUndefined();
    expect(highlightCode('x'.repeat(MAX_HIGHLIGHTED + 1), 'js')).toBeUndefined();
  });
});

describe('the worker', () => {
  class FakeWorker implements HighlightWorker {
    readonly asked: { id: number; code: string }[] = [];
    terminated = false;
    #answer: ((event: Event) => void) | undefined;
    postMessage(request: { id: number; code: string }): void {
      this.asked.push(request);
    }
    addEventListener(type: string, listener: (event: Event) => void): void {
      if (type === 'message') this.#answer = listener;
    }
    answer(id: number): void {
      this.#answer!({ data: { id, parts: [{ text: `${id}`, scope: undefined }] } } as MessageEvent);
    }
    terminate(): void {
      this.terminated = true;
    }
  }

  test('answers each who asks, one after the other', async () => {
    const worker = new FakeWorker();
    const highlight = createHighlighter(() => worker);
    const [one, two] = [highlight('a', 'js'), highlight('b', 'js')];
    expect(worker.asked.map(({ code }) => code)).toEqual(['a']);
    worker.answer(1);
    expect(worker.asked.map(({ code }) => code)).toEqual(['a', 'b']);
    worker.answer(2);
    expect([textOf(await one), textOf(await two)]).toEqual(['1', '2']);
  });

  test('is ended by what takes too long, and a new one does the rest', async () => {
    const workers: FakeWorker[] = [];
    const highlight = createHighlighter(() => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    }, 10);
    const [slow, beside] = [highlight('a', 'js'), highlight('b', 'js')];
    expect(await slow).toBeUndefined();
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
    // What the one that was ended had still to say is not taken for an answer.
    workers[0]!.answer(1);
    workers[1]!.answer(2);
    expect(textOf(await beside)).toBe('2');
  });

  test('is not asked for too much', async () => {
    const worker = new FakeWorker();
    expect(await createHighlighter(() => worker)('x'.repeat(MAX_HIGHLIGHTED + 1), 'js')).toBeUndefined();
    expect(worker.asked).toEqual([]);
  });
});
