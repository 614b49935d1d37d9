/** Tokens by which a user proves to another service who they are (Client-Server API, "OpenID"; Server-Server API, "OpenID"). */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { sql, type Queryable } from '../storage/database.ts';
import { newToken, tokenHash } from './secret-tokens.ts';

const insert = sql('openid_token_insert', 'insert into openid_token (hash, user_nid, expires) values ($1, $2, $3)');
const find = sql(
  'openid_token_find',
  'select a.user_id from openid_token t join account a on a.user_nid = t.user_nid where t.hash = $1 and t.expires > $2 and not a.deactivated',
);
const prune = sql('openid_token_prune', 'delete from openid_token where expires <= $1');

export class OpenIdTokens {
  readonly #db: Queryable;
  readonly #lifetimeMs: number;
  readonly #now: () => number;

  constructor(options: { db: Queryable; lifetimeMs: number; now: () => number }) {
    this.#db = options.db;
    this.#lifetimeMs = options.lifetimeMs;
    this.#now = options.now;
  }

  async issue(userNid: number): Promise<{ token: string; lifetimeMs: number }> {
    const token = newToken('openid');
    await this.#db.query(insert, [tokenHash(token), userNid, this.#now() + this.#lifetimeMs]);
    return { token, lifetimeMs: this.#lifetimeMs };
  }

  /** Whose token it is. Throws M_UNKNOWN_TOKEN. */
  async userOf(token: string): Promise<string> {
    const [row] = await this.#db.query<{ user_id: string }>(find, [tokenHash(token), this.#now()]);
    if (!row) throw new MatrixError('M_UNKNOWN_TOKEN', 401, 'The token is not known, or has expired.');
    return row.user_id;
  }

  async prune(): Promise<void> {
    await this.#db.query(prune, [this.#now()]);
  }
}
