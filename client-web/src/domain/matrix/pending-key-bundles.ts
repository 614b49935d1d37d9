/**
 * Keys that whoever invited the person sent along (MSC4268). matrix-js-sdk fetches them for invitations of the last day before
 * it hands over encryption, so without a network nothing would start. Here they are fetched when the account is in step.
 */
import type { OlmMachine, RoomPendingKeyBundleDetails } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { MatrixClient } from 'matrix-js-sdk';

/** What matrix-js-sdk's encryption has within; its own start uses the same. */
interface Internals {
  readonly olmMachine: OlmMachine;
  maybeAcceptKeyBundle(roomId: string, inviter: string): Promise<boolean>;
}

/** ms; keys that have not come by then do not come any more (as in matrix-js-sdk). */
const AWAITED_FOR_MS = 24 * 3_600_000;

let listPending: ((this: OlmMachine) => Promise<RoomPendingKeyBundleDetails[]>) | undefined;

/** Before any client's encryption is started. */
export async function deferPendingKeyBundles(): Promise<void> {
  if (listPending) return;
  const { OlmMachine: Machine } = await import('@matrix-org/matrix-sdk-crypto-wasm');
  // Two accounts start at once.
  if (listPending) return;
  // oxlint-disable-next-line typescript/unbound-method -- called with its machine below
  listPending = Machine.prototype.getAllRoomsPendingKeyBundles;
  Machine.prototype.getAllRoomsPendingKeyBundles = async () => [];
}

/** With a network: fetches what is awaited. What fails is tried again with the next start. */
export async function acceptPendingKeyBundles(client: MatrixClient): Promise<void> {
  const crypto = client.getCrypto() as unknown as Internals | undefined;
  if (!crypto || !listPending) return;
  for (const { roomId, inviterId, inviteAcceptedAtMillis } of await listPending.call(crypto.olmMachine)) {
    if (Date.now() - inviteAcceptedAtMillis > AWAITED_FOR_MS) await crypto.olmMachine.clearRoomPendingKeyBundle(roomId);
    else await crypto.maybeAcceptKeyBundle(roomId.toString(), inviterId.toString()).catch(() => false);
  }
}
