/** The accounts that are signed in in this browser, and the secrets they are kept with. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Database } from '../storage/database.ts';
import type { AccountRecord, Credentials, Vault } from './account.ts';
import type { TokenPair } from './session-tokens.ts';

const COLOURS = 8;

export class Accounts {
  readonly state: StoreApi<{ readonly accounts: readonly AccountRecord[] }> = createStore(() => ({ accounts: [] as readonly AccountRecord[] }));
  readonly #db: Database;
  readonly #vault: Vault;

  constructor(db: Database, vault: Vault) {
    this.#db = db;
    this.#vault = vault;
  }

  async load(): Promise<void> {
    const accounts = (await this.#db.all('accounts')).toSorted((a, b) => a.addedTs - b.addedTs);
    this.state.setState({ accounts });
  }

  get(key: string): AccountRecord | undefined {
    return this.state.getState().accounts.find((account) => account.key === key);
  }

  /** The same user again replaces the old session's record, which the caller signs out. */
  async add(credentials: Credentials, hasInbox: boolean): Promise<AccountRecord> {
    const { accounts } = this.state.getState();
    const used = new Set(accounts.map((account) => account.colour));
    const colour = [...Array(COLOURS).keys()].find((index) => !used.has(index)) ?? accounts.length % COLOURS;
    const account: AccountRecord = {
      key: crypto.randomUUID().replaceAll('-', '').slice(0, 12),
      userId: credentials.userId,
      deviceId: credentials.deviceId,
      baseUrl: credentials.baseUrl,
      ...(await this.#sealed(credentials)),
      displayName: undefined,
      avatarMxc: undefined,
      colour,
      addedTs: Date.now(),
      hasInbox,
    };
    await this.#db.put('accounts', account.key, account).catch(() => {});
    this.state.setState({ accounts: [...accounts, account] });
    return account;
  }

  /** The same account with a new session. */
  async renew(account: AccountRecord, credentials: Credentials, hasInbox: boolean): Promise<AccountRecord> {
    const { deviceId, baseUrl } = credentials;
    await this.update(account.key, {
      deviceId,
      baseUrl,
      ...(await this.#sealed(credentials)),
      hasInbox,
      // Sealed with a key that the computer no longer has, it is of no use.
      recoveryKey: await this.recoveryKeyOf(account.key).then(
        () => account.recoveryKey,
        () => undefined,
      ),
    });
    return this.get(account.key)!;
  }

  /** What another window has changed meanwhile. */
  async readAgain(key: string): Promise<void> {
    const kept = await this.#db.get('accounts', key).catch(() => undefined);
    if (!kept) return;
    this.state.setState({ accounts: this.state.getState().accounts.map((one) => (one.key === key ? kept : one)) });
  }

  /** false: another window has signed it out. */
  async isKept(key: string): Promise<boolean> {
    return this.#db.get('accounts', key).then(
      (kept) => kept !== undefined,
      () => true,
    );
  }

  async secretsOf(account: AccountRecord): Promise<{ accessToken: string; refreshToken: string | undefined }> {
    return {
      accessToken: await this.#vault.open(account.accessToken),
      refreshToken: account.refreshToken === undefined ? undefined : await this.#vault.open(account.refreshToken),
    };
  }

  async setTokens(key: string, tokens: TokenPair): Promise<void> {
    await this.update(key, await this.#sealed(tokens));
  }

  async #sealed({ accessToken, refreshToken }: TokenPair): Promise<TokenPair> {
    return {
      accessToken: await this.#vault.seal(accessToken),
      refreshToken: refreshToken === undefined ? undefined : await this.#vault.seal(refreshToken),
    };
  }

  async recoveryKeyOf(key: string): Promise<string | undefined> {
    const sealed = this.get(key)?.recoveryKey;
    return sealed === undefined ? undefined : this.#vault.open(sealed);
  }

  async setRecoveryKey(key: string, recoveryKey: string | undefined): Promise<void> {
    await this.update(key, { recoveryKey: recoveryKey === undefined ? undefined : await this.#vault.seal(recoveryKey) });
  }

  async update(key: string, change: Partial<Omit<AccountRecord, 'key'>>): Promise<void> {
    const account = this.get(key);
    if (!account) return;
    const changed = { ...account, ...change };
    this.state.setState({ accounts: this.state.getState().accounts.map((one) => (one.key === key ? changed : one)) });
    await this.#db.put('accounts', key, changed).catch(() => {});
  }

  async remove(key: string): Promise<void> {
    this.state.setState({ accounts: this.state.getState().accounts.filter((account) => account.key !== key) });
    await this.#db.delete('accounts', key);
  }
}
