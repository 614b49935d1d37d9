/** Secret storage keys while they are needed: matrix-js-sdk asks for them several times in a row. Never written down. */
import type { CryptoCallbacks } from 'matrix-js-sdk/lib/crypto-api/index.js';

export class SecretKeys {
  readonly #keys = new Map<string, Uint8Array<ArrayBuffer>>();
  #pending: Uint8Array<ArrayBuffer> | undefined;

  readonly callbacks: CryptoCallbacks = {
    getSecretStorageKey: async ({ keys }) => {
      for (const keyId of Object.keys(keys)) {
        const known = this.#keys.get(keyId) ?? this.#pending;
        if (known) return [keyId, known];
      }
      return null;
    },
    cacheSecretStorageKey: (keyId, _info, key) => void this.#keys.set(keyId, key),
  };

  /** For as long as `work` takes, this key answers for any. */
  async using<T>(key: Uint8Array<ArrayBuffer>, work: () => Promise<T>): Promise<T> {
    this.#pending = key;
    try {
      return await work();
    } finally {
      this.#pending = undefined;
    }
  }

  forget(): void {
    this.#keys.clear();
  }
}
