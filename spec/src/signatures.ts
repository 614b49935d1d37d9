/** Signing JSON (Appendices, "Signing JSON"). `signatures` and `unsigned` are not part of what is signed. */
import { decodeBase64, encodeBase64 } from './base64.ts';
import { CanonicalJsonError, encodeCanonicalJson, type NumberRule } from './canonical-json.ts';
import type { CryptoProvider, SigningKey } from './crypto.ts';
import { isJsonObject, type JsonObject } from './json.ts';

/** The text that signatures of an object are made over. */
export function signedText(object: JsonObject, numbers?: NumberRule): string {
  const { signatures: _signatures, unsigned: _unsigned, ...signed } = object;
  return encodeCanonicalJson(signed, numbers);
}

/** The object with one more signature, by `entity` (a server name or user id). */
export function signJson<T extends JsonObject>(object: T, entity: string, key: SigningKey): T & { readonly signatures: JsonObject } {
  const signature = encodeBase64(key.sign(signedText(object)));
  const signatures = isJsonObject(object['signatures']) ? object['signatures'] : {};
  const own = isJsonObject(signatures[entity]) ? signatures[entity] : {};
  return { ...object, signatures: { ...signatures, [entity]: { ...own, [key.keyId]: signature } } };
}

/**
 * True if the object has a signature of `entity` under `keyId`, and it is right. What has no canonical form can't have
 * been signed.
 */
export function verifySignedJson(options: {
  object: JsonObject;
  entity: string;
  keyId: string;
  publicKey: Uint8Array;
  crypto: CryptoProvider;
  /** for events: numbersOf their room version */
  numbers?: NumberRule;
}): boolean {
  const { object, entity, keyId, publicKey, crypto, numbers } = options;
  const signatures = object['signatures'];
  const own = isJsonObject(signatures) ? signatures[entity] : undefined;
  const text = isJsonObject(own) ? own[keyId] : undefined;
  const signature = typeof text === 'string' ? decodeBase64(text) : undefined;
  if (signature?.length !== 64) return false;
  try {
    return crypto.verify(publicKey, signedText(object, numbers), signature);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false;
    throw error;
  }
}
