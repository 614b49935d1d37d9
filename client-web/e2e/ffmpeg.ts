/** Makes videos and sounds for tests. */
import { execFileSync } from 'node:child_process';

/** Says on standard output what is skipped without it. */
export function hasFfmpeg(): boolean {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stdout.write('Videos and sounds are not tested: there is no ffmpeg here.\n');
    return false;
  }
}
