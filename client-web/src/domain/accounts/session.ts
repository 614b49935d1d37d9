/** An account in this window: takes its lock, paints from the server's summary, then runs matrix-js-sdk. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { fetchInbox } from '../inbox/fetch-inbox.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { LiveSession, LiveStatus } from '../matrix/live-session.ts';
import type { NewMessage } from '../matrix/new-messages.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { AccountRecord } from './account.ts';
import type { Accounts } from './accounts.ts';
import { lockSession, type SessionLock } from './session-lock.ts';
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
    const account = this.account;
    if (!account) return;
    this.#stopped = false;
    this.#setStatus({ state: 'starting' });
    this.#lock = await lockSession(this.accountKey, { take, onAskedToLeave: async () => this.#leave() });
    // Another window that ran it may have renewed them.
    if (this.#lock) await this.#context.accounts.readAgain(this.accountKey);
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
    void this.#paintFromSummary(current, tokens.accessToken, this.#lock ? tokens.fetch(fetch) : fetch);
    if (!this.#lock) {
      this.#setStatus({ state: 'elsewhere' });
      return;
    }
    this.#starting = this.#startLive(current, tokens);
    await this.#starting;
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
    this.#setStatus({ state: 'elsewhere' });
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
