/** Unpadded Base64 (Appendices, "Unpadded Base64"), standard and URL-safe. Decoding accepts padding. */

export type Base64Alphabet = 'base64' | 'base64url';

/** What this module uses of ECMAScript's Uint8Array base64 methods. */
interface Base64Methods {
  toBase64(options: { alphabet: Base64Alphabet; omitPadding: boolean }): string;
}
interface Base64Constructor {
  fromBase64(text: string, options: { alphabet: Base64Alphabet }): Uint8Array;
}

export function encodeBase64(bytes: Uint8Array, alphabet: Base64Alphabet = 'base64'): string {
  return (bytes as unknown as Base64Methods).toBase64({ alphabet, omitPadding: true });
}

/** The bytes, or undefined if the text is not Base64 of that alphabet. */
export function decodeBase64(text: string, alphabet: Base64Alphabet = 'base64'): Uint8Array | undefined {
  try {
    return (Uint8Array as unknown as Base64Constructor).fromBase64(text, { alphabet });
  } catch {
    return undefined;
  }
}
