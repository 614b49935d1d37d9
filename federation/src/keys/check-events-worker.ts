/** Checks a chunk of events on a worker thread; see check-events.ts. */
import { workerData } from 'node:worker_threads';
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { roomVersions, type RoomVersionId } from '@nexuscomm/spec/room-versions.ts';
import { checkEvent, type CheckResult } from './check-event.ts';
import type { KeySet } from './key-ring.ts';

export interface CheckTask {
  readonly events: readonly JsonObject[];
  readonly version: RoomVersionId;
  readonly keys: KeySet;
}

/** What the pool was made with. */
export interface CheckWorkerData {
  /** address of a module that exports `name`, a CryptoProvider */
  readonly cryptoModule: { readonly url: string; readonly name: string };
}

// Piscina wraps what it was given.
const { cryptoModule } = ((workerData as readonly unknown[])[1] ?? workerData) as CheckWorkerData;
const loaded = (await import(cryptoModule.url)) as Record<string, CryptoProvider>;
const crypto = loaded[cryptoModule.name]!;

export function checkChunk({ events, version, keys }: CheckTask): CheckResult[] {
  return events.map((json) => checkEvent({ json, version: roomVersions[version], keys, crypto }));
}
