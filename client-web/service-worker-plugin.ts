/** Builds src/service-worker/main.ts into dist/service-worker.js and tells it the files of this build, to keep for offline. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';

/** Kept from the start; the rest (the crypto module, languages, highlighting) is kept once it was used. */
const MOST_PRECACHED_BYTES = 1_500_000;

export function serviceWorker(): Plugin {
  let files: { url: string; revision: string; bytes: number }[] = [];
  let outDir = '';
  return {
    name: 'nexuscomm-service-worker',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    writeBundle(_options, bundle) {
      files = Object.values(bundle)
        .filter((file) => !file.fileName.endsWith('.map'))
        .map((file) => {
          const content = file.type === 'chunk' ? file.code : file.source;
          return {
            url: file.fileName,
            revision: createHash('sha256').update(content).digest('hex').slice(0, 16),
            bytes: Buffer.byteLength(content),
          };
        });
    },
    async closeBundle() {
      const precached = files.filter(({ bytes }) => bytes <= MOST_PRECACHED_BYTES).map(({ url, revision }) => ({ url, revision }));
      await build({
        configFile: false,
        root: import.meta.dirname,
        logLevel: 'warn',
        define: { __FILES__: JSON.stringify(precached) },
        build: {
          outDir,
          emptyOutDir: false,
          copyPublicDir: false,
          target: 'es2023',
          lib: { entry: join(import.meta.dirname, 'src/service-worker/main.ts'), formats: ['es'], fileName: () => 'service-worker.js' },
        },
      });
    },
  };
}
