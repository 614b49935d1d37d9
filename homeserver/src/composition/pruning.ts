/** Drops, every hour, what was kept for a while only. */
import type { FederationOutbound } from '../federation/outbound.ts';
import type { Media } from '../media/create-media.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Users } from './users.ts';

const TRANSACTION_LIFETIME_MS = 24 * 3_600_000;
const PRUNE_EVERY_MS = 3_600_000;

export interface PruningDeps {
  readonly engine: RoomEngine;
  readonly outbound: FederationOutbound;
  readonly openIdTokens: Users['openIdTokens'];
  readonly media: Media;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export function startPruning({ engine, outbound, openIdTokens, media, now, onError }: PruningDeps): Disposable {
  const prune = async (): Promise<void> => {
    await engine.transactions.prune(now() - TRANSACTION_LIFETIME_MS);
    await outbound.prune();
    await openIdTokens.prune();
    await media.prune();
  };
  const pruning = setInterval(() => void prune().catch(onError), PRUNE_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(pruning) };
}
