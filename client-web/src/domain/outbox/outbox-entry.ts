/** Something a person has sent and no server has confirmed yet. Kept in IndexedDB until it is. */

export interface OutboxEntry {
  /** Also the transaction id, so that sending again after a crash can't double it. */
  readonly id: string;
  readonly accountKey: string;
  readonly roomId: string;
  readonly threadRootId: string | undefined;
  readonly eventType: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** Uploaded first; then `content` gets its address. */
  readonly file: OutboxFile | undefined;
  /** ms; also the order within a room */
  readonly ts: number;
  readonly order: number;
  /** i18n key under `errors.send`; it stays until the person tries again or discards it. */
  readonly failed: string | undefined;
}

export interface OutboxFile {
  readonly blob: Blob;
  readonly name: string;
  readonly mimetype: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly durationMs: number | undefined;
  readonly thumbnail: { readonly blob: Blob; readonly width: number; readonly height: number } | undefined;
  readonly blurhash: string | undefined;
}
