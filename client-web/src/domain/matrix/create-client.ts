/** A matrix-js-sdk client for an account, with stores of its own. This folder is all that imports the SDK, and is loaded after the first paint. */
import { createClient, IndexedDBStore, MemoryCryptoStore, MemoryStore, type MatrixClient } from 'matrix-js-sdk';
import type { CryptoCallbacks } from 'matrix-js-sdk/lib/crypto-api/index.js';
import type { Logger } from 'matrix-js-sdk/lib/logger.js';
import type { AccountRecord } from '../accounts/account.ts';
import type { SessionTokens } from '../accounts/session-tokens.ts';
import { deferPendingKeyBundles } from './pending-key-bundles.ts';
import { watchfulFetch } from './watchful-fetch.ts';

export interface ClientOptions {
  readonly account: AccountRecord;
  readonly tokens: SessionTokens;
  /** false: IndexedDB is not to be had, so encryption keys live as long as the window */
  readonly persistent: boolean;
  readonly cryptoCallbacks: CryptoCallbacks;
}

const silent = (): void => {};
const quiet: Logger = {
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: (...what: unknown[]) => console.error(...what),
  getChild: () => quiet,
};

export const syncDatabaseName = (accountKey: string): string => `nexuscomm-sync-${accountKey}`;
export const cryptoDatabasePrefix = (accountKey: string): string => `nexuscomm-crypto-${accountKey}`;

export async function createMatrixClient({ account, tokens, persistent, cryptoCallbacks }: ClientOptions): Promise<MatrixClient> {
  const store = persistent
    ? new IndexedDBStore({
        indexedDB,
        dbName: syncDatabaseName(account.key),
        workerFactory: () => new Worker(new URL('./sync-store-worker.ts', import.meta.url), { type: 'module' }),
      })
    : new MemoryStore();
  const client = createClient({
    baseUrl: account.baseUrl,
    fetchFn: tokens.fetch(watchfulFetch(account.baseUrl)),
    userId: account.userId,
    deviceId: account.deviceId,
    accessToken: tokens.accessToken,
    store,
    // Where the SDK looks for keys of its former crypto. Its own default is one database for all accounts, which fails when
    // two of them start at once.
    cryptoStore: new MemoryCryptoStore(),
    logger: quiet,
    timelineSupport: true,
    useAuthorizationHeader: true,
    disableVoip: true,
    cryptoCallbacks,
  });
  // For uploads and media, which do not go through `fetchFn`.
  tokens.onChange = (accessToken) => client.setAccessToken(accessToken);
  await deferPendingKeyBundles();
  await Promise.all([store.startup(), client.initRustCrypto({ useIndexedDB: persistent, cryptoDatabasePrefix: cryptoDatabasePrefix(account.key) })]);
  return client;
}

/** After signing out: nothing of the account stays in the browser. */
export async function deleteStores(accountKey: string): Promise<void> {
  const prefix = cryptoDatabasePrefix(accountKey);
  const names = [`matrix-js-sdk:${syncDatabaseName(accountKey)}`, `${prefix}::matrix-sdk-crypto`, `${prefix}::matrix-sdk-crypto-meta`];
  await deleteDatabases(names);
}

/** What the next sync brings again; encryption keys stay. */
export const deleteSyncStores = async (accountKeys: readonly string[]): Promise<void> =>
  deleteDatabases(accountKeys.map((key) => `matrix-js-sdk:${syncDatabaseName(key)}`));

async function deleteDatabases(names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(
      (name) =>
        new Promise<void>((resolve) => {
          const request = indexedDB.deleteDatabase(name);
          // Blocked: the browser deletes it when its last connection closes.
          request.onsuccess = request.onerror = request.onblocked = () => resolve();
        }),
    ),
  );
}
