/** Bundles the main process and the preload script into dist/, with the pictures beside them. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;
const dist = join(here, 'dist');

export async function buildDesktop(): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  for (const [name, format] of [
    ['main', 'esm'],
    // A sandboxed preload script can not be a module.
    ['preload', 'cjs'],
  ] as const) {
    const bundle = await rolldown({ input: join(here, 'src', `${name}.ts`), platform: 'node', external: ['electron', /^node:/] });
    await bundle.write({ file: join(dist, `${name}.${format === 'esm' ? 'mjs' : 'cjs'}`), format, codeSplitting: false });
    await bundle.close();
  }
  await cp(join(here, 'icons'), join(dist, 'icons'), { recursive: true });
}

if (import.meta.main) await buildDesktop();
