/** Sends an outbox entry through matrix-js-sdk: uploads its file, encrypts where the room is encrypted, and says whether a failure is for good. */
import { ConnectionError, HTTPError, MatrixError, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import { encryptAttachment } from 'matrix-encrypt-attachment';
import { SendFailed } from '../outbox/outbox.ts';
import type { OutboxEntry, OutboxFile } from '../outbox/outbox-entry.ts';

export interface SendProgress {
  onProgress(fraction: number): void;
  readonly signal: AbortSignal;
}

/** @returns the event's id */
export async function sendEntry(client: MatrixClient, entry: OutboxEntry, progress: SendProgress): Promise<string> {
  const room = client.getRoom(entry.roomId);
  // Not known before the first sync after a start; if it stays so, the room was left meanwhile.
  if (!room) throw new SendFailed(client.isInitialSyncComplete() ? 'refused' : 'later', 'notInRoom');
  try {
    const content = entry.file ? await withUpload(client, entry, room.hasEncryptionStateEvent(), progress) : entry.content;
    const { event_id: eventId } = await client.sendEvent(entry.roomId, null, entry.eventType as never, content as never, entry.id);
    return eventId;
  } catch (error) {
    forgetEcho(client, room, entry.id);
    throw asSendFailed(error, room.hasEncryptionStateEvent());
  }
}

/** The SDK keeps an echo of its own, and refuses to send another event of the same transaction: both would be in the way of the next try. */
function forgetEcho(client: MatrixClient, room: Room, transactionId: string): void {
  const echo = room.getPendingEvents().find((event) => event.getTxnId() === transactionId);
  if (echo) {
    try {
      client.cancelPendingEvent(echo);
    } catch {
      // It is on its way or gone: nothing to take back.
    }
  }
  // A cancelled echo is still known by its transaction; the SDK has no other way to forget that.
  (room as unknown as { readonly txnToEvent: Map<string, MatrixEvent> }).txnToEvent.delete(transactionId);
}

export function asSendFailed(error: unknown, encrypted = true): SendFailed {
  if (error instanceof SendFailed) return error;
  if (error instanceof ConnectionError || (error instanceof DOMException && error.name === 'AbortError')) {
    return new SendFailed('later', 'offline', { cause: error });
  }
  if (error instanceof MatrixError || error instanceof HTTPError) {
    const status = error.httpStatus ?? 0;
    const code = error instanceof MatrixError ? error.errcode : undefined;
    if (status === 429) return new SendFailed('later', 'limited', { retryAfterMs: error.getRetryAfterMs() ?? undefined, cause: error });
    if (status === 0 || status >= 500 || code === 'M_UNKNOWN_TOKEN') return new SendFailed('later', 'server', { cause: error });
    if (status === 413 || code === 'M_TOO_LARGE') return new SendFailed('refused', 'tooLarge', { cause: error });
    if (code === 'M_FORBIDDEN') return new SendFailed('refused', 'forbidden', { cause: error });
    return new SendFailed('refused', 'refused', { cause: error });
  }
  if (!encrypted) return new SendFailed('refused', 'refused', { cause: error });
  // Most often encryption that can't be done now, for instance to a person whose identity has changed.
  return new SendFailed('refused', (error as Error | undefined)?.name === 'VerifiedUserProblem' ? 'identityChanged' : 'encryption', { cause: error });
}

/** What was uploaded and whose event was not taken then: the next try need not upload it again. */
const uploaded = new WeakMap<OutboxFile, { readonly encrypted: boolean; readonly parts: Record<string, unknown> }>();

async function withUpload(client: MatrixClient, entry: OutboxEntry, encrypted: boolean, progress: SendProgress): Promise<Record<string, unknown>> {
  const file = entry.file!;
  const before = uploaded.get(file);
  if (before?.encrypted === encrypted) return { ...entry.content, ...before.parts };
  const parts = await upload(client, file, encrypted, progress);
  uploaded.set(file, { encrypted, parts });
  return { ...entry.content, ...parts };
}

async function upload(client: MatrixClient, file: OutboxFile, encrypted: boolean, progress: SendProgress): Promise<Record<string, unknown>> {
  const total = file.blob.size + (file.thumbnail?.blob.size ?? 0) || 1;
  let before = 0;
  const uploadOne = async (blob: Blob, type: string, name: string): Promise<{ url: string } | { file: Record<string, unknown> }> => {
    const { data, info } = encrypted ? await encryptAttachment(await blob.arrayBuffer()) : { data: blob, info: undefined };
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    progress.signal.addEventListener('abort', abort, { once: true });
    try {
      const { content_uri: url } = await client.uploadContent(info ? new Blob([data as ArrayBuffer]) : blob, {
        type: info ? 'application/octet-stream' : type,
        ...(info ? { includeFilename: false } : { name }),
        abortController: controller,
        progressHandler: ({ loaded }) => progress.onProgress(Math.min(1, (before + loaded) / total)),
      });
      before += blob.size;
      return info ? { file: { ...info, url } } : { url };
    } finally {
      progress.signal.removeEventListener('abort', abort);
    }
  };
  progress.onProgress(0);
  const thumbnail = file.thumbnail && (await uploadOne(file.thumbnail.blob, file.thumbnail.blob.type, 'thumbnail'));
  const main = await uploadOne(file.blob, file.mimetype, file.name);
  return {
    ...main,
    info: {
      mimetype: file.mimetype,
      size: file.blob.size,
      ...(file.width === undefined ? {} : { w: file.width, h: file.height }),
      ...(file.durationMs === undefined ? {} : { duration: Math.round(file.durationMs) }),
      ...(file.blurhash === undefined ? {} : { 'xyz.amorgan.blurhash': file.blurhash }),
      ...(thumbnail && file.thumbnail
        ? {
            ...('url' in thumbnail ? { thumbnail_url: thumbnail.url } : { thumbnail_file: thumbnail.file }),
            thumbnail_info: {
              mimetype: file.thumbnail.blob.type,
              size: file.thumbnail.blob.size,
              w: file.thumbnail.width,
              h: file.thumbnail.height,
            },
          }
        : {}),
    },
  };
}
