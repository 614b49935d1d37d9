/** Ed25519 in plain JavaScript, for browsers and as an oracle in tests; slow (hundreds a second). */
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import nacl from 'tweetnacl';
import type { CryptoProvider } from './crypto.ts';

const encoder = new TextEncoder();

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** The order of the base point, most significant byte first. */
const ORDER = hexToBytes('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed');

/** The y coordinates, reduced or not, of the points whose order divides 8; least significant byte first. */
const SMALL_ORDER = [
  `00${'00'.repeat(31)}`,
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
].map(hexToBytes);

export const tweetnaclCrypto: CryptoProvider = {
  sha256: (text) => sha256(encoder.encode(text)),
  sign: (seed, message) => nacl.sign.detached(encoder.encode(message), nacl.sign.keyPair.fromSeed(seed).secretKey),
  verify: (publicKey, message, signature) =>
    publicKey.length === KEY_BYTES &&
    signature.length === SIGNATURE_BYTES &&
    !isSmallOrder(publicKey) &&
    !isSmallOrder(signature.subarray(0, KEY_BYTES)) &&
    isReducedScalar(signature.subarray(KEY_BYTES)) &&
    nacl.sign.detached.verify(encoder.encode(message), signature, publicKey),
  publicKeyOf: (seed) => nacl.sign.keyPair.fromSeed(seed).publicKey,
};

/**
 * Points that make signatures right without a secret. tweetnacl takes them, OpenSSL and libsodium don't, and servers must
 * agree.
 */
function isSmallOrder(point: Uint8Array): boolean {
  const sign = 0x80;
  return SMALL_ORDER.some((y) => y.every((byte, i) => byte === (i === KEY_BYTES - 1 ? point[i]! & ~sign : point[i])));
}

/** Whether S is below the order (RFC 8032, 5.1.7). tweetnacl takes S plus multiples of it, so signatures had many forms. */
function isReducedScalar(scalar: Uint8Array): boolean {
  for (const [i, limit] of ORDER.entries()) {
    const byte = scalar[KEY_BYTES - 1 - i]!;
    if (byte !== limit) return byte < limit;
  }
  return false;
}
