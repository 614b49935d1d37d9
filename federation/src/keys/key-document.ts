/** Key documents (Server-Server API, "Publishing Keys"): reading those of other servers, making this server's own. */
import { ServerKeysDocument } from '@nexuscomm/spec/endpoints/federation/keys.ts';
import { decodeBase64, encodeBase64 } from '@nexuscomm/spec/base64.ts';
import { CanonicalJsonError } from '@nexuscomm/spec/canonical-json.ts';
import type { CryptoProvider, SigningKey } from '@nexuscomm/spec/crypto.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { signJson, verifySignedJson } from '@nexuscomm/spec/signatures.ts';
import { Compile } from 'typebox/compile';
import type { ServerKey, ServerName } from '../ports.ts';

/** However long a server says its keys are valid, they count for 7 days at most. */
export const MAX_KEY_VALIDITY_MS = 7 * 24 * 3_600_000;
export const ED25519 = 'ed25519:';
const KEY_BYTES = 32;

const validator = Compile(ServerKeysDocument);

/** The document is not what it should be. */
export class KeyDocumentError extends Error {
  override readonly name = 'KeyDocumentError';
}

/** The keys in a document that `server` signed with one of them. Throws KeyDocumentError. */
export function readKeyDocument(options: { document: unknown; server: ServerName; crypto: CryptoProvider; now: number }): ServerKey[] {
  const { document, server, crypto, now } = options;
  if (!validator.Check(document)) throw new KeyDocumentError('the key document does not have the form that the specification asks for');
  if (document.server_name !== server) throw new KeyDocumentError(`the key document is of ${document.server_name.slice(0, 255)}`);
  const validUntilTs = Math.min(document.valid_until_ts, now + MAX_KEY_VALIDITY_MS);
  const keys: ServerKey[] = [];
  for (const [keyId, { key }] of Object.entries(document.verify_keys)) {
    const publicKey = publicKeyOf(keyId, key);
    if (publicKey) keys.push({ keyId, publicKey, validUntilTs, expiredTs: undefined });
  }
  const signed = keys.some(({ keyId, publicKey }) => isSigned({ object: document as JsonObject, entity: server, keyId, publicKey, crypto }));
  if (!signed) throw new KeyDocumentError('none of the keys in the key document signed it');
  for (const [keyId, { key, expired_ts: expiredTs }] of Object.entries(document.old_verify_keys ?? {})) {
    const publicKey = publicKeyOf(keyId, key);
    // A key that is in use is not old, whatever the document says besides.
    if (publicKey && document.verify_keys[keyId] === undefined) keys.push({ keyId, publicKey, validUntilTs: expiredTs, expiredTs });
  }
  return keys;
}

/** As verifySignedJson; what has no canonical form has no signature either. */
export function isSigned(signature: Parameters<typeof verifySignedJson>[0]): boolean {
  try {
    return verifySignedJson(signature);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false;
    throw error;
  }
}

function publicKeyOf(keyId: string, text: string): Uint8Array | undefined {
  const bytes = keyId.startsWith(ED25519) ? decodeBase64(text) : undefined;
  return bytes?.length === KEY_BYTES ? bytes : undefined;
}

/** A key that this server signed with in the past. */
export interface OldKey {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  /** ms since the epoch */
  readonly expiredTs: number;
}

/** This server's keys as others see them; the document is signed anew when half of its time is over. */
export class OwnKeys {
  readonly serverName: ServerName;
  readonly signingKey: SigningKey;
  readonly #oldKeys: readonly OldKey[];
  readonly #validityMs: number;
  readonly #now: () => number;
  #document: { readonly json: JsonObject; readonly refreshAt: number } | undefined;

  constructor(options: { serverName: ServerName; signingKey: SigningKey; oldKeys: readonly OldKey[]; validityMs: number; now: () => number }) {
    this.serverName = options.serverName;
    this.signingKey = options.signingKey;
    this.#oldKeys = options.oldKeys.filter(({ keyId }) => keyId !== options.signingKey.keyId);
    this.#validityMs = options.validityMs;
    this.#now = options.now;
  }

  keys(): ServerKey[] {
    const { keyId, publicKey } = this.signingKey;
    return [
      { keyId, publicKey, validUntilTs: Number.MAX_SAFE_INTEGER, expiredTs: undefined },
      ...this.#oldKeys.map((key) => ({ keyId: key.keyId, publicKey: key.publicKey, validUntilTs: key.expiredTs, expiredTs: key.expiredTs })),
    ];
  }

  document(): JsonObject {
    const now = this.#now();
    if (!this.#document || now >= this.#document.refreshAt) {
      const { keyId, publicKey } = this.signingKey;
      const old = this.#oldKeys.map((key) => [key.keyId, { key: encodeBase64(key.publicKey), expired_ts: key.expiredTs }] as const);
      const unsigned: JsonObject = {
        server_name: this.serverName,
        verify_keys: { [keyId]: { key: encodeBase64(publicKey) } },
        old_verify_keys: Object.fromEntries(old),
        valid_until_ts: now + this.#validityMs,
      };
      this.#document = { json: signJson(unsigned, this.serverName, this.signingKey), refreshAt: now + this.#validityMs / 2 };
    }
    return this.#document.json;
  }
}
