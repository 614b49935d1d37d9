/** Ed25519 by node:crypto for tests, as the server's own; JavaScript would take most of their time. */
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';

/** DER prefixes of PKCS#8 and SPKI around raw Ed25519 keys (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const privateKeyOf = (seed: Uint8Array) => createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });

export const fastCrypto: CryptoProvider = {
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest(),
  sign: (seed, message) => sign(null, Buffer.from(message, 'utf8'), privateKeyOf(seed)),
  verify: (publicKey, message, signature) =>
    verify(
      null,
      Buffer.from(message, 'utf8'),
      createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' }),
      signature,
    ),
  publicKeyOf: (seed) => new Uint8Array(createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length)),
};
