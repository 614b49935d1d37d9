/**
 * Who this server is: its name, which users' ids and events carry for ever, and the key that it signs with. Both are
 * settled at the first start; a database is never used under another name.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBase64, encodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import { createSigningKey } from '../crypto/node-crypto.ts';
import { sql, type Queryable } from './database.ts';

const select = sql('meta_find', 'select value from meta where key = $1');
const update = sql('meta_set', 'update meta set value = $2 where key = $1');
const insert = sql('meta_insert', 'insert into meta (key, value) values ($1, $2) on conflict (key) do nothing');

/** The server can't be what the configuration says. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

async function settled(db: Queryable, key: string, value: string): Promise<string> {
  await db.query(insert, [key, value]);
  return (await db.query<{ value: string }>(select, [key]))[0]!.value;
}

export async function settleServerName(db: Queryable, name: string): Promise<void> {
  const stored = await settled(db, 'server_name', name);
  if (stored !== name) {
    throw new IdentityError(
      `server.name is "${name}", but this database belongs to "${stored}": set it back, or use another database [NEXUS_SERVER_NAME]`,
    );
  }
}

/** A key that was replaced, and that other servers are told of as an old one. */
export interface FormerKey {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

const describe = ({ keyId, publicKey }: FormerKey): string => `${keyId} ${encodeBase64(publicKey)}`;

/** The key in `data_dir/signing.key` (`ed25519 <name> <seed in base64>`), made at the first start. */
export async function loadSigningKey(db: Queryable, dataDir: string, formerKeys: readonly FormerKey[] = []): Promise<SigningKey> {
  const file = join(dataDir, 'signing.key');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const known = (await db.query<{ value: string }>(select, ['signing_key']))[0]?.value;
  if (text === undefined && known !== undefined) {
    throw new IdentityError(`${file} is missing: restore it from a backup. Other servers know this server by that key (${known}).`);
  }
  if (text === undefined) {
    const name = `a_${randomBytes(3).toString('hex')}`;
    const seed = randomBytes(32);
    await mkdir(dataDir, { recursive: true });
    await writeFile(file, `ed25519 ${name} ${encodeBase64(seed)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    return remember(db, createSigningKey(seed, `ed25519:${name}`), { file, formerKeys });
  }
  const [algorithm, name, encoded] = text.trim().split(/\s+/);
  const seed = encoded === undefined ? undefined : decodeBase64(encoded);
  if (algorithm !== 'ed25519' || name === undefined || seed?.length !== 32)
    throw new IdentityError(`${file} is not a signing key: restore it from a backup.`);
  return remember(db, createSigningKey(seed, `ed25519:${name}`), { file, formerKeys });
}

/** The database knows the key in use, so that a lost one is noticed; a former key may be replaced. */
async function remember(
  db: Queryable,
  key: SigningKey,
  { file, formerKeys }: { readonly file: string; readonly formerKeys: readonly FormerKey[] },
): Promise<SigningKey> {
  const own = describe(key);
  const stored = await settled(db, 'signing_key', own);
  if (stored === own) return key;
  if (!formerKeys.some((former) => describe(former) === stored)) {
    throw new IdentityError(
      `${file} is not the key that this database was used with (${stored}): restore it from a backup. If it was replaced on purpose, add "${stored} <ms since the epoch when that was>" to federation.old_verify_keys.`,
    );
  }
  await db.query(update, ['signing_key', own]);
  return key;
}
