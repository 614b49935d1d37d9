import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDirectory, claimSocketFile, DirectoryInUse } from './claim-directory.ts';

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'nexuscomm-claim-'));
});
afterAll(async () => rm(parent, { recursive: true, force: true }));

/** A process that does something, says so, and is then killed. Its temporary files are in `temporary`. */
async function killedAfter(code: string, temporary = parent): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('a directory is claimed', () => {
  test('once at a time, by whatever path, and again when it was let go', async () => {
    const directory = join(parent, 'once');
    const claim = await claimDirectory(directory);
    await expect(claimDirectory(directory)).rejects.toThrow(DirectoryInUse);
    const other = join(parent, 'other-path');
    await symlink(parent, other);
    await expect(claimDirectory(join(other, 'once'))).rejects.toThrow(DirectoryInUse);
    await using _beside = await claimDirectory(join(parent, 'beside'));
    await claim[Symbol.asyncDispose]();
    await using _again = await claimDirectory(directory);
  });

  test('a process that is killed leaves nothing in the way, and no file', async () => {
    const directory = join(parent, 'killed');
    const temporary = await mkdtemp(join(parent, 'tmp-'));
    const module = join(import.meta.dirname, 'claim-directory.ts');
    await killedAfter(
      `const { claimDirectory } = await import(${JSON.stringify(module)}); await claimDirectory(${JSON.stringify(directory)}); console.log('has it'); setInterval(() => {}, 1000);`,
      temporary,
    );
    if (process.platform === 'linux') expect(await readdir(temporary)).toEqual([]);
    await using _claim = await claimDirectory(directory);
  });

  test('of two that start at once one has it', async () => {
    const directory = join(parent, 'race');
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, async () => claimDirectory(directory)));
    const claims = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(claims).toHaveLength(1);
    await claims[0]!.value[Symbol.asyncDispose]();
  });
});

// Windows has no such files.
(process.platform === 'win32' ? describe.skip : describe)('where the claim is a file', () => {
  test('it is gone when it was let go', async () => {
    const path = join(parent, 'a.lock');
    const claim = await claimSocketFile(path);
    expect(await claimSocketFile(path)).toBeUndefined();
    await claim![Symbol.asyncDispose]();
    expect((await readdir(parent)).filter((name) => name.startsWith('a.lock'))).toEqual([]);
  });

  test('that of a killed process is cleared, and of many that clear it one has it', async () => {
    const path = join(parent, 'b.lock');
    for (let round = 0; round < 5; round++) {
      await killedAfter(`import { createServer } from 'node:net'; createServer().listen(${JSON.stringify(path)}, () => console.log('listens'));`);
      expect(await readdir(parent)).toContain('b.lock');
      const claims = (await Promise.all(Array.from({ length: 8 }, async () => claimSocketFile(path)))).filter((claim) => claim !== undefined);
      expect(claims).toHaveLength(1);
      await claims[0]![Symbol.asyncDispose]();
    }
    expect((await readdir(parent)).filter((name) => name.startsWith('b.lock'))).toEqual([]);
  });
});
