/** How the web client is built: `npm start` does it by itself when sources have changed; `npm run client` serves them live. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { serviceWorker } from './service-worker-plugin.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8')) as { version: string };

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [react(), serviceWorker()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The first with light-dark(): lowered to variables, it would no longer follow `color-scheme` on a part of the page.
    cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
    sourcemap: true,
    // Inlined files would be data: addresses, which the content security policy does not let scripts and fonts have.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_500,
  },
  worker: { format: 'es' },
  server: { port: 5173, strictPort: true },
});
