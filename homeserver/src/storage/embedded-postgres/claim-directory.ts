/**
 * Makes sure that one process at a time uses a directory. The claim is a listening socket, which dies with its process
 * however that ends, so no stale lock is ever left.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

export async function claimDirectory(directory: string): Promise<AsyncDisposable> {
  const name = `nexuscomm-${createHash('sha256').update(directory).digest('hex').slice(0, 24)}.lock`;
  const path = process.platform === 'win32' ? join('\\\\.\\pipe', name) : join(tmpdir(), name);
  if (await isListening(path))
    throw new DirectoryInUse(`Another NexusComm is running with ${directory}: stop it first, or choose another data directory.`);
  await rm(path, { force: true });
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  });
  server.unref();
  return {
    [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())),
  };
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
