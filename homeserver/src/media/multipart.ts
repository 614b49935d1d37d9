/** A file as the answer to another server: multipart/mixed with metadata and the file (Server-Server API, "Content Repository"). */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Reply } from '../http/handler.ts';
import type { BlobStore } from './blob-store.ts';
import { contentDisposition, type ServedFile } from './serve-file.ts';

const BOUNDARY_BYTES = 24;

/** Lines end in CRLF; the CRLF before a delimiter belongs to the delimiter (RFC 2046, section 5.1.1). */
export async function multipartFile(blobs: BlobStore, file: Omit<ServedFile, 'etag'>): Promise<Reply> {
  const boundary = randomBytes(BOUNDARY_BYTES).toString('base64url');
  const head = Buffer.from(
    `--${boundary}\r\nContent-Type: application/json\r\n\r\n{}\r\n` +
      `--${boundary}\r\nContent-Type: ${file.contentType}\r\nContent-Disposition: ${contentDisposition(file.contentType, file.fileName)}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  // Open before the answer begins, so that a lost file is an error and not half an answer.
  const content = await blobs.read(file.path, undefined);
  const body = Readable.from(joined(head, content, tail), { objectMode: false });
  // Also if nobody reads it to its end, or at all.
  body.once('close', () => content.destroy());
  return new Reply({
    headers: { 'Content-Type': `multipart/mixed; boundary=${boundary}`, 'Content-Length': String(head.length + file.size + tail.length) },
    body,
  });
}

async function* joined(head: Buffer, content: AsyncIterable<Buffer>, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  yield* content;
  yield tail;
}
