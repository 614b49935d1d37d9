/** Events in client format: cached text with the recipient's own parts spliced in. */
import type { StoredEvent } from './stored-event.ts';
import { membershipName } from './membership.ts';

export interface ClientEventOptions {
  /** absent in /sync, where the room is the key */
  readonly withRoomId?: boolean;
  /** ms since the epoch, for `age` */
  readonly now: number;
  /** the device that asks: it alone sees its own transaction id */
  readonly deviceNid?: number | undefined;
  /** the state event that this one replaced, for `prev_content` */
  readonly replaced?: StoredEvent | undefined;
  /** the redaction, for `redacted_because` */
  readonly redaction?: StoredEvent | undefined;
  /** the recipient's membership when the event was sent (`unsigned.membership`), as a code */
  readonly membership?: number | undefined;
  /** bundled aggregations as JSON text: the value of `m.relations` */
  readonly relations?: string | undefined;
}

export function clientEvent(stored: StoredEvent, options: ClientEventOptions): string {
  const { event } = stored;
  const room = options.withRoomId === true ? `,"room_id":${JSON.stringify(event.roomId)}` : '';
  let unsigned = `"age":${Math.max(0, options.now - event.originServerTs)}`;
  if (options.membership !== undefined) unsigned += `,"membership":"${membershipName(options.membership)}"`;
  if (stored.txn && stored.txn.deviceNid === options.deviceNid) unsigned += `,"transaction_id":${JSON.stringify(stored.txn.txnId)}`;
  if (options.replaced) {
    unsigned +=
      `,"replaces_state":${JSON.stringify(options.replaced.event.eventId)},"prev_sender":${JSON.stringify(options.replaced.event.sender)}` +
      `,"prev_content":${JSON.stringify(options.replaced.content)}`;
  }
  if (options.redaction) unsigned += `,"redacted_because":${clientEvent(options.redaction, { withRoomId: true, now: options.now })}`;
  if (options.relations !== undefined) unsigned += `,"m.relations":${options.relations}`;
  return `${stored.clientJson}${room},"unsigned":{${unsigned}}}`;
}

/** State as invited and knocking users see it (Client-Server API, "Stripped state"). */
export function strippedEvent(stored: StoredEvent): string {
  const { event } = stored;
  return (
    `{"type":${JSON.stringify(event.type)},"state_key":${JSON.stringify(event.stateKey ?? '')},` +
    `"sender":${JSON.stringify(event.sender)},"content":${JSON.stringify(stored.content)}}`
  );
}
