/**
 * Encryption as a person meets it. On the first sign-in of an account everything is set up silently (identity, key backup,
 * secret storage) and a recovery key waits to be kept; on a further device the account is `locked` until the person gives
 * the recovery key or confirms the device from another one.
 */
import { ClientEvent, type MatrixClient } from 'matrix-js-sdk';
import {
  CryptoEvent,
  decodeRecoveryKey,
  type CryptoApi,
  type VerificationRequest as SdkVerificationRequest,
} from 'matrix-js-sdk/lib/crypto-api/index.js';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SecretKeys } from './secret-keys.ts';
import { Verification } from './verification.ts';

export interface EncryptionState {
  /**
   * `unset`: the account has no identity yet. `locked`: it has one, and this device is not trusted by it. `ready`: this device
   * is trusted. `unavailable`: encryption could not be started.
   */
  readonly identity: 'unknown' | 'unset' | 'locked' | 'ready' | 'unavailable';
  readonly backup: 'unknown' | 'off' | 'on' | 'locked';
  /** Whether somebody else's messages can be recovered with a key (secret storage is there). */
  readonly hasRecovery: boolean;
  /** The key that was made here and that the person has not confirmed to have kept. */
  readonly recoveryKeyToKeep: string | undefined;
  readonly restoring: { readonly done: number; readonly total: number } | undefined;
  readonly verification: Verification | undefined;
}

/** Where a recovery key waits until it was kept; sealed like tokens. */
export interface RecoveryKeyStore {
  get(): Promise<string | undefined>;
  set(key: string | undefined): Promise<void>;
}

export class UnlockFailed extends Error {
  override readonly name = 'UnlockFailed';
  /** i18n key under `encryption.unlockFailed` */
  readonly reason: 'malformed' | 'wrong' | 'no-recovery';
  constructor(reason: UnlockFailed['reason'], options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

/** Answers the server's question for authentication, for servers that ask even for a first upload. */
export type AskPassword = () => Promise<string | undefined>;

export class Encryption {
  readonly state: StoreApi<EncryptionState> = createStore<EncryptionState>(() => ({
    identity: 'unknown',
    backup: 'unknown',
    hasRecovery: false,
    recoveryKeyToKeep: undefined,
    restoring: undefined,
    verification: undefined,
  }));
  readonly #client: MatrixClient;
  readonly #secretKeys: SecretKeys;
  readonly #recoveryKeys: RecoveryKeyStore;
  readonly #undo: (() => void)[] = [];
  #refreshing = false;
  #again = false;
  #changing = false;

  constructor(client: MatrixClient, secretKeys: SecretKeys, recoveryKeys: RecoveryKeyStore) {
    this.#client = client;
    this.#secretKeys = secretKeys;
    this.#recoveryKeys = recoveryKeys;
    const refresh = (): void => void this.refresh();
    for (const event of [
      CryptoEvent.KeysChanged,
      CryptoEvent.UserTrustStatusChanged,
      CryptoEvent.KeyBackupStatus,
      CryptoEvent.KeyBackupDecryptionKeyCached,
    ]) {
      this.#on(event, refresh);
    }
    this.#on(CryptoEvent.DevicesUpdated, (users: string[]) => {
      if (users.includes(client.getSafeUserId())) refresh();
    });
    this.#on(ClientEvent.AccountData, (event: { getType(): string }) => {
      if (event.getType().startsWith('m.secret_storage') || event.getType().startsWith('m.cross_signing')) refresh();
    });
    this.#on(CryptoEvent.VerificationRequestReceived, (request: SdkVerificationRequest) => this.#follow(request));
  }

  /** After the first sync: sets up what a new account needs, and looks at what is there. */
  async start(): Promise<void> {
    this.state.setState({ recoveryKeyToKeep: await this.#recoveryKeys.get() });
    await this.refresh();
    if (this.state.getState().identity === 'unset') await this.setUp(async () => undefined).catch((error: unknown) => console.error(error));
  }

  async refresh(): Promise<void> {
    if (this.#changing) return; // done at its end
    if (this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    try {
      do {
        this.#again = false;
        await this.#look();
      } while (this.#again);
    } catch (error) {
      console.error(error);
    } finally {
      this.#refreshing = false;
    }
  }

  async #look(): Promise<void> {
    const crypto = this.#client.getCrypto();
    if (!crypto) {
      this.state.setState({ identity: 'unavailable', backup: 'off' });
      return;
    }
    const me = this.#client.getSafeUserId();
    const hasIdentity = await crypto.userHasCrossSigningKeys(me, true);
    const device = await crypto.getDeviceVerificationStatus(me, this.#client.getDeviceId()!);
    const hasRecovery = (await this.#client.secretStorage.getDefaultKeyId()) !== null;
    const [active, info] = await Promise.all([crypto.getActiveSessionBackupVersion(), crypto.getKeyBackupInfo().catch(() => null)]);
    this.state.setState({
      identity: !hasIdentity ? 'unset' : device?.crossSigningVerified === true ? 'ready' : 'locked',
      backup: active !== null ? 'on' : info ? 'locked' : 'off',
      hasRecovery,
    });
  }

  /** Makes the account's identity, a key backup, and the recovery key that opens both again. */
  async setUp(askPassword: AskPassword): Promise<void> {
    const crypto = this.#crypto();
    await this.#change(async () => {
      await crypto.bootstrapCrossSigning({
        authUploadDeviceSigningKeys: async (makeRequest) => this.#authenticated(makeRequest, askPassword),
      });
      await this.#makeRecovery(crypto);
    });
  }

  /**
   * While keys are made nobody may ask the server for ours: told of the old ones, the SDK would take the new ones for foreign
   * and forget them.
   */
  async #change(work: () => Promise<void>): Promise<void> {
    this.#changing = true;
    try {
      await work();
    } finally {
      this.#changing = false;
      await this.refresh();
    }
  }

  /** A new recovery key in place of the old one. */
  async replaceRecoveryKey(): Promise<void> {
    await this.#change(async () => this.#makeRecovery(this.#crypto()));
  }

  /** Everything anew, where recovery key and other devices are lost. Older encrypted messages can't be read any more. */
  async reset(askPassword: AskPassword): Promise<void> {
    const crypto = this.#crypto();
    this.#secretKeys.forget();
    await this.#change(async () => {
      await crypto.resetEncryption(async (makeRequest) => this.#authenticated(makeRequest, askPassword));
      await this.#makeRecovery(crypto);
    });
  }

  async #makeRecovery(crypto: CryptoApi): Promise<void> {
    const generated = await crypto.createRecoveryKeyFromPassphrase();
    await crypto.bootstrapSecretStorage({
      setupNewSecretStorage: true,
      setupNewKeyBackup: (await crypto.getActiveSessionBackupVersion()) === null,
      createSecretStorageKey: async () => generated,
    });
    await this.#recoveryKeys.set(generated.encodedPrivateKey);
    this.state.setState({ recoveryKeyToKeep: generated.encodedPrivateKey });
  }

  async recoveryKeyKept(): Promise<void> {
    await this.#recoveryKeys.set(undefined);
    this.state.setState({ recoveryKeyToKeep: undefined });
  }

  /** Trusts this device and fetches older keys. @throws UnlockFailed */
  async unlock(recoveryKey: string): Promise<void> {
    const crypto = this.#crypto();
    let key: Uint8Array<ArrayBuffer>;
    try {
      key = decodeRecoveryKey(recoveryKey.trim());
    } catch (cause) {
      throw new UnlockFailed('malformed', { cause });
    }
    const found = await this.#client.secretStorage.getKey();
    if (!found) throw new UnlockFailed('no-recovery');
    if (!(await this.#client.secretStorage.checkKey(key, found[1]))) throw new UnlockFailed('wrong');
    // The SDK compares with the public keys, which a new device may not have fetched yet.
    await crypto.userHasCrossSigningKeys(this.#client.getSafeUserId(), true);
    await this.#secretKeys.using(key, async () => {
      await crypto.bootstrapCrossSigning({});
      await crypto.loadSessionBackupPrivateKeyFromSecretStorage().catch(() => {});
    });
    await crypto.checkKeyBackupAndEnable();
    await this.refresh();
    void this.#restore(crypto);
  }

  async #restore(crypto: CryptoApi): Promise<void> {
    try {
      this.state.setState({ restoring: { done: 0, total: 0 } });
      await crypto.restoreKeyBackup({
        progressCallback: (progress) => {
          if ('total' in progress) this.state.setState({ restoring: { done: progress.successes + progress.failures, total: progress.total } });
        },
      });
    } catch (error) {
      // Keys are also fetched one by one when a message needs them.
      console.error(error);
    } finally {
      this.state.setState({ restoring: undefined });
    }
  }

  /** Asks the person's other devices to confirm this one. */
  async verifyThisDevice(): Promise<void> {
    this.#follow(await this.#crypto().requestOwnUserVerification());
  }

  async verifyDevice(deviceId: string): Promise<void> {
    this.#follow(await this.#crypto().requestDeviceVerification(this.#client.getSafeUserId(), deviceId));
  }

  /** In the direct chat with the person. */
  async verifyPerson(userId: string, roomId: string): Promise<void> {
    this.#follow(await this.#crypto().requestVerificationDM(userId, roomId));
  }

  async personStatus(userId: string): Promise<'verified' | 'changed' | 'unverified' | 'none'> {
    const status = await this.#crypto().getUserVerificationStatus(userId);
    if (status.isVerified()) return 'verified';
    if (status.needsUserApproval || status.wasCrossSigningVerified()) return 'changed';
    return (await this.#crypto().userHasCrossSigningKeys(userId)) ? 'unverified' : 'none';
  }

  /** The person has a new identity, and that is all right. */
  async acceptIdentity(userId: string): Promise<void> {
    await this.#crypto().pinCurrentUserIdentity(userId);
    await this.#crypto().withdrawVerificationRequirement(userId);
  }

  async closeVerification(): Promise<void> {
    const { verification } = this.state.getState();
    this.state.setState({ verification: undefined });
    await verification?.cancel();
  }

  stop(): void {
    for (const undo of this.#undo) undo();
  }

  #follow(request: SdkVerificationRequest): void {
    if (!request.pending) return;
    const verification = new Verification(request, this.#client);
    const before = this.state.getState().verification;
    if (before && !before.over) {
      // One at a time: the second request waits until the first has ended.
      return;
    }
    this.state.setState({ verification });
    void verification.ended.then(() => this.refresh());
  }

  /** Without a password first: servers take a first upload so. */
  async #authenticated(makeRequest: (auth: never) => Promise<unknown>, askPassword: AskPassword): Promise<void> {
    try {
      await makeRequest(null as never);
    } catch (error) {
      const data = (error as { httpStatus?: number; data?: { session?: string; flows?: { stages: string[] }[] } }).data;
      if ((error as { httpStatus?: number }).httpStatus !== 401 || !data?.flows?.some((flow) => flow.stages.join() === 'm.login.password'))
        throw error;
      const password = await askPassword();
      if (password === undefined) throw error;
      const identifier = { type: 'm.id.user', user: this.#client.getSafeUserId() };
      await makeRequest({ type: 'm.login.password', session: data.session, identifier, password } as never);
    }
  }

  #crypto(): CryptoApi {
    const crypto = this.#client.getCrypto();
    if (!crypto) throw new Error('encryption is not available');
    return crypto;
  }

  #on(event: string, listener: (...args: never[]) => void): void {
    this.#client.on(event as never, listener as never);
    this.#undo.push(() => this.#client.off(event as never, listener as never));
  }
}
