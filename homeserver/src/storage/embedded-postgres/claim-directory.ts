/**
 * Makes sure that one process at a time uses a directory. The claim is a listening socket, which dies with its process
 * however that ends, so no stale lock is ever left: on Linux its name is no file (an abstract socket), on Windows it is a
 * pipe. Elsewhere it is a file, which stays when its process is killed and is cleared by whoever claims next.
 */
import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Claiming takes milliseconds. */
const MOST_CLAIMING_MS = 10_000;
const POLL_MS = 10;

export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

/** The directory that it is in has to exist. */
export async function claimDirectory(directory: string): Promise<AsyncDisposable> {
  const name = await nameOf(directory);
  const claim =
    process.platform === 'linux'
      ? await claimSocket(`\0${name}`)
      : process.platform === 'win32'
        ? await claimSocket(join('\\\\.\\pipe', name))
        : await claimSocketFile(join(tmpdir(), name));
  if (!claim) throw new DirectoryInUse(`Another NexusComm is running with ${directory}: stop it first, or choose another data directory.`);
  return claim;
}

/** By what the directory is, not how it is called: containers that share a network all have their data in /data. */
async function nameOf(directory: string): Promise<string> {
  const { dev, ino } = await stat(dirname(directory), { bigint: true });
  const identity = `${dev}:${ino}/${basename(directory)}`;
  return `nexuscomm-${createHash('sha256').update(identity).digest('hex').slice(0, 24)}.lock`;
}

/** undefined: somebody else listens there. */
async function claimSocket(address: string): Promise<AsyncDisposable | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return { [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())) };
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(address, done);
  });
}

/** As `claimSocket`, where the file of a process that was killed may be in the way. */
export async function claimSocketFile(path: string): Promise<AsyncDisposable | undefined> {
  // Two that clear it at once would clear each other's claim, and one that is bound but does not listen yet looks stale.
  await using _alone = await aloneWith(path);
  if (await isListening(path)) return undefined;
  await rm(path, { force: true });
  return await claimSocket(path);
}

/** One process at a time, for the moment of claiming: a directory, which only one can make. */
async function aloneWith(path: string): Promise<AsyncDisposable> {
  const marker = `${path}.d`;
  for (;;) {
    try {
      await mkdir(marker);
      return { [Symbol.asyncDispose]: async () => rm(marker, { recursive: true, force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const since = await stat(marker).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    // Its process was killed at that moment.
    if (since !== undefined && Date.now() - since > MOST_CLAIMING_MS) await rm(marker, { recursive: true, force: true });
    await sleep(POLL_MS);
  }
}

function isListening(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
