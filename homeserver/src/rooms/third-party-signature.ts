/** What the identity server of a third-party invite signed, checked with the crypto of this server. */
import { thirdPartySignatureVerifier } from '@nexuscomm/spec/auth-rules/third-party-signature.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';

export const verifyThirdPartySignature = thirdPartySignatureVerifier(nodeCrypto);
