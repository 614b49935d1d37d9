/** A running account: its matrix-js-sdk client and what the app does with it. Loaded after the first paint. */
import { ClientEvent, HttpApiEvent, PendingEventOrdering, SyncState, type MatrixClient, type SyncStateData } from 'matrix-js-sdk';
import type { AccountRecord } from '../accounts/account.ts';
import type { SessionTokens } from '../accounts/session-tokens.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { conversationId } from '../inbox/conversation.ts';
import type { OwnSplits } from '../inbox/own-splits.ts';
import type { PendingChanges } from '../inbox/pending-changes.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { changeWriter } from './change-writer.ts';
import { CommandRunner } from './command-runner.ts';
import { createMatrixClient, deleteStores } from './create-client.ts';
import { Directory } from './directory.ts';
import { Encryption, type RecoveryKeyStore } from './encryption.ts';
import { LiveFiles } from './live-files.ts';
import { LinkPreviews } from './link-previews.ts';
import { LiveInbox } from './live-inbox.ts';
import { LiveMembers } from './live-members.ts';
import { LivePins } from './live-pins.ts';
import { LiveThreads } from './live-threads.ts';
import { LiveTimeline, type TimelineTarget } from './live-timeline.ts';
import { MessageOperations } from './message-operations.ts';
import { followNewMessages, type NewMessage } from './new-messages.ts';
import { Notifications } from './notification-settings.ts';
import { OwnAccount } from './own-account.ts';
import { People } from './people.ts';
import { acceptPendingKeyBundles } from './pending-key-bundles.ts';
import { Privacy } from './privacy.ts';
import { RoomActions } from './room-actions.ts';
import { RoomOperations } from './room-operations.ts';
import { RoomSettings } from './room-settings.ts';
import { RoomTriages } from './room-triages.ts';
import { RoomWriting } from './room-writing.ts';
import { SecretKeys } from './secret-keys.ts';
import { sendEntry } from './send-entry.ts';
import { splitSlotOf } from './split-slot.ts';

/** Larger first timelines cost the SDK more than paging does. */
const INITIAL_SYNC_LIMIT = 20;
const POLL_TIMEOUT_MS = 30_000;
const SAVE_EVERY_MS = 30_000;

export type LiveStatus =
  | { readonly state: 'starting' }
  /** Rooms can be read from what was kept; the server has not answered yet. */
  | { readonly state: 'cached' }
  | { readonly state: 'syncing' }
  | { readonly state: 'reconnecting'; readonly reason: 'offline' | 'server' | 'limited' };

export interface LiveSessionOptions {
  readonly account: AccountRecord;
  readonly tokens: SessionTokens;
  readonly persistent: boolean;
  readonly inbox: Inbox;
  readonly changes: PendingChanges;
  readonly ownSplits: OwnSplits;
  readonly outbox: Outbox;
  readonly recoveryKeys: RecoveryKeyStore;
  onStatus(status: LiveStatus): void;
  onNewMessage(message: NewMessage): void;
  /** The server has ended the session. */
  onSignedOut(soft: boolean): void;
}

export class LiveSession {
  readonly account: AccountRecord;
  readonly client: MatrixClient;
  /** Recovery keys held in memory while encryption is set up or unlocked. */
  readonly secretKeys: SecretKeys;
  readonly rooms: RoomActions;
  readonly roomOperations: RoomOperations;
  readonly roomSettings: RoomSettings;
  readonly directory: Directory;
  readonly messages: MessageOperations;
  readonly writing: RoomWriting;
  readonly commands: CommandRunner;
  readonly previews: LinkPreviews;
  readonly people: People;
  readonly encryption: Encryption;
  readonly own: OwnAccount;
  readonly notifications: Notifications;
  readonly privacy: Privacy;
  readonly #options: LiveSessionOptions;
  readonly #inbox: LiveInbox;
  #disconnectOutbox: (() => void) | undefined;
  #disconnectChanges: (() => void) | undefined;
  #disconnectSplits: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #saving: ReturnType<typeof setInterval> | undefined;
  #prepared = false;

  private constructor(client: MatrixClient, secretKeys: SecretKeys, options: LiveSessionOptions) {
    this.client = client;
    this.account = options.account;
    this.secretKeys = secretKeys;
    this.#options = options;
    const triages = new RoomTriages(client);
    this.privacy = new Privacy(client);
    this.rooms = new RoomActions(client, triages, this.privacy);
    this.roomOperations = new RoomOperations(client);
    this.roomSettings = new RoomSettings(client);
    this.directory = new Directory(client);
    this.messages = new MessageOperations(client);
    this.writing = new RoomWriting(client);
    this.commands = new CommandRunner(client, this.rooms);
    this.previews = new LinkPreviews(client);
    this.people = new People(client, options.account.key);
    this.own = new OwnAccount(client);
    this.notifications = new Notifications(client);
    this.encryption = new Encryption(client, secretKeys, options.recoveryKeys);
    this.#inbox = new LiveInbox(client, { inbox: options.inbox, accountKey: options.account.key, triages });
  }

  static async start(options: LiveSessionOptions): Promise<LiveSession> {
    const secretKeys = new SecretKeys();
    const client = await createMatrixClient({
      account: options.account,
      tokens: options.tokens,
      persistent: options.persistent,
      cryptoCallbacks: secretKeys.callbacks,
    });
    const session = new LiveSession(client, secretKeys, options);
    client.on(ClientEvent.Sync, (state, _before, data) => session.#onSync(state, data));
    client.on(HttpApiEvent.SessionLoggedOut, (error) => options.onSignedOut(error.data?.['soft_logout'] === true));
    await client.startClient({
      initialSyncLimit: INITIAL_SYNC_LIMIT,
      pollTimeout: POLL_TIMEOUT_MS,
      lazyLoadMembers: true,
      threadSupport: true,
      pendingEventOrdering: PendingEventOrdering.Detached,
    });
    session.privacy.tellPresence();
    // The SDK itself saves every five minutes.
    session.#saving = setInterval(() => session.saveSoon(), SAVE_EVERY_MS);
    return session;
  }

  openTimeline(target: TimelineTarget): LiveTimeline {
    return new LiveTimeline(this.client, {
      accountKey: this.account.key,
      target,
      outbox: this.#options.outbox,
      privacy: this.privacy,
      onThreadRead: async (roomId, rootId) => this.rooms.unmarkThread(roomId, rootId),
      readLater: (roomId, rootId, { eventId, ts }) => {
        void this.#options.changes.add(conversationId(this.account.key, roomId, rootId), { kind: 'read', eventId, ts }).catch(() => {});
      },
    });
  }

  openMembers(roomId: string): LiveMembers {
    return new LiveMembers(this.client, roomId);
  }

  openPins(roomId: string): LivePins {
    return new LivePins(this.client, roomId);
  }

  openThreads(roomId: string): LiveThreads {
    return new LiveThreads(this.client, roomId);
  }

  openFiles(roomId: string): LiveFiles {
    return new LiveFiles(this.client, roomId);
  }

  async setTyping(roomId: string, typing: boolean): Promise<void> {
    if (this.privacy.state.getState().tellsWriting) await this.client.sendTyping(roomId, typing, typing ? 20_000 : 0);
  }

  saveSoon(): void {
    if (this.#prepared) void this.client.store.save(true).catch(() => {});
  }

  retryNow(): void {
    this.client.retryImmediately();
    this.#options.outbox.retryNow(this.account.key);
    this.#options.changes.retryNow(this.account.key);
  }

  async stop(): Promise<void> {
    clearInterval(this.#saving);
    this.#disconnectOutbox?.();
    this.#disconnectChanges?.();
    this.#disconnectSplits?.();
    this.#inbox.stop();
    this.encryption.stop();
    this.#unfollow?.();
    await this.client.store.save(true).catch(() => {});
    this.client.stopClient();
    await this.client.store.destroy();
  }

  /** Ends the session at the server as well, as far as it can be reached, and deletes what this browser keeps of it. */
  async signOut(): Promise<void> {
    clearInterval(this.#saving);
    this.#disconnectOutbox?.();
    this.#disconnectChanges?.();
    this.#disconnectSplits?.();
    this.#inbox.stop();
    this.encryption.stop();
    this.#unfollow?.();
    await this.client.logout(true).catch(() => this.client.stopClient());
    await this.client.store.destroy();
    await deleteStores(this.account.key);
  }

  #onSync(state: SyncState, data: SyncStateData | undefined): void {
    const onStatus = (status: LiveStatus): void => this.#options.onStatus(status);
    switch (state) {
      case SyncState.Prepared:
        if (!this.#prepared) {
          this.#prepared = true;
          void this.#inbox.start();
        }
        onStatus(data?.fromCache === true ? { state: 'cached' } : { state: 'syncing' });
        if (data?.fromCache !== true) {
          this.privacy.hear();
          this.#connect();
          this.saveSoon();
          // What came while the person was away is in the inbox; only what comes from now on is told.
          this.#unfollow ??= followNewMessages(this.client, {
            accountKey: this.account.key,
            followsThread: async (roomId, rootId) => this.#inbox.follows(roomId, rootId),
            tell: (message) => this.#options.onNewMessage(message),
          });
          void this.encryption.start();
          void acceptPendingKeyBundles(this.client).catch(() => {});
        }
        return;
      case SyncState.Syncing:
        onStatus({ state: 'syncing' });
        this.#connect();
        return;
      case SyncState.Catchup:
        return;
      case SyncState.Reconnecting:
      case SyncState.Error: {
        const status = (data?.error as { httpStatus?: number } | undefined)?.httpStatus;
        onStatus({ state: 'reconnecting', reason: status === 429 ? 'limited' : status === undefined ? 'offline' : 'server' });
        return;
      }
      case SyncState.Stopped:
        return;
    }
  }

  /** What this browser has and the server lacks is written from now on. */
  #connect(): void {
    const { outbox, changes, ownSplits, account } = this.#options;
    this.#disconnectOutbox ??= outbox.connect(account.key, { send: async (entry, progress) => sendEntry(this.client, entry, progress) });
    this.#disconnectChanges ??= changes.connect(account.key, changeWriter(this.rooms, this.#inbox));
    this.#disconnectSplits ??= ownSplits.connect(splitSlotOf(this.client));
  }
}
