/** Profiles of users of other servers: asked for, and kept for a moment. */
import { clientErrorOf } from '@nexuscomm/federation/client/errors.ts';
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import type { Profile } from './profiles.ts';

/** ms that an answer is kept */
const LIFETIME_MS = 5 * 60_000;
const MAX_PROFILES = 10_000;
/** ms that a client waits for another server at most */
const TIMEOUT_MS = 10_000;
/** bytes of a profile (Client-Server API, "Profiles"), with room for how it is written */
const MAX_BYTES = 2 * 65_536;

export class RemoteProfiles {
  readonly #client: Pick<FederationClient, 'queryProfile'>;
  readonly #profiles: LRUCache<UserId, Promise<Profile>>;

  constructor(options: { client: Pick<FederationClient, 'queryProfile'> }) {
    this.#client = options.client;
    this.#profiles = new LRUCache({ ...upTo(MAX_PROFILES), ttl: LIFETIME_MS });
  }

  /** M_NOT_FOUND or M_FORBIDDEN if the server says so, 502 if it can't be reached. */
  async get(userId: UserId): Promise<Profile> {
    try {
      return await (this.#profiles.get(userId) ?? this.#ask(userId));
    } catch (error) {
      throw clientErrorOf(error) ?? error;
    }
  }

  #ask(userId: UserId): Promise<Profile> {
    const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
    const profile = this.#client.queryProfile(serverNameOf(userId), userId, undefined, limits) as Promise<Profile>;
    this.#profiles.set(userId, profile);
    profile.catch(() => this.#profiles.delete(userId));
    return profile;
  }
}
