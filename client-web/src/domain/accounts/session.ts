/** An account in this window: takes its lock, paints from the server's summary, then runs matrix-js-sdk. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { fetchInbox } from '../inbox/fetch-inbox.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { OwnSplits } from '../inbox/own-splits.ts';
import type { PendingChanges } from '../inbox/pending-changes.ts';
import type { LiveSession, LiveStatus } from '../matrix/live-session.ts';
import type { NewMessage } from '../matrix/new-messages.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { AccountRecord } from './account.ts';
import type { Accounts } from './accounts.ts';
import { lockSession, sessionIsFree, type SessionLock } from './session-lock.ts';
import { SessionTokens, type TokenPair } from './session-tokens.ts';

export type SessionStatus =
  | LiveStatus
  /** Another window runs this account. */
  | { readonly state: 'elsewhere' }
  /** The server has ended the session; the person signs in again. */
  | { readonly state: 'signed-out' }
  /** It could not be started: i18n key under `errors.session`. */
  | { readonly state: 'failed'; readonly reason: 'storage' | 'crypto' | 'vault' | 'unknown' };

export interface SessionState {
  readonly status: SessionStatus;
  /** once the SDK is loaded */
  readonly live: LiveSession | undefined;
}

export interface SessionContext {
  readonly accounts: Accounts;
  readonly inbox: Inbox;
  readonly changes: PendingChanges;
  readonly ownSplits: OwnSplits;
  readonly outbox: Outbox;
  readonly persistent: boolean;
  readonly onNewMessage: (message: NewMessage) => void;
}

export class Session {
  readonly accountKey: string;
  readonly state: StoreApi<SessionState> = createStore<SessionState>(() => ({ status: { state: 'starting' }, live: undefined }));
  readonly #context: SessionContext;
  #lock: SessionLock | undefined;
  #stopped = false;
  /** For another window to let go. */
  #waiting: AbortController | undefined;
  #wasElsewhere = false;
  /** Settles when nothing is being opened any more. */
  #starting: Promise<void> = Promise.resolve();

  constructor(accountKey: string, context: SessionContext) {
    this.accountKey = accountKey;
    this.#context = context;
  }

  get account(): AccountRecord | undefined {
    return this.#context.accounts.get(this.accountKey);
  }

  /** `take`: ends the session of another window. */
  async start(take: boolean): Promise<void> {
    if (!this.account) return;
    this.#waiting?.abort();
    this.#stopped = false;
    this.#setStatus({ state: 'starting' });
    await this.#startWith(await this.#takeLock(take));
  }

  async #takeLock(take: boolean): Promise<SessionLock | undefined> {
    return lockSession(this.accountKey, { take, onAskedToLeave: async () => this.#leave() });
  }

  async #startWith(lock: SessionLock | undefined): Promise<void> {
    this.#lock = lock;
    // Another window that ran it may have renewed them, and left something to be sent.
    if (lock) await this.#context.accounts.readAgain(this.accountKey);
    if (lock && this.#wasElsewhere) {
      await this.#context.outbox.load(this.accountKey).catch(() => {});
      await this.#context.changes.load(this.accountKey);
    }
    const current = this.account;
    let pair: TokenPair;
    try {
      if (!current) return this.#letGo();
      pair = await this.#context.accounts.secretsOf(current);
    } catch {
      // Sealed with a key that the computer no longer has.
      this.#letGo();
      this.#setStatus({ state: 'failed', reason: 'vault' });
      return;
    }
    const tokens = new SessionTokens(current.baseUrl, pair, async (next) => this.#context.accounts.setTokens(this.accountKey, next));
    // Only who has the lock renews them.
    void this.#paintFromSummary(current, tokens.accessToken, lock ? tokens.fetch(fetch) : fetch);
    if (!lock) {
      this.#setElsewhere();
      return;
    }
    this.#starting = this.#startLive(current, tokens);
    await this.#starting;
  }

  /** Until the other window is closed, or the person wants it here. */
  #setElsewhere(): void {
    this.#setStatus({ state: 'elsewhere' });
    this.#wasElsewhere = true;
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    // It ends when it is aborted.
    void this.#resumeWhenFree(waiting.signal).catch(() => {});
  }

  async #resumeWhenFree(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sessionIsFree(this.accountKey, signal);
      const lock = await this.#takeLock(false);
      if (signal.aborted) return lock?.release();
      if (!lock) continue; // a third window was faster
      if (!(await this.#context.accounts.isKept(this.accountKey))) {
        lock.release();
        this.#setStatus({ state: 'signed-out' });
        return;
      }
      this.#stopped = false;
      this.#setStatus({ state: 'starting' });
      return this.#startWith(lock);
    }
  }

  #letGo(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  async #startLive(account: AccountRecord, tokens: SessionTokens): Promise<void> {
    try {
      const { LiveSession } = await import('../matrix/live-session.ts');
      const live = await LiveSession.start({
        account,
        tokens,
        persistent: this.#context.persistent,
        inbox: this.#context.inbox,
        changes: this.#context.changes,
        ownSplits: this.#context.ownSplits,
        outbox: this.#context.outbox,
        recoveryKeys: {
          get: async () => this.#context.accounts.recoveryKeyOf(this.accountKey),
          set: async (key) => this.#context.accounts.setRecoveryKey(this.accountKey, key),
        },
        onNewMessage: (message) => this.#context.onNewMessage(message),
        onStatus: (status) => this.#setStatus(status),
        onSignedOut: () => void this.#signedOutByServer(),
      });
      if (this.#stopped) {
        await live.stop();
        return;
      }
      this.state.setState({ live });
      void this.#refreshProfile(live);
    } catch (error) {
      console.error(error);
      this.#letGo();
      const name = (error as Error | undefined)?.name;
      this.#setStatus({ state: 'failed', reason: name === 'QuotaExceededError' || name === 'InvalidStateError' ? 'storage' : 'unknown' });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting?.abort();
    // Another window must not open the stores while this one still does.
    await this.#starting;
    const { live } = this.state.getState();
    this.state.setState({ live: undefined });
    await live?.stop();
    this.#letGo();
  }

  /** Signs out at the server and forgets the account here. */
  async signOut(): Promise<void> {
    this.#stopped = true;
    const { live } = this.state.getState();
    this.state.setState({ live: undefined });
    await live?.signOut();
    this.#letGo();
  }

  retryNow(): void {
    this.state.getState().live?.retryNow();
  }

  async #leave(): Promise<void> {
    await this.stop();
    this.#setElsewhere();
  }

  async #signedOutByServer(): Promise<void> {
    await this.stop();
    this.#setStatus({ state: 'signed-out' });
  }

  async #paintFromSummary(account: AccountRecord, accessToken: string, ask: typeof fetch): Promise<void> {
    if (!account.hasInbox) return;
    try {
      for await (const rows of fetchInbox({ ...account, accessToken, ask })) {
        if (this.#stopped || this.#context.inbox.state.getState().sources[account.key] === 'live') return;
        this.#context.inbox.mergeSummary(account.key, rows);
      }
    } catch {
      // matrix-js-sdk brings the same a little later, or says why it can't.
    }
  }

  async #refreshProfile(live: LiveSession): Promise<void> {
    const account = this.account;
    if (!account) return;
    try {
      const profile = await live.client.getProfileInfo(account.userId);
      await this.#context.accounts.update(this.accountKey, { displayName: profile.displayname, avatarMxc: profile.avatar_url });
    } catch {
      // Offline: what was known stays.
    }
  }

  #setStatus(status: SessionStatus): void {
    if (this.#stopped && status.state !== 'elsewhere' && status.state !== 'signed-out') return;
    this.state.setState({ status });
  }
}
