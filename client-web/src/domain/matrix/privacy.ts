/**
 * What others may see of a person: what they have read, that they are writing, and whether they are there. In global account
 * data `io.nexuscomm.privacy` (`{ read_receipts?, typing?, presence? }`, true and online where it says nothing), so the same in
 * all their browsers.
 */
import { ClientEvent, ReceiptType, type MatrixClient, type MatrixEvent, type SetPresence } from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';

const PRIVACY_TYPE = 'io.nexuscomm.privacy';
/** ms; a choice that has not come back by then was overwritten by another browser. */
const COMES_BACK_WITHIN_MS = 10_000;

export type PresenceChoice = 'online' | 'unavailable' | 'offline';

export interface PrivacyChoices {
  readonly tellsRead: boolean;
  readonly tellsWriting: boolean;
  readonly presence: PresenceChoice;
}

export class Privacy {
  readonly state: StoreApi<PrivacyChoices>;
  readonly #client: MatrixClient;
  #heard = false;
  /** A choice that has not come back with a sync yet: until then what comes is older. */
  #pending: { readonly choices: PrivacyChoices; readonly until: number } | undefined;

  constructor(client: MatrixClient) {
    this.#client = client;
    this.state = createStore(() => this.#come());
    client.on(ClientEvent.AccountData, (event: MatrixEvent) => {
      if (event.getType() === PRIVACY_TYPE) this.#take();
    });
  }

  /**
   * Each /sync tells the presence anew. Once the client has started: what was kept of the account may be old, so until the server
   * was heard nothing is told (`offline` leaves the presence as it is, Client-Server API, `GET /sync`).
   */
  tellPresence(): void {
    void this.#client.setSyncPresence((this.#heard ? this.state.getState().presence : 'offline') as SetPresence);
  }

  /** The account's own data has come from the server. */
  hear(): void {
    this.#heard = true;
    this.#take();
  }

  /** Of receipts for what the person has read. */
  get receiptType(): ReceiptType.Read | ReceiptType.ReadPrivate {
    return this.state.getState().tellsRead ? ReceiptType.Read : ReceiptType.ReadPrivate;
  }

  /** Takes effect at once. @throws what the server refused it with; it is as it was then */
  async choose(change: Partial<PrivacyChoices>): Promise<void> {
    const before = this.state.getState();
    this.state.setState(change);
    const { tellsRead, tellsWriting, presence } = this.state.getState();
    this.#pending = { choices: this.state.getState(), until: Date.now() + COMES_BACK_WITHIN_MS };
    if (change.presence !== undefined) this.tellPresence();
    try {
      // Not `setAccountData`, which waits for the next sync, however long that takes.
      await this.#client.setAccountDataRaw(PRIVACY_TYPE as never, { read_receipts: tellsRead, typing: tellsWriting, presence } as never);
    } catch (error) {
      this.#pending = undefined;
      this.state.setState(before);
      if (change.presence !== undefined) this.tellPresence();
      throw error;
    }
  }

  #take(): void {
    const come = this.#come();
    const isOlder = this.#pending !== undefined && this.#pending.until > Date.now() && !areSame(come, this.#pending.choices);
    if (isOlder) return;
    this.#pending = undefined;
    this.state.setState(come);
    this.tellPresence();
  }

  #come(): PrivacyChoices {
    const content = this.#client.getAccountData(PRIVACY_TYPE as never)?.getContent() as Readonly<Record<string, unknown>> | undefined;
    const presence = content?.['presence'];
    return {
      tellsRead: content?.['read_receipts'] !== false,
      tellsWriting: content?.['typing'] !== false,
      presence: presence === 'unavailable' || presence === 'offline' ? presence : 'online',
    };
  }
}

const areSame = (a: PrivacyChoices, b: PrivacyChoices): boolean =>
  a.tellsRead === b.tellsRead && a.tellsWriting === b.tellsWriting && a.presence === b.presence;
