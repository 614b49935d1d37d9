/**
 * What others may see of a person: what they have read, that they are writing, and whether they are there. In global account
 * data `io.nexuscomm.privacy` (`{ read_receipts?, typing?, presence? }`, true and online where it says nothing), so the same in
 * all their browsers.
 */
import { ClientEvent, ReceiptType, type MatrixClient, type MatrixEvent, type SetPresence } from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';

const PRIVACY_TYPE = 'io.nexuscomm.privacy';

export type PresenceChoice = 'online' | 'unavailable' | 'offline';

export interface PrivacyChoices {
  readonly tellsRead: boolean;
  readonly tellsWriting: boolean;
  readonly presence: PresenceChoice;
}

export class Privacy {
  readonly state: StoreApi<PrivacyChoices>;
  readonly #client: MatrixClient;

  constructor(client: MatrixClient) {
    this.#client = client;
    this.state = createStore(() => this.#come());
    client.on(ClientEvent.AccountData, (event: MatrixEvent) => {
      if (event.getType() !== PRIVACY_TYPE) return;
      this.state.setState(this.#come());
      this.tellPresence();
    });
  }

  /** Each /sync tells the presence anew. Once the client has started, from then on by itself. */
  tellPresence(): void {
    void this.#client.setSyncPresence(this.state.getState().presence as SetPresence);
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
    if (change.presence !== undefined) this.tellPresence();
    try {
      // Not `setAccountData`, which waits for the next sync, however long that takes.
      await this.#client.setAccountDataRaw(PRIVACY_TYPE as never, { read_receipts: tellsRead, typing: tellsWriting, presence } as never);
    } catch (error) {
      this.state.setState(before);
      if (change.presence !== undefined) this.tellPresence();
      throw error;
    }
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
