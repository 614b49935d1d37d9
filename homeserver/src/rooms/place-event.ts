/** Gives an event its place in the room: numbers for its strings, a position, snapshots, the rows to write. */
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { numbersOf as numberRuleOf } from '@nexuscomm/spec/events/event-hashes.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import { LEAVE, membershipCode, type Member } from './membership.ts';
import type { RelationWrite, RoomWrite } from './persist-events.ts';
import type { HeadChange, HeadPlace, Room } from './room.ts';
import type { DraftTransaction } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';
import type { Snapshot } from './state-snapshots.ts';
import { EVENT_WITHHELD, StoredEvent, type EventTransaction } from './stored-event.ts';
import { transactionIdOf } from './transaction-scope.ts';

export interface PlacedEvent {
  readonly stored: StoredEvent;
  readonly change: HeadChange;
  readonly write: RoomWrite;
}

/** Ids in the string table of what an event names. */
export interface EventNumbers {
  readonly type: number;
  readonly sender: number;
  /** of its (type, state key); undefined: not a state event */
  readonly key: number | undefined;
  /** whose membership it is, and the server that they are of */
  readonly user: number | undefined;
  readonly server: number | undefined;
  readonly relation: Pick<RelationWrite, 'parent' | 'relType' | 'aggKey'> | undefined;
}

/** An entry of the room's state that changes; event 0: it is gone. */
export interface StateChange {
  readonly key: number;
  readonly type: number;
  readonly nid: number;
}

/** Where an event lies, and what its arrival does to the room. */
export interface EventPlace {
  readonly nid: number;
  /** null: not on the timeline; negative: backfilled */
  readonly pos: number | null;
  readonly flags: number;
  /** ids of the snapshots before and after it, and of the one in force in the room when it arrived */
  readonly snapBefore: number;
  readonly snapAfter: number;
  readonly headBefore: number;
  readonly prevNids: readonly number[];
  readonly authNids: readonly number[];
  /** the room's head once the event is there */
  readonly head: HeadPlace;
  readonly state: readonly StateChange[];
  readonly members: readonly Member[];
  readonly snapshots: readonly Snapshot[];
  readonly redacts?: number | undefined;
  readonly redactedBy?: number | undefined;
  readonly transaction?: DraftTransaction | undefined;
  /** the transaction of an event that is stored already */
  readonly txn?: EventTransaction | undefined;
  /** the state event of the same key before it; absent: the one in force in the room */
  readonly replaces?: number | undefined;
  /** it is here already under this number, as an outlier or withheld */
  readonly wasStored?: boolean;
  /** this server comes to a room as it is: only the event's own membership is news */
  readonly quiet?: boolean;
  /** rows of state and members, other than the event's own, are written already */
  readonly written?: boolean;
  readonly gaps?: readonly string[];
}

/** An event takes its own position and an id for its snapshot. */
const POSITIONS_PER_EVENT = 2;

/** Places an event of this server on the head: all that was there comes before it. */
export async function placeEvent(options: {
  room: Room;
  event: RoomEvent;
  authNids: readonly number[];
  /** the event that this one redacts */
  redactedNid: number | undefined;
  transaction: DraftTransaction | undefined;
  strings: StringTable;
  positions: StreamPositions;
  now: () => number;
}): Promise<PlacedEvent> {
  const { room, event, authNids, redactedNid, transaction, strings, positions, now } = options;
  const numbers = await numbersOf(event, strings);
  await positions.ready(POSITIONS_PER_EVENT);

  // From here on nothing waits: positions are taken in the order in which a room's events follow each other.
  const pos = positions.take();
  const nid = pos;
  const { head } = room;
  const { key, type } = numbers;
  const chain = key === undefined ? head.chain : head.chain.extend(positions.takeId(), new Map([[key, nid]]));
  const member = memberOf({ event, numbers, nid, pos, room });
  return assemble({
    room,
    event,
    numbers,
    now,
    place: {
      nid,
      pos,
      flags: withheldFlag(room.version, event, redactedNid),
      snapBefore: head.chain.id,
      snapAfter: chain.id,
      headBefore: head.chain.id,
      prevNids: head.tips.map((tip) => tip.nid),
      authNids,
      head: { tips: [{ nid, eventId: event.eventId }], depth: event.depth, chain },
      state: key === undefined ? [] : [{ key, type, nid }],
      members: member ? [member] : [],
      snapshots: chain === head.chain ? [] : [chain.links.at(-1)!],
      redacts: redactedNid,
      transaction,
    },
  });
}

/** The event in memory, the change of the room and the rows to write, of a place. */
export function assemble(options: { room: Room; event: RoomEvent; numbers: EventNumbers; place: EventPlace; now: () => number }): PlacedEvent {
  const { room, event, numbers, place, now } = options;
  const { nid, pos, flags, head, transaction } = place;
  const replaces = place.replaces ?? (numbers.key === undefined ? undefined : room.headStateNid(numbers.key));
  const stored = new StoredEvent({
    nid,
    pos,
    roomNid: room.nid,
    roomVersion: room.version.id,
    event,
    typeNid: numbers.type,
    senderNid: numbers.sender,
    key: numbers.key,
    replaces,
    snapBefore: place.snapBefore,
    snapAfter: place.snapAfter,
    headBefore: place.headBefore,
    flags,
    redactedBy: place.redactedBy,
    related: false,
    txn: transaction ? { deviceNid: transaction.deviceNid, txnId: transactionIdOf(transaction.scopedTxnId) } : place.txn,
  });
  const change: HeadChange = {
    stored,
    tips: head.tips,
    depth: head.depth,
    chain: head.chain,
    state: new Map(place.state.map(({ key, nid: entry }) => [key, entry])),
    members: place.members,
    news: place.quiet === true ? place.members.filter((member) => member.nid === nid) : place.members,
  };
  const unwritten = <T extends { readonly nid: number }>(entries: readonly T[]): readonly T[] =>
    place.written === true ? entries.filter((entry) => entry.nid === nid) : entries;
  const lastPos = pos !== null && pos > 0 ? pos : room.headLastPos;
  const write: RoomWrite = {
    shard: room.shard,
    event: {
      nid,
      roomNid: room.nid,
      type: numbers.type,
      key: numbers.key,
      sender: numbers.sender,
      flags,
      depth: event.depth,
      pos,
      ts: event.originServerTs,
      snapBefore: place.snapBefore,
      snapAfter: place.snapAfter === place.snapBefore ? undefined : place.snapAfter,
      headBefore: place.headBefore === place.snapBefore ? undefined : place.headBefore,
      replaces,
      redactedBy: place.redactedBy,
      prev: place.prevNids,
      auth: place.authNids,
      eventId: event.eventId,
      json: encodeCanonicalJson(event.json, numberRuleOf(room.version)),
    },
    head: { roomNid: room.nid, tips: head.tips.map((tip) => tip.nid), snap: head.chain.id, depth: head.depth, lastPos },
    room: room.isNew ? { nid: room.nid, roomId: room.roomId, version: room.version.id } : undefined,
    snapshots: place.snapshots,
    state: unwritten(place.state).map((entry) => ({ ...entry, roomNid: room.nid })),
    members: unwritten(place.members).map((member) => ({ ...member, roomNid: room.nid, sender: member.senderNid, server: member.serverNid })),
    txn: transaction && { deviceNid: transaction.deviceNid, txnId: transaction.scopedTxnId, ts: now() },
    relation:
      numbers.relation && !stored.isHidden ? { ...numbers.relation, nid, roomNid: room.nid, type: numbers.type, sender: numbers.sender } : undefined,
    redacts: place.redacts,
    wasStored: place.wasStored,
    gaps: place.gaps,
  };
  return { stored, change, write };
}

/**
 * The flag of a redaction whose target is not here, or that may not redact it: it is told to nobody (room version 3, "Handling
 * redactions"). Before that version those events would not have been let in.
 */
export function withheldFlag(version: RoomVersion, event: RoomEvent, redactedNid: number | undefined): number {
  return event.redacts !== undefined && redactedNid === undefined && !version.redactionAuthRule ? EVENT_WITHHELD : 0;
}

/** Looks up all strings of an event at once: no statement if all are known. */
export async function numbersOf(event: RoomEvent, strings: StringTable): Promise<EventNumbers> {
  const relation = relationOf(event);
  const isMember = event.type === 'm.room.member' && event.stateKey !== undefined;
  const texts = [
    event.type,
    event.sender,
    ...(event.stateKey === undefined ? [] : [stateKeyText(event.type, event.stateKey)]),
    ...(isMember ? [event.stateKey, serverNameOf(event.stateKey)] : []),
    ...(relation ? [relation.relType] : []),
  ];
  const ids = texts.map((text) => strings.known(text));
  const [type, sender, ...rest] = ids.every((id) => id !== undefined) ? ids : await strings.ids(texts);
  return {
    type: type!,
    sender: sender!,
    key: event.stateKey === undefined ? undefined : rest.shift(),
    user: isMember ? rest.shift() : undefined,
    server: isMember ? rest.shift() : undefined,
    relation: relation && { parent: relation.parent, relType: rest.shift()!, aggKey: relation.aggKey },
  };
}

function relationOf(event: RoomEvent): { parent: string; relType: string; aggKey: string | undefined } | undefined {
  const relates = event.content['m.relates_to'];
  if (event.stateKey !== undefined || !isJsonObject(relates)) return undefined;
  const { rel_type: relType, event_id: parent, key } = relates;
  if (typeof relType !== 'string' || typeof parent !== 'string') return undefined;
  return { parent, relType, aggKey: typeof key === 'string' ? key : undefined };
}

/** The membership that a membership event brings into force at a position. */
export function memberOf(options: { event: RoomEvent; numbers: EventNumbers; nid: number; pos: number; room: Room }): Member | undefined {
  const { event, numbers, nid, pos, room } = options;
  const { user: userNid, server: serverNid, sender: senderNid } = numbers;
  if (userNid === undefined || serverNid === undefined) return undefined;
  const membership = membershipCode(event.content['membership']) ?? LEAVE;
  const before = room.headMember(userNid);
  const since = before?.membership === membership ? before.since : pos;
  return { userNid, membership, nid, pos, since, senderNid, serverNid };
}
