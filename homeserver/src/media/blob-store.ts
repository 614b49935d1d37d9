/**
 * Files named by the SHA-256 of their content. A file appears under its name only when it is whole and on disk, so
 * whatever ends the process leaves no half file to be served.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { StorageFull } from '../storage/database.ts';

export interface StoredBlob {
  /** hex */
  readonly sha256: string;
  readonly size: number;
}

const OUT_OF_SPACE = new Set(['ENOSPC', 'EDQUOT']);
const BROKEN_OFF = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

export class BlobStore {
  readonly #directory: string;
  readonly #incoming: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#incoming = join(directory, 'incoming');
  }

  /** Uploads that a killed process has left are removed. */
  static async open(directory: string): Promise<BlobStore> {
    const store = new BlobStore(directory);
    await mkdir(store.#incoming, { recursive: true });
    for (const name of await readdir(store.#incoming)) await rm(join(store.#incoming, name), { force: true });
    return store;
  }

  /** Stores what the stream gives. Throws M_TOO_LARGE (413) as soon as it gives more than `maxBytes`, M_UNKNOWN (400) if it breaks off. */
  async write(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredBlob> {
    const temporary = join(this.#incoming, randomUUID());
    const hash = createHash('sha256');
    let size = 0;
    try {
      const file = await open(temporary, 'wx');
      try {
        for await (const chunk of stream) {
          size += chunk.length;
          if (size > maxBytes) throw tooLarge(maxBytes);
          hash.update(chunk);
          await file.writeFile(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const sha256 = hash.digest('hex');
      await this.#keep(temporary, this.path(sha256));
      return { sha256, size };
    } catch (error) {
      await rm(temporary, { force: true });
      const { code = '' } = error as NodeJS.ErrnoException;
      if (OUT_OF_SPACE.has(code)) throw new StorageFull('There is no room for the file.', { cause: error });
      if (BROKEN_OFF.has(code)) throw new MatrixError('M_UNKNOWN', 400, 'The upload broke off: send it again.');
      throw error;
    }
  }

  /** Writes a file that is derived from a blob and can be made again. */
  async writeDerived(name: string, content: Uint8Array): Promise<void> {
    const temporary = join(this.#incoming, randomUUID());
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await this.#keep(temporary, this.derivedPath(name));
  }

  async #keep(temporary: string, path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
  }

  path(sha256: string): string {
    return join(this.#directory, 'files', sha256.slice(0, 2), sha256.slice(2, 4), sha256.slice(4));
  }

  derivedPath(name: string): string {
    return join(this.#directory, 'thumbnails', name.slice(0, 2), name.slice(2, 4), name.slice(4));
  }

  /** Bytes of a file; undefined: there is none. */
  async size(path: string): Promise<number | undefined> {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** A file from `start` to `end`, both inclusive. It is open when this returns, so a lost file is found out before the answer begins. */
  async read(path: string, range: { start: number; end: number } | undefined): Promise<Readable> {
    const file = await open(path);
    return file.createReadStream(range);
  }

  /**
   * Removes a file that is older than `before` (ms since the epoch), and what was derived from it. It is put aside first: an
   * upload of the same bytes that comes in between makes it young again.
   */
  async deleteOlder(sha256: string, before: number): Promise<void> {
    const aside = join(this.#incoming, randomUUID());
    try {
      await rename(this.path(sha256), aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    if ((await stat(aside)).mtimeMs >= before) return this.#keep(aside, this.path(sha256));
    await this.#deleteDerived(sha256);
    await rm(aside, { force: true });
  }

  /** Removes a file and what was derived from it. The caller knows that no other media has the same bytes. */
  async delete(sha256: string): Promise<void> {
    await this.#deleteDerived(sha256);
    await rm(this.path(sha256), { force: true });
  }

  async #deleteDerived(sha256: string): Promise<void> {
    const derived = this.derivedPath(sha256);
    const names = await readdir(dirname(derived)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      if (name.startsWith(`${basename(derived)}-`)) await rm(join(dirname(derived), name), { force: true });
    }
  }
}

export function tooLarge(maxBytes: number): MatrixError {
  return new MatrixError('M_TOO_LARGE', 413, `Files have at most ${maxBytes} bytes on this server.`);
}
