/** Marks of messages whose encryption is not as it should be. */
import type { MatrixClient, MatrixEvent, Room } from 'matrix-js-sdk';
import { EventShieldColour, EventShieldReason } from 'matrix-js-sdk/lib/crypto-api/index.js';
import type { MessageItem } from '../timeline/timeline-item.ts';

/** People who were never verified, and keys from a backup, are the ordinary case and get no mark. */
const SHIELDS: Readonly<Partial<Record<EventShieldReason, MessageItem['shield']>>> = {
  [EventShieldReason.UNSIGNED_DEVICE]: 'unverified-device',
  [EventShieldReason.UNKNOWN_DEVICE]: 'unknown-device',
  [EventShieldReason.MISMATCHED_SENDER_KEY]: 'unknown-device',
  [EventShieldReason.MISMATCHED_SENDER]: 'unknown-device',
  [EventShieldReason.SENT_IN_CLEAR]: 'not-encrypted',
  [EventShieldReason.VERIFICATION_VIOLATION]: 'changed-identity',
};

export class MessageShields {
  readonly #client: MatrixClient;
  readonly #room: Room;
  readonly #found: (eventId: string) => void;
  readonly #known = new Map<string, MessageItem['shield'] | null>();

  /** `found`: a message has one, which was not known when it was asked for. */
  constructor(client: MatrixClient, room: Room, found: (eventId: string) => void) {
    this.#client = client;
    this.#room = room;
    this.#found = found;
  }

  of(event: MatrixEvent): MessageItem['shield'] {
    const id = event.getId()!;
    if (!event.isEncrypted()) {
      const shown = this.#room.hasEncryptionStateEvent() && !event.isState() && !event.isRedacted();
      return shown ? 'not-encrypted' : undefined;
    }
    const known = this.#known.get(id);
    if (known !== undefined) return known ?? undefined;
    this.#known.set(id, null);
    void this.#client
      .getCrypto()
      ?.getEncryptionInfoForEvent(event)
      .then((info) => {
        if (!info || info.shieldColour === EventShieldColour.NONE) return;
        this.#known.set(id, SHIELDS[info.shieldReason ?? EventShieldReason.UNKNOWN] ?? null);
        this.#found(id);
      })
      .catch(() => {});
    return undefined;
  }
}
