/** Limits of the outgoing side. */
import type { RetrySettings } from './retry-schedule.ts';

export interface OutboundSettings {
  /** Server-Server API, "Transactions" */
  readonly pdusPerTransaction: number;
  readonly edusPerTransaction: number;
  /** bytes of durable EDUs in a transaction; one always goes */
  readonly durableBytes: number;
  /** PDUs that one destination has in memory; with more it forgets them and reads them from storage later */
  readonly queuedPdus: number;
  /** PDUs in memory for all destinations together */
  readonly queuedPdusInAll: number;
  /** typing, receipts and presence in memory for one destination; the oldest are dropped */
  readonly ephemeralEdus: number;
  /** destinations that read what they have missed at the same time */
  readonly catchUpReads: number;
  /** transactions that begin before others get a turn of the event loop: each is encoded and signed */
  readonly begunAtOnce: number;
  /** ms between two destinations that are woken after a start */
  readonly wakeSpacingMs: number;
  /** ms between two writes of how far destinations are */
  readonly saveEveryMs: number;
  /** ms between them while nothing is sent */
  readonly idleSaveEveryMs: number;
  /** ms that transactions on their way get to finish when the server stops */
  readonly stopGraceMs: number;
  readonly retry: RetrySettings;
}

export const DEFAULT_OUTBOUND: OutboundSettings = {
  pdusPerTransaction: 50,
  edusPerTransaction: 100,
  durableBytes: 4 * 1024 * 1024,
  queuedPdus: 2_000,
  queuedPdusInAll: 100_000,
  ephemeralEdus: 500,
  catchUpReads: 4,
  begunAtOnce: 8,
  wakeSpacingMs: 50,
  saveEveryMs: 3_000,
  idleSaveEveryMs: 60_000,
  stopGraceMs: 1_000,
  retry: { minMs: 1_000, maxMs: 3_600_000, factor: 2, jitter: 0.2 },
};
