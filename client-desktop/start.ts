/** `npm run desktop`: builds what has changed and starts the app; without Electron it says how to get it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildDesktop } from './build.ts';

const here = import.meta.dirname;

/** The program that the npm package "electron" has downloaded; undefined if it has not. */
function electronPath(): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
    const program = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist');
    const path = join(program, readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

const electron = electronPath();
if (electron === undefined) {
  process.stderr.write(
    [
      'The desktop client runs on Electron, whose program (about 110 MB) is not downloaded with the npm packages.',
      'Get it once with:',
      '',
      '  npx install-electron',
      '',
      'and run `npm run desktop` again. Without it, the same client runs in a browser: npm start',
      '',
    ].join('\n'),
  );
  process.exit(1);
}
if (spawnSync(process.execPath, [join(here, '..', 'client-web', 'build.ts')], { stdio: 'inherit' }).status !== 0) process.exit(1);
await buildDesktop();
const child = spawn(electron, [join(here, 'dist', 'main.mjs'), ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
