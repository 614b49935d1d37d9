/** Tells when sources change, once for changes that come together and never while it is being told. */
import { watch } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = ['spec/src', 'federation/src', 'homeserver/src'];
const SETTLE_MS = 300;

export function onSourceChange(tell: (file: string) => Promise<void>): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let telling = Promise.resolve();
  const changed = (file: string): void => {
    if (!/\.(ts|sql)$/.test(file) || file.endsWith('.test.ts')) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      telling = telling.then(() => tell(file)).catch(() => {});
    }, SETTLE_MS);
  };
  const watchers = FOLDERS.map((folder) => watch(join(ROOT, folder), { recursive: true }, (_kind, file) => changed(join(folder, file ?? ''))));
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
