/** Keys that this server signed with in the past, as the setting federation.old_verify_keys names them. */
import type { OldKey } from '@nexuscomm/federation/keys/key-document.ts';
import { decodeBase64 } from '@nexuscomm/spec/base64.ts';

const KEY_BYTES = 32;

/** From `ed25519:<name> <public key in Base64> <ms since the epoch>`; undefined if it is not of that form. */
export function parseOldVerifyKey(text: string): OldKey | undefined {
  const match = /^(ed25519:[A-Za-z0-9_]+)\s+(\S+)\s+(\d{1,15})$/.exec(text.trim());
  const publicKey = match ? decodeBase64(match[2]!) : undefined;
  if (!match || publicKey?.length !== KEY_BYTES) return undefined;
  return { keyId: match[1]!, publicKey, expiredTs: Number(match[3]) };
}
