/** Device keys, one-time and fallback keys, cross-signing keys (Client-Server API, "End-to-End Encryption"). */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import { MatrixError, badJson, invalidParam } from '@nexuscomm/spec/errors.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { Session } from '../http/handler.ts';
import { sql, type Database } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { DeviceChange, DeviceChanges } from './device-changes.ts';

export type CrossSigningUsage = 'master' | 'self_signing' | 'user_signing';
export const USAGES: readonly CrossSigningUsage[] = ['master', 'self_signing', 'user_signing'];

const upsertDeviceKey = sql(
  'device_key_set',
  'insert into device_key (device_nid, json) values ($1, $2) on conflict (device_nid) do update set json = excluded.json',
);
const selectDeviceKey = sql('device_key_get', 'select json from device_key where device_nid = $1');
const selectOneTime = sql(
  'one_time_find',
  'select algorithm, key_id, json from one_time_key where device_nid = $1 and (algorithm, key_id) in (select * from unnest($2::text[], $3::text[]))',
);
const insertOneTime = sql(
  'one_time_insert',
  'insert into one_time_key (device_nid, algorithm, key_id, json) select $1, * from unnest($2::text[], $3::text[], $4::text[]) on conflict do nothing',
);
const upsertFallback = sql(
  'fallback_set',
  `insert into fallback_key (device_nid, algorithm, key_id, json) select $1, * from unnest($2::text[], $3::text[], $4::text[])
   on conflict (device_nid, algorithm) do update set key_id = excluded.key_id, json = excluded.json,
     used = fallback_key.used and fallback_key.key_id = excluded.key_id`,
);
const countKeys = sql(
  'key_counts',
  `select algorithm, count(*)::int4 as n, false as fallback from one_time_key where device_nid = $1 group by algorithm
   union all select algorithm, 0, true from fallback_key where device_nid = $1 and not used`,
);
// Oldest first; a key is given to one claimer only, so rows that another claim has locked are passed over.
const claimOneTime = sql(
  'one_time_claim',
  `delete from one_time_key where (device_nid, algorithm, key_id) = (
     select o.device_nid, o.algorithm, o.key_id from one_time_key o join device d on d.nid = o.device_nid
     where d.user_nid = $1 and d.device_id = $2 and o.algorithm = $3 order by o.added limit 1 for update of o skip locked)
   returning device_nid, key_id, json`,
);
const claimFallback = sql(
  'fallback_claim',
  `update fallback_key f set used = true from device d
   where d.nid = f.device_nid and d.user_nid = $1 and d.device_id = $2 and f.algorithm = $3 returning f.device_nid, f.key_id, f.json`,
);
const selectDevices = sql(
  'device_keys_query',
  `select d.user_nid, d.device_id, d.display_name, k.json from device d join device_key k on k.device_nid = d.nid where d.user_nid = any($1::int4[])
   union all select user_nid, device_id, display_name, json from remote_device where user_nid = any($1::int4[]) and json is not null`,
);
const selectPublished = sql(
  'device_keys_published',
  `select d.user_nid, d.device_id, d.display_name, k.json from device d left join device_key k on k.device_nid = d.nid where d.user_nid = any($1::int4[])`,
);
const selectCross = sql('cross_signing_query', 'select user_nid, usage, json from cross_signing_key where user_nid = any($1::int4[])');
const upsertCross = sql(
  'cross_signing_set',
  `insert into cross_signing_key (user_nid, usage, json) select $1, * from unnest($2::text[], $3::text[])
   on conflict (user_nid, usage) do update set json = excluded.json`,
);
const selectSignatures = sql(
  'key_signature_query',
  'select signer_nid, target_nid, target_key, key_id, signature from key_signature where target_nid = any($1::int4[]) and (signer_nid = target_nid or signer_nid = $2)',
);
const upsertSignature = sql(
  'key_signature_set',
  `insert into key_signature (signer_nid, target_nid, target_key, key_id, signature) values ($1, $2, $3, $4, $5)
   on conflict (signer_nid, target_nid, target_key, key_id) do update set signature = excluded.signature`,
);

interface SignatureRow {
  signer_nid: number;
  target_nid: number;
  target_key: string;
  key_id: string;
  signature: string;
}

interface ClaimedKey {
  device_nid: number;
  key_id: string;
  json: string;
}

/** What other servers may know of a user's devices. */
export interface PublishedKeys {
  /** device id -> its name and keys; without keys if it has none */
  readonly devices: ReadonlyMap<string, { readonly displayName: string | undefined; readonly keys: JsonObject | undefined }>;
  readonly master: JsonObject | undefined;
  readonly selfSigning: JsonObject | undefined;
}

export interface KeyCounts {
  readonly oneTime: Readonly<Record<string, number>>;
  readonly unusedFallback: readonly string[];
}

const MAX_COUNTS = 20_000;
/** no user: nobody's own signatures are added */
const NOBODY = -1;

export class DeviceKeys {
  readonly #db: Database;
  readonly #strings: StringTable;
  readonly #changes: DeviceChanges;
  readonly #counts = new LRUCache<number, KeyCounts>(upTo(MAX_COUNTS));
  /** a device's count of keys fell: its syncs should tell */
  readonly #onClaimed: (deviceNid: number, userNid: number) => void;

  constructor(options: { db: Database; strings: StringTable; changes: DeviceChanges; onClaimed: (deviceNid: number, userNid: number) => void }) {
    this.#db = options.db;
    this.#strings = options.strings;
    this.#changes = options.changes;
    this.#onClaimed = options.onClaimed;
  }

  async upload(session: Session, body: { device_keys?: JsonObject; one_time_keys?: JsonObject; fallback_keys?: JsonObject }): Promise<KeyCounts> {
    const { device_keys: deviceKeys, one_time_keys: oneTime, fallback_keys: fallback } = body;
    if (deviceKeys) await this.#setDeviceKeys(session, deviceKeys);
    if (oneTime) await this.#addOneTimeKeys(session, keyEntries(oneTime));
    if (fallback) {
      const entries = keyEntries(fallback);
      await this.#db.query(upsertFallback, [session.deviceNid, ...columnsOf(entries)]);
    }
    this.#counts.delete(session.deviceNid);
    return this.counts(session.deviceNid);
  }

  /** From memory unless keys were uploaded or claimed since. */
  async counts(deviceNid: number): Promise<KeyCounts> {
    const known = this.#counts.get(deviceNid);
    if (known) return known;
    const rows = await this.#db.query<{ algorithm: string; n: number; fallback: boolean }>(countKeys, [deviceNid]);
    const counts: KeyCounts = {
      oneTime: { signed_curve25519: 0, ...Object.fromEntries(rows.filter((row) => !row.fallback).map((row) => [row.algorithm, row.n])) },
      unusedFallback: rows.filter((row) => row.fallback).map((row) => row.algorithm),
    };
    this.#counts.set(deviceNid, counts);
    return counts;
  }

  /** One key of each device and algorithm asked for; devices without one are left out. */
  async claim(wanted: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<JsonObject> {
    const claimed: Record<string, Record<string, JsonObject>> = {};
    for (const [userId, devices] of Object.entries(wanted)) {
      const userNid = await this.#strings.find(userId);
      if (userNid === undefined) continue;
      for (const [deviceId, algorithm] of Object.entries(devices)) {
        const values = [userNid, deviceId, algorithm];
        const [oneTime] = await this.#db.query<ClaimedKey>(claimOneTime, values);
        const found = oneTime ?? (await this.#db.query<ClaimedKey>(claimFallback, values))[0];
        if (!found) continue;
        this.#counts.delete(found.device_nid);
        this.#onClaimed(found.device_nid, userNid);
        (claimed[userId] ??= {})[deviceId] = { [`${algorithm}:${found.key_id}`]: JSON.parse(found.json) as JsonObject };
      }
    }
    return claimed;
  }

  /** Keys of users, with the signatures that `asking` may see: the owners' and their own. */
  async query(asking: Pick<Session, 'userNid'>, wanted: Readonly<Record<string, readonly string[]>>): Promise<JsonObject> {
    const users = new Map<number, string>();
    for (const userId of Object.keys(wanted)) {
      const nid = await this.#strings.find(userId);
      if (nid !== undefined) users.set(nid, userId);
    }
    const nids = [...users.keys()];
    const [devices, cross, signatures] = await Promise.all([
      this.#db.query<{ user_nid: number; device_id: string; display_name: string | null; json: string }>(selectDevices, [nids]),
      this.#db.query<{ user_nid: number; usage: CrossSigningUsage; json: string }>(selectCross, [nids]),
      this.#signatures(nids, asking.userNid),
    ]);
    const deviceKeys: Record<string, Record<string, JsonObject>> = Object.fromEntries(Object.keys(wanted).map((userId) => [userId, {}]));
    for (const row of devices) {
      const userId = users.get(row.user_nid)!;
      const only = wanted[userId]!;
      if (only.length > 0 && !only.includes(row.device_id)) continue;
      const key = withSignatures(JSON.parse(row.json) as JsonObject, signatures(row.user_nid, row.device_id));
      deviceKeys[userId]![row.device_id] = { ...key, ...(row.display_name === null ? {} : { unsigned: { device_display_name: row.display_name } }) };
    }
    const parts: Record<CrossSigningUsage, Record<string, JsonObject>> = { master: {}, self_signing: {}, user_signing: {} };
    for (const row of cross) {
      if (row.usage === 'user_signing' && row.user_nid !== asking.userNid) continue;
      const key = JSON.parse(row.json) as JsonObject;
      parts[row.usage][users.get(row.user_nid)!] = withSignatures(key, signatures(row.user_nid, publicKeyOf(key)));
    }
    return {
      failures: {},
      device_keys: deviceKeys,
      master_keys: parts.master,
      self_signing_keys: parts.self_signing,
      user_signing_keys: parts.user_signing,
    };
  }

  /** What other servers may know of local users, with the signatures that these made themselves. */
  async published(userNids: readonly number[]): Promise<Map<number, PublishedKeys>> {
    const [devices, cross, signatures] = await Promise.all([
      this.#db.query<{ user_nid: number; device_id: string; display_name: string | null; json: string | null }>(selectPublished, [userNids]),
      this.#db.query<{ user_nid: number; usage: CrossSigningUsage; json: string }>(selectCross, [userNids]),
      this.#signatures(userNids, NOBODY),
    ]);
    const crossKey = (userNid: number, usage: CrossSigningUsage): JsonObject | undefined => {
      const row = cross.find((one) => one.user_nid === userNid && one.usage === usage);
      if (!row) return undefined;
      const key = JSON.parse(row.json) as JsonObject;
      return withSignatures(key, signatures(userNid, publicKeyOf(key)));
    };
    const byUser = Map.groupBy(devices, (row) => row.user_nid);
    return new Map(
      userNids.map((userNid) => {
        const rows = (byUser.get(userNid) ?? []).map((row) => {
          const keys = row.json === null ? undefined : withSignatures(JSON.parse(row.json) as JsonObject, signatures(userNid, row.device_id));
          return [row.device_id, { displayName: row.display_name ?? undefined, keys }] as const;
        });
        return [userNid, { devices: new Map(rows), master: crossKey(userNid, 'master'), selfSigning: crossKey(userNid, 'self_signing') }];
      }),
    );
  }

  async crossSigningKeys(userNid: number): Promise<Map<CrossSigningUsage, JsonObject>> {
    const rows = await this.#db.query<{ usage: CrossSigningUsage; json: string }>(selectCross, [[userNid]]);
    return new Map(rows.map((row) => [row.usage, JSON.parse(row.json) as JsonObject]));
  }

  async setCrossSigningKeys(session: Session, keys: ReadonlyMap<CrossSigningUsage, JsonObject>): Promise<void> {
    const entries = [...keys];
    await this.#db.query(upsertCross, [session.userNid, entries.map(([usage]) => usage), entries.map(([, key]) => JSON.stringify(key))]);
    const isPublic = entries.some(([usage]) => usage !== 'user_signing');
    await this.#changes.record(session.userNid, isPublic ? 'cross-signing keys' : 'nothing public');
  }

  /** Stores signatures on keys that exist and are otherwise as given; answers with the failures, by user and key. */
  async addSignatures(session: Session, signed: Readonly<Record<string, JsonObject>>): Promise<JsonObject> {
    const failures: Record<string, Record<string, JsonObject>> = {};
    const touched = new Map<string, { userNid: number; change: DeviceChange }>();
    for (const [userId, keys] of Object.entries(signed)) {
      const target = await this.#strings.find(userId);
      for (const [keyName, given] of Object.entries(keys)) {
        const result =
          target === undefined || !isJsonObject(given)
            ? new MatrixError('M_NOT_FOUND', 404, 'There is no such user.')
            : await this.#addSignature(session, target, keyName, given);
        if (result instanceof MatrixError) (failures[userId] ??= {})[keyName] = result.toJSON() as JsonObject;
        // What a user signs of others only they themselves see.
        else touched.set(`${userId} ${keyName}`, { userNid: target!, change: target === session.userNid ? result : 'nothing public' });
      }
    }
    for (const { userNid, change } of touched.values()) await this.#changes.record(userNid, change);
    return failures;
  }

  async #addSignature(session: Session, target: number, keyName: string, given: JsonObject): Promise<MatrixError | DeviceChange> {
    const [devices, cross] = await Promise.all([
      this.#db.query<{ device_id: string; json: string }>(selectDevices, [[target]]),
      this.crossSigningKeys(target),
    ]);
    const device = devices.find((row) => row.device_id === keyName);
    const stored = device ? (JSON.parse(device.json) as JsonObject) : [...cross.values()].find((key) => publicKeyOf(key) === keyName);
    if (!stored) return new MatrixError('M_NOT_FOUND', 404, 'There is no such key.');
    if (unsigned(stored) !== unsigned(given)) return new MatrixError('M_INVALID_SIGNATURE', 400, 'The key is not the one that is stored.');
    const own = isJsonObject(given['signatures']) ? given['signatures'][session.userId] : undefined;
    if (!isJsonObject(own)) return new MatrixError('M_INVALID_SIGNATURE', 400, 'The key has no signature of yours.');
    for (const [keyId, signature] of Object.entries(own)) {
      if (typeof signature === 'string') await this.#db.query(upsertSignature, [session.userNid, target, keyName, keyId, signature]);
    }
    return device ? { device: keyName } : 'cross-signing keys';
  }

  async #setDeviceKeys(session: Session, keys: JsonObject): Promise<void> {
    if (keys['user_id'] !== session.userId || keys['device_id'] !== session.deviceId)
      throw invalidParam('device_keys must be of the device that uploads them.');
    if (!isJsonObject(keys['keys']) || !Array.isArray(keys['algorithms'])) throw badJson('device_keys lacks keys or algorithms.');
    const json = JSON.stringify(keys);
    const [current] = await this.#db.query<{ json: string }>(selectDeviceKey, [session.deviceNid]);
    if (current?.json === json) return;
    await this.#db.query(upsertDeviceKey, [session.deviceNid, json]);
    await this.#changes.record(session.userNid, { device: session.deviceId });
  }

  async #addOneTimeKeys(session: Session, entries: readonly KeyEntry[]): Promise<void> {
    const [algorithms, ids] = columnsOf(entries);
    const existing = await this.#db.query<{ algorithm: string; key_id: string; json: string }>(selectOneTime, [session.deviceNid, algorithms, ids]);
    for (const row of existing) {
      const given = entries.find((entry) => entry.algorithm === row.algorithm && entry.id === row.key_id);
      if (given && given.json !== row.json)
        throw new MatrixError('M_INVALID_PARAM', 400, `There is another one-time key ${row.algorithm}:${row.key_id} already.`);
    }
    await this.#db.query(insertOneTime, [session.deviceNid, ...columnsOf(entries)]);
  }

  async #signatures(
    targets: readonly number[],
    asking: number,
  ): Promise<(target: number, key: string) => readonly (SignatureRow & { signer: string })[]> {
    const rows = await this.#db.query<SignatureRow>(selectSignatures, [targets, asking]);
    const signers = await this.#strings.texts(rows.map((row) => row.signer_nid));
    const named = rows.map((row, i) => ({ ...row, signer: signers[i]! }));
    return (target, key) => named.filter((row) => row.target_nid === target && row.target_key === key);
  }
}

interface KeyEntry {
  readonly algorithm: string;
  readonly id: string;
  readonly json: string;
}

function keyEntries(keys: JsonObject): KeyEntry[] {
  return Object.entries(keys).map(([name, value]) => {
    const colon = name.indexOf(':');
    if (colon < 1 || (typeof value !== 'string' && !isJsonObject(value)))
      throw badJson(`"${name.slice(0, 80)}" is not a key with an algorithm and an id.`);
    return { algorithm: name.slice(0, colon), id: name.slice(colon + 1), json: encodeCanonicalJson(value) };
  });
}

function columnsOf(entries: readonly KeyEntry[]): [string[], string[], string[]] {
  return [entries.map((entry) => entry.algorithm), entries.map((entry) => entry.id), entries.map((entry) => entry.json)];
}

/** The public key of a cross-signing key: the one value under `keys`. */
export function publicKeyOf(key: JsonObject): string {
  const keys = key['keys'];
  const [first] = isJsonObject(keys) ? Object.values(keys) : [];
  return typeof first === 'string' ? first : '';
}

function unsigned(key: JsonObject): string {
  const { signatures: _signatures, unsigned: _unsigned, ...rest } = key;
  return encodeCanonicalJson(rest);
}

function withSignatures(key: JsonObject, rows: readonly { signer: string; key_id: string; signature: string }[]): JsonObject {
  const signatures: Record<string, Record<string, string>> = { ...(key['signatures'] as Record<string, Record<string, string>> | undefined) };
  for (const row of rows) signatures[row.signer] = { ...signatures[row.signer], [row.key_id]: row.signature };
  return { ...key, signatures };
}
