/** Keys of other servers in the database: the port that federation's key ring keeps them by. */
import type { KeyStore, ServerKey, ServerName } from '@nexuscomm/federation/ports.ts';
import { decodeBase64, encodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Queryable } from '../storage/database.ts';

const selectKeys = sql(
  'server_key_find',
  'select server, key_id, public_key, valid_until_ts, expired_ts from server_key where server = any($1::text[])',
);
const selectDocument = sql('server_key_document_find', 'select json from server_key_document where server = $1');
const save = sql(
  'server_key_save',
  `with document as (
     insert into server_key_document (server, json, fetched_at) values ($1, $2, $3)
     on conflict (server) do update set json = excluded.json, fetched_at = excluded.fetched_at
   )
   insert into server_key (server, key_id, public_key, valid_until_ts, expired_ts, fetched_at)
   select $1, key.id, key.public, key.valid_until, key.expired, $3
     from unnest($4::text[], $5::text[], $6::int8[], $7::int8[]) as key (id, public, valid_until, expired)
   on conflict (server, key_id) do update
      set public_key = excluded.public_key, valid_until_ts = excluded.valid_until_ts,
          expired_ts = excluded.expired_ts, fetched_at = excluded.fetched_at`,
);

interface KeyRow {
  readonly server: ServerName;
  readonly key_id: string;
  readonly public_key: string;
  readonly valid_until_ts: number;
  readonly expired_ts: number | null;
}

export function createServerKeyStore(db: Queryable): KeyStore {
  return {
    find: async (servers) => {
      const found = new Map<ServerName, ServerKey[]>();
      for (const row of await db.query<KeyRow>(selectKeys, [servers])) {
        const keys = found.get(row.server);
        if (keys) keys.push(keyOf(row));
        else found.set(row.server, [keyOf(row)]);
      }
      return found;
    },
    findDocument: async (server) => {
      const [row] = await db.query<{ json: string }>(selectDocument, [server]);
      return row && (JSON.parse(row.json) as JsonObject);
    },
    save: async (server, { keys, document, fetchedAt }) => {
      await db.query(save, [
        server,
        JSON.stringify(document),
        fetchedAt,
        keys.map((key) => key.keyId),
        keys.map((key) => encodeBase64(key.publicKey)),
        keys.map((key) => key.validUntilTs),
        keys.map((key) => key.expiredTs ?? null),
      ]);
    },
  };
}

function keyOf(row: KeyRow): ServerKey {
  return {
    keyId: row.key_id,
    publicKey: decodeBase64(row.public_key)!,
    validUntilTs: row.valid_until_ts,
    expiredTs: row.expired_ts ?? undefined,
  };
}
