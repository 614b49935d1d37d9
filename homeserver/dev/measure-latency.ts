/** How long a message takes from the moment it is sent at one server to a waiting sync at another. */
import type { DevClient } from './client.ts';

interface Synced {
  readonly next_batch: string;
  readonly rooms?: { readonly join?: Record<string, { readonly timeline?: { readonly events?: readonly { readonly event_id: string }[] } }> };
}

const TIMEOUT_MS = 10_000;
/** The first ones find everything cold. */
const WARM_UP = 10;

export async function measureLatency(options: { from: DevClient; to: DevClient; roomId: string; messages: number }): Promise<{
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}> {
  const { from, to, roomId, messages } = options;
  let { next_batch: since } = await to.ask<Synced>('GET', '/sync');
  const one = async (i: number): Promise<number> => {
    const started = performance.now();
    const sent = from.say(roomId, `measured ${i}`);
    const seen = new Set<string>();
    while (performance.now() - started < TIMEOUT_MS) {
      const answer = await to.ask<Synced>('GET', `/sync?timeout=5000&since=${encodeURIComponent(since)}`);
      const at = performance.now();
      since = answer.next_batch;
      for (const { event_id: id } of answer.rooms?.join?.[roomId]?.timeline?.events ?? []) seen.add(id);
      if (seen.has(await sent)) return at - started;
    }
    throw new Error(`a message had not arrived after ${TIMEOUT_MS} ms`);
  };
  const times: number[] = [];
  for (let i = 0; i < messages + WARM_UP; i++) times.push(await one(i));
  const sorted = times.slice(WARM_UP).toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]! * 10) / 10;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
