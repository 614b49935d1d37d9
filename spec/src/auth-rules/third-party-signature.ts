/** Third-party invites (authorization rules, `content.third_party_invite.signed`): verifying the identity server's signature. */
import { decodeBase64 } from '../base64.ts';
import { CanonicalJsonError } from '../canonical-json.ts';
import type { CryptoProvider } from '../crypto.ts';
import { isJsonObject } from '../json.ts';
import { verifySignedJson } from '../signatures.ts';
import type { VerifySignature } from './verdict.ts';

const PUBLIC_KEY_BYTES = 32;

/** The check that authoriseEvent and resolveState take: any of the block's signatures is right under the key. */
export function thirdPartySignatureVerifier(crypto: CryptoProvider): VerifySignature {
  return (signed, publicKeyText) => {
    const publicKey = decodeBase64(publicKeyText);
    const { signatures } = signed;
    if (publicKey?.length !== PUBLIC_KEY_BYTES || !isJsonObject(signatures)) return false;
    return Object.entries(signatures).some(
      ([entity, own]) =>
        isJsonObject(own) &&
        Object.keys(own).some((keyId) => keyId.startsWith('ed25519:') && isRight({ object: signed, entity, keyId, publicKey, crypto })),
    );
  };
}

/** What has no canonical form, as old room versions let through, has no signature either. */
function isRight(signature: Parameters<typeof verifySignedJson>[0]): boolean {
  try {
    return verifySignedJson(signature);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false;
    throw error;
  }
}
