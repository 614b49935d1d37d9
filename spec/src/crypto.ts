/** The cryptography that the core needs, handed in: node:crypto on a server, JavaScript in a browser. */

export interface CryptoProvider {
  /** SHA-256 of the text's UTF-8 bytes. */
  sha256(text: string): Uint8Array;
  /** Ed25519 signature of the text's UTF-8 bytes under a 32-byte seed. */
  sign(seed: Uint8Array, message: string): Uint8Array;
  verify(publicKey: Uint8Array, message: string, signature: Uint8Array): boolean;
  publicKeyOf(seed: Uint8Array): Uint8Array;
}

/** A key to sign with, for example `ed25519:a_1`. */
export interface SigningKey {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  sign(message: string): Uint8Array;
}
