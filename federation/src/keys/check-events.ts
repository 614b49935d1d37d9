/**
 * Checks events of other servers: fetches the keys of all signers first, then looks at a few events on the spot and at many
 * on worker threads, so that nothing else has to wait.
 */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';
import { eventFromStored } from '@nexuscomm/spec/events/parse-event.ts';
import { redactEventJson } from '@nexuscomm/spec/events/redact-event.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { EventChecking, EventVerdict, ServerName } from '../ports.ts';
import { checkEvent, type CheckResult } from './check-event.ts';
import type { CheckTask, CheckWorkerData } from './check-events-worker.ts';
import type { KeyNeed, KeyRing, KeySet } from './key-ring.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { keyNeeds } from './required-signers.ts';

/** events that are checked without a worker */
const FEW = 64;
const CHUNK = 100;
/** ms that the main thread is held at a time */
const SLICE_MS = 3;
const IDLE_WORKER_MS = 30_000;
const MAX_WORKERS = 4;

const breathe = (): Promise<void> => new Promise((resume) => setImmediate(resume));

export class EventChecker implements EventChecking, AsyncDisposable {
  readonly #keyRing: KeyRing;
  readonly #crypto: CryptoProvider;
  readonly #workerData: CheckWorkerData;
  readonly #threads = Math.max(1, Math.min(MAX_WORKERS, availableParallelism() - 1));
  readonly #limited = limitConcurrency(this.#threads + 1);
  #pool: Piscina<CheckTask, CheckResult[]> | undefined;

  /** `cryptoModule`: where a worker finds the same crypto, since functions can't be sent to it. */
  constructor(options: { keyRing: KeyRing; crypto: CryptoProvider; cryptoModule: CheckWorkerData['cryptoModule'] }) {
    this.#keyRing = options.keyRing;
    this.#crypto = options.crypto;
    this.#workerData = { cryptoModule: options.cryptoModule };
  }

  /** Verdicts in the order of the events. */
  async check(events: readonly JsonObject[], version: RoomVersion): Promise<EventVerdict[]> {
    const keys = await this.#keyRing.keysFor(await allKeyNeeds(events, version));
    return events.length <= FEW ? this.#checkHere(events, version, keys) : this.#checkInWorkers(events, version, keys);
  }

  async #checkHere(events: readonly JsonObject[], version: RoomVersion, keys: KeySet): Promise<EventVerdict[]> {
    const verdicts: EventVerdict[] = [];
    let sliceStart = performance.now();
    for (const json of events) {
      verdicts.push(verdictOf(checkEvent({ json, version, keys, crypto: this.#crypto }), json, version));
      if (performance.now() - sliceStart < SLICE_MS) continue;
      await breathe();
      sliceStart = performance.now();
    }
    return verdicts;
  }

  async #checkInWorkers(events: readonly JsonObject[], version: RoomVersion, keys: KeySet): Promise<EventVerdict[]> {
    const pool = this.#openPool();
    const chunks = Array.from({ length: Math.ceil(events.length / CHUNK) }, (_, i) => events.slice(i * CHUNK, (i + 1) * CHUNK));
    const verdicts = await Promise.all(
      chunks.map((chunk) =>
        this.#limited(async () => {
          await breathe();
          const results = await pool.run({ events: chunk, version: version.id, keys: keysOf(chunk, version, keys) });
          return chunk.map((json, i) => verdictOf(results[i]!, json, version));
        }),
      ),
    );
    return verdicts.flat();
  }

  #openPool(): Piscina<CheckTask, CheckResult[]> {
    this.#pool ??= new Piscina<CheckTask, CheckResult[]>({
      filename: new URL('./check-events-worker.ts', import.meta.url).href,
      name: 'checkChunk',
      minThreads: 0,
      maxThreads: this.#threads,
      idleTimeout: IDLE_WORKER_MS,
      workerData: this.#workerData,
    });
    return this.#pool;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** One need for all events that a server signed with the same keys: a key that counts for the newest counts for all. */
async function allKeyNeeds(events: readonly JsonObject[], version: RoomVersion): Promise<KeyNeed[]> {
  const needs = new Map<string, KeyNeed>();
  let sliceStart = performance.now();
  for (const json of events) {
    for (const need of keyNeeds(json, version)) {
      const id = [need.server, ...need.keyIds].join(' ');
      const other = needs.get(id);
      if (!other || other.ts < need.ts) needs.set(id, need);
    }
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await breathe();
    sliceStart = performance.now();
  }
  return [...needs.values()];
}

/** Only the keys that the chunk needs are copied to the worker. */
function keysOf(chunk: readonly JsonObject[], version: RoomVersion, keys: KeySet): KeySet {
  const servers = new Set<ServerName>(chunk.flatMap((json) => keyNeeds(json, version).map((need) => need.server)));
  return new Map([...servers].map((server) => [server, keys.get(server) ?? []]));
}

function verdictOf(result: CheckResult, json: JsonObject, version: RoomVersion): EventVerdict {
  if (result.kind === 'dropped') return result;
  const { eventId, roomId, redacted } = result;
  const event = eventFromStored({ eventId, roomId, json: redacted ? redactEventJson(json, version) : json, version });
  return { kind: 'checked', checked: { event }, redacted };
}
