/** The whole client without what is seen: the only place that makes and connects its parts. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { openVault, type AccountRecord, type Credentials, type Vault } from './accounts/account.ts';
import { Accounts } from './accounts/accounts.ts';
import { Session } from './accounts/session.ts';
import { Drafts } from './composer/drafts.ts';
import { matrixRequest } from './http/matrix-request.ts';
import { ConversationActions } from './inbox/conversation-actions.ts';
import { Inbox } from './inbox/inbox.ts';
import { OwnSplits } from './inbox/own-splits.ts';
import { PendingChanges } from './inbox/pending-changes.ts';
import type { NewMessage } from './matrix/new-messages.ts';
import { Media } from './media/media.ts';
import { Outbox } from './outbox/outbox.ts';
import { openDatabase, type Database } from './storage/database.ts';

export interface AppState {
  readonly sessions: ReadonlyMap<string, Session>;
  readonly online: boolean;
  /** What the person should know about this browser's storage. */
  readonly storage: 'kept' | 'not-kept' | 'full';
}

export class App {
  readonly state: StoreApi<AppState>;
  readonly accounts: Accounts;
  readonly inbox: Inbox;
  readonly changes: PendingChanges;
  readonly ownSplits: OwnSplits;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly media: Media;
  readonly conversations: ConversationActions;
  readonly db: Database;
  /** Set by whoever tells the person. */
  onNewMessage: (message: NewMessage) => void = () => {};

  private constructor(db: Database, vault: Vault, state: StoreApi<AppState>) {
    this.db = db;
    this.state = state;
    this.accounts = new Accounts(db, vault);
    this.changes = new PendingChanges(db);
    this.inbox = new Inbox(db, (row) => this.changes.applyTo(row));
    this.changes.onChange = (id) => this.inbox.showChanges(id);
    this.ownSplits = new OwnSplits(db);
    this.outbox = new Outbox(db);
    this.drafts = new Drafts(db);
    this.conversations = new ConversationActions(this.inbox, this.changes, {
      roomActions: (accountKey) => this.session(accountKey)?.state.getState().live?.rooms,
      isElsewhere: (accountKey) => this.session(accountKey)?.state.getState().status.state === 'elsewhere',
    });
    this.media = new Media({
      accessTokenOf: async (accountKey) => {
        const account = this.accounts.get(accountKey);
        // The SDK renews tokens: its own is the newest.
        const live = this.state.getState().sessions.get(accountKey)?.state.getState().live?.client.getAccessToken();
        return live ?? (account && (await this.accounts.secretsOf(account)).accessToken);
      },
      baseUrlOf: (accountKey) => this.accounts.get(accountKey)?.baseUrl,
    });
  }

  /** Reads what is kept; sessions are started by `startSessions`, after the first paint. */
  static async open(vault: Vault = openVault): Promise<App> {
    const state = createStore<AppState>(() => ({ sessions: new Map(), online: globalThis.navigator?.onLine ?? true, storage: 'kept' }));
    const db = await openDatabase((problem) => {
      const full = problem instanceof DOMException && problem.name === 'QuotaExceededError';
      state.setState({ storage: full ? 'full' : 'not-kept' });
    });
    if (!db.persistent) state.setState({ storage: 'not-kept' });
    const app = new App(db, vault, state);
    await app.accounts.load();
    const accountKeys = app.accounts.state.getState().accounts.map((account) => account.key);
    await app.changes.load();
    await Promise.all([app.inbox.load(accountKeys), app.ownSplits.load(), app.drafts.load()]);
    await app.outbox.load();
    app.#followNetwork();
    return app;
  }

  startSessions(): void {
    for (const account of this.accounts.state.getState().accounts) {
      if (!this.state.getState().sessions.has(account.key)) void this.#startSession(account.key, false);
    }
  }

  session(accountKey: string): Session | undefined {
    return this.state.getState().sessions.get(accountKey);
  }

  /** An account that is here already goes on with the new session: its drafts and what waits to be sent stay. */
  async addAccount(credentials: Credentials): Promise<AccountRecord> {
    const before = this.accounts.state.getState().accounts.find((account) => account.userId === credentials.userId);
    const withInbox = await hasInbox(credentials);
    if (before) await this.#endSession(before);
    const account = before ? await this.accounts.renew(before, credentials, withInbox) : await this.accounts.add(credentials, withInbox);
    void this.#startSession(account.key, true);
    // Asks the browser not to throw our stores away when the disk gets full.
    void globalThis.navigator?.storage?.persist?.().catch(() => false);
    return account;
  }

  /** Also for accounts whose server can't be reached or has ended the session: they are forgotten here in any case. */
  async signOut(accountKey: string): Promise<void> {
    const account = this.accounts.get(accountKey);
    if (account) await this.#endSession(account);
    await Promise.all([
      this.accounts.remove(accountKey),
      this.inbox.forgetAccount(accountKey),
      this.changes.forgetAccount(accountKey),
      this.outbox.forgetAccount(accountKey),
      this.drafts.forgetAccount(accountKey),
      this.media.forgetAccount(accountKey),
    ]);
    if (this.accounts.state.getState().accounts.length === 0) await this.ownSplits.forget();
  }

  /** Everything that the servers have as well: conversations come again with the next sync. What waits to be sent stays. */
  async clearCaches(): Promise<void> {
    for (const account of this.accounts.state.getState().accounts) {
      await this.session(account.key)?.stop();
      await this.inbox.forgetAccount(account.key);
      await this.media.forgetAccount(account.key);
    }
    const { deleteSyncStores } = await import('./matrix/create-client.ts');
    await deleteSyncStores(this.accounts.state.getState().accounts.map((account) => account.key));
  }

  /** Ends what other windows run, and runs it here. */
  async takeOver(): Promise<void> {
    const elsewhere = [...this.state.getState().sessions].filter(([, session]) => session.state.getState().status.state === 'elsewhere');
    await Promise.all(elsewhere.map(async ([key]) => this.#startSession(key, true)));
  }

  retryNow(): void {
    for (const session of this.state.getState().sessions.values()) session.retryNow();
    this.ownSplits.retryNow();
  }

  async #startSession(accountKey: string, take: boolean): Promise<void> {
    const session =
      this.session(accountKey) ??
      new Session(accountKey, {
        accounts: this.accounts,
        inbox: this.inbox,
        changes: this.changes,
        ownSplits: this.ownSplits,
        outbox: this.outbox,
        persistent: this.db.persistent,
        onNewMessage: (message) => this.onNewMessage(message),
      });
    this.state.setState({ sessions: new Map(this.state.getState().sessions).set(accountKey, session) });
    await session.start(take);
  }

  /** At the server, as far as it can be reached, and with all that only this session could read. */
  async #endSession(account: AccountRecord): Promise<void> {
    const session = this.session(account.key);
    const sessions = new Map(this.state.getState().sessions);
    sessions.delete(account.key);
    this.state.setState({ sessions });
    if (session?.state.getState().live) await session.signOut();
    else {
      await session?.stop();
      await this.#signOutWithoutSession(account);
    }
  }

  async #signOutWithoutSession(account: AccountRecord): Promise<void> {
    const accessToken = await this.accounts.secretsOf(account).then(
      (secrets) => secrets.accessToken,
      () => undefined,
    );
    if (accessToken !== undefined)
      await matrixRequest(account.baseUrl, '/_matrix/client/v3/logout', { method: 'POST', body: {}, accessToken, timeoutMs: 5_000 }).catch(() => {});
    if (this.db.persistent) {
      const { deleteStores } = await import('./matrix/create-client.ts');
      await deleteStores(account.key);
    }
  }

  #followNetwork(): void {
    const changed = (): void => {
      const online = navigator.onLine;
      this.state.setState({ online });
      if (online) this.retryNow();
    };
    globalThis.addEventListener?.('online', changed);
    globalThis.addEventListener?.('offline', changed);
    globalThis.document?.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') {
        void this.inbox.save();
        void this.drafts.save();
        for (const session of this.state.getState().sessions.values()) session.state.getState().live?.saveSoon();
      }
    });
  }
}

async function hasInbox(credentials: Credentials): Promise<boolean> {
  const versions = await matrixRequest(credentials.baseUrl, '/_matrix/client/versions').catch(() => undefined);
  return (versions?.['unstable_features'] as Record<string, boolean> | undefined)?.['io.nexuscomm.inbox'] === true;
}
