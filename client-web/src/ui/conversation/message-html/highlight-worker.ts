/// <reference lib="webworker" />
/** Highlights code away from the page: a grammar that takes long on code made for it holds up nobody. */
import { highlightCode } from './highlight-code.ts';

declare const self: DedicatedWorkerGlobalScope;

export interface HighlightRequest {
  readonly id: number;
  readonly code: string;
  readonly language: string;
}

self.addEventListener('message', ({ data }: MessageEvent<HighlightRequest>) => {
  self.postMessage({ id: data.id, parts: highlightCode(data.code, data.language) });
});
