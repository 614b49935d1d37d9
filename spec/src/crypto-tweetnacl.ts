/** Ed25519 in plain JavaScript, for browsers and as an oracle in tests; slow (hundreds a second). */
import { sha256 } from '@noble/hashes/sha2.js';
import nacl from 'tweetnacl';
import type { CryptoProvider } from './crypto.ts';

const encoder = new TextEncoder();

export const tweetnaclCrypto: CryptoProvider = {
  sha256: (text) => sha256(encoder.encode(text)),
  sign: (seed, message) => nacl.sign.detached(encoder.encode(message), nacl.sign.keyPair.fromSeed(seed).secretKey),
  verify: (publicKey, message, signature) =>
    publicKey.length === 32 && signature.length === 64 && nacl.sign.detached.verify(encoder.encode(message), signature, publicKey),
  publicKeyOf: (seed) => nacl.sign.keyPair.fromSeed(seed).publicKey,
};
