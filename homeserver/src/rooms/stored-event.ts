/** An event as this server keeps it: the event itself and its place in the room. */
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { eventFromStored } from '@nexuscomm/spec/events/parse-event.ts';
import { redactContent, redactEventJson } from '@nexuscomm/spec/events/redact-event.ts';
import { findRoomVersion, type RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';

export const EVENT_REJECTED = 1;
export const EVENT_SOFT_FAILED = 2;
/** Known only because others refer to it: it has no place, and the state around it is not known. */
export const EVENT_OUTLIER = 4;
/** Its arrival changed the room's state otherwise than by the event itself: forks were resolved. */
export const EVENT_MOVED_STATE = 8;
/** Made by a user of another server, but this server is the one to send it on: a join that came in through send_join. */
export const EVENT_RELAYED = 16;
/** What it follows was not here when it came: what this server has from before is no neighbour of it. */
export const EVENT_AFTER_GAP = 32;
/** A redaction that does not count, or not yet: it has its place, but clients are not told of it. */
export const EVENT_WITHHELD = 64;

export interface EventRecord {
  readonly nid: number;
  /** stream position; null: not on the timeline; negative: backfilled */
  readonly pos: number | null;
  readonly roomNid: number;
  readonly roomVersion: string;
  readonly event: RoomEvent;
  readonly typeNid: number;
  readonly senderNid: number;
  /** string-table id of the state key; undefined: not a state event */
  readonly key: number | undefined;
  /** the state event of the same key that was in force before this one */
  readonly replaces: number | undefined;
  /** id of the state snapshot before the event; 0: empty state */
  readonly snapBefore: number;
  /** id of the state snapshot after the event */
  readonly snapAfter: number;
  /** id of the snapshot of the state that was in force in the room when the event arrived */
  readonly headBefore: number;
  readonly flags: number;
  readonly redactedBy: number | undefined;
  /** the sending device's transaction, as far as it is known in memory or in the table */
  readonly txn: EventTransaction | undefined;
  /** Some other event relates to this one: bundled aggregations are worth asking for. */
  readonly related: boolean;
}

export interface EventTransaction {
  readonly deviceNid: number;
  readonly txnId: string;
}

export class StoredEvent implements EventRecord {
  readonly nid: number;
  readonly pos: number | null;
  readonly roomNid: number;
  readonly roomVersion: string;
  readonly event: RoomEvent;
  readonly typeNid: number;
  readonly senderNid: number;
  readonly key: number | undefined;
  readonly replaces: number | undefined;
  readonly snapBefore: number;
  readonly snapAfter: number;
  readonly headBefore: number;
  readonly flags: number;
  readonly txn: EventTransaction | undefined;
  #redactedBy: number | undefined;
  #related: boolean;
  #clientJson: string | undefined;

  constructor(record: EventRecord) {
    this.nid = record.nid;
    this.pos = record.pos;
    this.roomNid = record.roomNid;
    this.roomVersion = record.roomVersion;
    this.event = record.event;
    this.typeNid = record.typeNid;
    this.senderNid = record.senderNid;
    this.key = record.key;
    this.replaces = record.replaces;
    this.snapBefore = record.snapBefore;
    this.snapAfter = record.snapAfter;
    this.headBefore = record.headBefore;
    this.flags = record.flags;
    this.txn = record.txn;
    this.#redactedBy = record.redactedBy;
    this.#related = record.related;
  }

  /** The redaction that was applied to this event, if any. */
  get redactedBy(): number | undefined {
    return this.#redactedBy;
  }

  /** Applies a committed redaction to the copy in memory. */
  markRedacted(redactionNid: number): void {
    this.#redactedBy = redactionNid;
    this.#clientJson = undefined;
  }

  get related(): boolean {
    return this.#related;
  }

  /** An event that relates to this one was committed. */
  markRelated(): void {
    this.#related = true;
  }

  /** The auth rules or the room's present state refuse it, or it is a redaction that does not count: nobody here is shown it. */
  get isHidden(): boolean {
    return (this.flags & (EVENT_REJECTED | EVENT_SOFT_FAILED | EVENT_WITHHELD)) !== 0;
  }

  get isRejected(): boolean {
    return (this.flags & EVENT_REJECTED) !== 0;
  }

  get isOutlier(): boolean {
    return (this.flags & EVENT_OUTLIER) !== 0;
  }

  get isState(): boolean {
    return this.key !== undefined;
  }

  /** What clients may see of the content: pruned once the event is redacted. */
  get content(): JsonObject {
    if (this.#redactedBy === undefined) return this.event.content;
    return redactContent(this.event.type, this.event.content, versionOf(this));
  }

  /** The event as other servers know it, pruned once it is redacted. */
  get json(): JsonObject {
    return this.#redactedBy === undefined ? this.event.json : redactEventJson(this.event.json, versionOf(this));
  }

  /** The event as if a redaction had been applied to it that nobody is told of, without what relates to it. */
  redactedCopy(): StoredEvent {
    const { nid, pos, roomNid, roomVersion, typeNid, senderNid, key, replaces, snapBefore, snapAfter, headBefore, flags, txn } = this;
    const { eventId, roomId, json } = this.event;
    const version = versionOf(this);
    const event = eventFromStored({ eventId, roomId, json: redactEventJson(json, version), version });
    const place = { nid, pos, roomNid, roomVersion, typeNid, senderNid, key, replaces, snapBefore, snapAfter, headBefore, flags, txn };
    return new StoredEvent({ ...place, event, redactedBy: undefined, related: false });
  }

  /**
   * The event in client format, serialised once: an object without its closing brace, without `room_id` and `unsigned`,
   * which are spliced in per recipient (see client-event.ts).
   */
  get clientJson(): string {
    return (this.#clientJson ??= this.#serialise());
  }

  #serialise(): string {
    const { event } = this;
    let content = this.content;
    let redacts = '';
    if (event.redacts !== undefined && this.#redactedBy === undefined) {
      // Old clients look for `redacts` at the top, new ones in the content, whatever the room's version.
      redacts = `,"redacts":${JSON.stringify(event.redacts)}`;
      if (content['redacts'] === undefined) content = { ...content, redacts: event.redacts };
    }
    const stateKey = event.stateKey === undefined ? '' : `,"state_key":${JSON.stringify(event.stateKey)}`;
    return (
      `{"type":${JSON.stringify(event.type)},"sender":${JSON.stringify(event.sender)},"content":${JSON.stringify(content)}` +
      `${stateKey}${redacts},"event_id":${JSON.stringify(event.eventId)},"origin_server_ts":${event.originServerTs}`
    );
  }
}

function versionOf({ roomVersion, event }: StoredEvent): RoomVersion {
  const version = findRoomVersion(roomVersion);
  if (!version) throw new Error(`stored event ${event.eventId} has the unknown room version ${roomVersion}`);
  return version;
}
