/** Access and refresh tokens: who is logged in, from memory for those seen lately. */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { TokenState } from '../http/authenticate.ts';
import type { Session } from '../http/handler.ts';
import { sql, type Database } from '../storage/database.ts';
import { newToken, tokenHash } from './secret-tokens.ts';

const selectSession = sql(
  'session_find',
  `select t.expires, t.replaces, d.nid, d.device_id, a.user_nid, a.user_id, a.is_guest, a.is_admin
   from access_token t join device d on d.nid = t.device_nid join account a on a.user_nid = d.user_nid
   where t.hash = $1 and not a.deactivated`,
);
const insertAccess = sql('access_token_insert', 'insert into access_token (hash, device_nid, expires, replaces) values ($1, $2, $3, $4)');
const insertRefresh = sql('refresh_token_insert', 'insert into refresh_token (hash, device_nid, access) values ($1, $2, $3)');
const deleteForDevice = sql('access_token_delete_device', 'delete from access_token where device_nid = $1');
const deleteRefreshForDevice = sql('refresh_token_delete_device', 'delete from refresh_token where device_nid = $1');
const findRefresh = sql('refresh_token_find', 'select device_nid from refresh_token where hash = $1');
// The new access token is in use: the refresh token that it came from, and what was given out with that, are over.
const retire = sql(
  'refresh_token_retire',
  `with old as (delete from refresh_token where hash = $1 returning access),
        gone as (delete from access_token t using old where t.hash = old.access)
   update access_token set replaces = null where replaces = $1`,
);

interface SessionRow {
  expires: number | null;
  replaces: Buffer | null;
  nid: number;
  device_id: string;
  user_nid: number;
  user_id: string;
  is_guest: boolean;
  is_admin: boolean;
}

export interface IssuedTokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly expires_in_ms?: number;
}

export class Sessions {
  readonly #db: Database;
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  readonly #cache: LRUCache<string, { session: Session; expires: number }>;

  constructor(options: { db: Database; accessTokenLifetimeMs: number; cacheSize: number; now: () => number }) {
    this.#db = options.db;
    this.#lifetimeMs = options.accessTokenLifetimeMs;
    this.#now = options.now;
    this.#cache = new LRUCache(upTo(options.cacheSize));
  }

  /** Who a token is for; no statement if it was seen lately. */
  readonly lookup = async (token: string): Promise<TokenState> => {
    const cached = this.#cache.get(token);
    if (cached) return cached.expires > this.#now() ? { kind: 'session', session: cached.session } : { kind: 'expired' };
    const [row] = await this.#db.query<SessionRow>(selectSession, [tokenHash(token)]);
    if (!row) return { kind: 'unknown' };
    const expires = row.expires ?? Number.POSITIVE_INFINITY;
    if (expires <= this.#now()) return { kind: 'expired' };
    if (row.replaces) {
      await this.#db.query(retire, [row.replaces]);
      this.forget(row.nid);
    }
    const session: Session = {
      userId: row.user_id as UserId,
      userNid: row.user_nid,
      deviceId: row.device_id,
      deviceNid: row.nid,
      isGuest: row.is_guest,
      isAdmin: row.is_admin,
    };
    this.#cache.set(token, { session, expires });
    return { kind: 'session', session };
  };

  /** New tokens for a device; those it had are over. */
  async issue(deviceNid: number, withRefresh: boolean): Promise<IssuedTokens> {
    this.forget(deviceNid);
    return this.#db.transaction(async (tx) => {
      await tx.query(deleteForDevice, [deviceNid]);
      await tx.query(deleteRefreshForDevice, [deviceNid]);
      const access = newToken('access');
      await tx.query(insertAccess, [tokenHash(access), deviceNid, withRefresh ? this.#now() + this.#lifetimeMs : null, null]);
      if (!withRefresh) return { access_token: access };
      const refresh = newToken('refresh');
      await tx.query(insertRefresh, [tokenHash(refresh), deviceNid, tokenHash(access)]);
      return { access_token: access, refresh_token: refresh, expires_in_ms: this.#lifetimeMs };
    });
  }

  /** New tokens for a refresh token, which stays good until the new access token is used. */
  async refresh(refreshToken: string): Promise<IssuedTokens> {
    const old = tokenHash(refreshToken);
    const [row] = await this.#db.query<{ device_nid: number }>(findRefresh, [old]);
    if (!row) throw new MatrixError('M_UNKNOWN_TOKEN', 401, 'The refresh token is not known. Log in again.', { soft_logout: false });
    return this.#db.transaction(async (tx) => {
      const access = newToken('access');
      const refresh = newToken('refresh');
      await tx.query(insertAccess, [tokenHash(access), row.device_nid, this.#now() + this.#lifetimeMs, old]);
      await tx.query(insertRefresh, [tokenHash(refresh), row.device_nid, tokenHash(access)]);
      return { access_token: access, refresh_token: refresh, expires_in_ms: this.#lifetimeMs };
    });
  }

  /** Forgets what is in memory of a device's tokens. */
  forget(deviceNid: number): void {
    for (const [token, { session }] of this.#cache.entries()) if (session.deviceNid === deviceNid) this.#cache.delete(token);
  }

  /** Forgets all tokens in memory: another process changed accounts. */
  forgetAll(): void {
    this.#cache.clear();
  }
}
