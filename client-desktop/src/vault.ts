/**
 * Access tokens and recovery keys, sealed with a key that the operating system keeps (Keychain, DPAPI, Secret Service). Where
 * it keeps none they are stored as they are; the page is told, and tells the person.
 */
import type { SafeStorage } from 'electron';

/** What each kept secret begins with, so that one sealed on a good day is not taken for plain on a bad one. */
const SEALED = 'sealed:';
const PLAIN = 'plain:';

export class Vault {
  readonly #storage: Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> &
    Partial<Pick<SafeStorage, 'getSelectedStorageBackend'>>;
  readonly #platform: string;

  constructor(
    storage: Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> & Partial<Pick<SafeStorage, 'getSelectedStorageBackend'>>,
    platform: string,
  ) {
    this.#storage = storage;
    this.#platform = platform;
  }

  /** Only once the app is ready. */
  get seals(): boolean {
    if (!this.#storage.isEncryptionAvailable()) return false;
    // Without a key store, Electron "encrypts" with a key that is written in its own sources.
    return this.#platform !== 'linux' || !['basic_text', 'unknown'].includes(this.#storage.getSelectedStorageBackend?.() ?? 'unknown');
  }

  seal(secret: string): string {
    return this.seals ? SEALED + this.#storage.encryptString(secret).toString('base64') : PLAIN + secret;
  }

  /** Throws if it was sealed with a key that is gone: then the person signs in again. */
  open(kept: string): string {
    if (kept.startsWith(PLAIN)) return kept.slice(PLAIN.length);
    if (!kept.startsWith(SEALED)) throw new Error('This is nothing that the vault has kept.');
    return this.#storage.decryptString(Buffer.from(kept.slice(SEALED.length), 'base64'));
  }
}
