/**
 * Builds the web client into dist/ if its sources have changed since the last build, with every text file compressed
 * beside it, so that the server only has to read. `--force` builds in any case.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const STAMP = join(dist, '.sources');
const COMPRESSED = /\.(js|css|html|svg|json|wasm|webmanifest)$/;
/** 9 takes a second for all files, 11 half a minute for 4 % less. */
const BROTLI_QUALITY = 9;

async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  const add = async (path: string): Promise<void> => {
    hash.update(path.slice(here.length)).update(await readFile(path));
  };
  for (const folder of ['src', 'public']) {
    const files = await readdir(join(here, folder), { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile() && !file.name.includes('.test.')).map((file) => join(file.parentPath, file.name));
    for (const path of paths.toSorted()) await add(path);
  }
  for (const file of ['index.html', 'vite.config.ts', 'service-worker-plugin.ts', 'build.ts', 'package.json']) await add(join(here, file));
  const lock = join(here, '..', 'package-lock.json');
  if (existsSync(lock)) await add(lock);
  return hash.digest('hex');
}

async function compressAll(): Promise<void> {
  const files = await readdir(dist, { recursive: true, withFileTypes: true });
  await Promise.all(
    files
      .filter((file) => file.isFile() && COMPRESSED.test(file.name))
      .map(async (file) => {
        const path = join(file.parentPath, file.name);
        const content = await readFile(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }));
        await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
      }),
  );
}

const sources = await sourcesHash();
const last = existsSync(STAMP) ? await readFile(STAMP, 'utf8') : undefined;
if (last !== sources || process.argv.includes('--force')) {
  const started = performance.now();
  process.stdout.write('Building the web client ...\n');
  const { build } = await import('vite');
  await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'warn' });
  await compressAll();
  await writeFile(STAMP, sources);
  process.stdout.write(`The web client is built (${((performance.now() - started) / 1000).toFixed(1)} s).\n`);
}
