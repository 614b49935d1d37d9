/** Third-party invites (authorization rules, `content.third_party_invite.signed`): verifying the identity server's signature. */
import { decodeBase64 } from '../base64.ts';
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
        Object.keys(own).some((keyId) => keyId.startsWith('ed25519:') && verifySignedJson({ object: signed, entity, keyId, publicKey, crypto })),
    );
  };
}
