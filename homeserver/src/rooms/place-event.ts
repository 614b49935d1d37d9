/** Gives a composed event its place in the room: numbers for its strings, a position, a snapshot, the rows to write. */
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import { LEAVE, membershipCode, type Member } from './membership.ts';
import type { RelationWrite, RoomWrite } from './persist-events.ts';
import type { HeadChange, Room } from './room.ts';
import type { DraftTransaction } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';
import { StoredEvent } from './stored-event.ts';
import { transactionIdOf } from './transaction-scope.ts';

export interface PlacedEvent {
  readonly stored: StoredEvent;
  readonly change: HeadChange;
  readonly write: RoomWrite;
}

/** An event takes its own position and an id for its snapshot. */
const POSITIONS_PER_EVENT = 2;

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
  const replaces = numbers.key === undefined ? undefined : room.headStateNid(numbers.key);
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
    snapBefore: head.chain.id,
    flags: 0,
    redactedBy: undefined,
    related: false,
    txn: transaction && { deviceNid: transaction.deviceNid, txnId: transactionIdOf(transaction.scopedTxnId) },
  });

  const state = new Map(numbers.key === undefined ? [] : [[numbers.key, nid]]);
  const chain = state.size === 0 ? head.chain : head.chain.extend(positions.takeId(), state);
  const member = memberOf({ event, nid, pos, senderNid: numbers.sender, userNid: numbers.user, room });
  const change: HeadChange = {
    stored,
    tips: [{ nid, eventId: event.eventId }],
    depth: event.depth,
    chain,
    state,
    members: member ? [member] : [],
  };
  const write: RoomWrite = {
    shard: room.shard,
    event: {
      nid,
      roomNid: room.nid,
      type: numbers.type,
      key: numbers.key,
      sender: numbers.sender,
      flags: 0,
      depth: event.depth,
      pos,
      ts: event.originServerTs,
      snapBefore: head.chain.id,
      replaces,
      prev: head.tips.map((tip) => tip.nid),
      auth: authNids,
      eventId: event.eventId,
      json: encodeCanonicalJson(event.json),
    },
    head: { roomNid: room.nid, tips: [nid], snap: chain.id, depth: event.depth, lastPos: pos },
    room: event.type === 'm.room.create' && head.tips.length === 0 ? { nid: room.nid, roomId: room.roomId, version: room.version.id } : undefined,
    snapshot: chain === head.chain ? undefined : chain.links.at(-1),
    state: [...state].map(([key, stateNid]) => ({ roomNid: room.nid, key, type: numbers.type, nid: stateNid })),
    members: member && [{ ...member, roomNid: room.nid, sender: member.senderNid }],
    txn: transaction && { deviceNid: transaction.deviceNid, txnId: transaction.scopedTxnId, ts: now() },
    relation: numbers.relation && { ...numbers.relation, nid, roomNid: room.nid, type: numbers.type, sender: numbers.sender },
    redacts: redactedNid,
  };
  return { stored, change, write };
}

interface Numbers {
  readonly type: number;
  readonly sender: number;
  readonly key: number | undefined;
  /** whose membership it is */
  readonly user: number | undefined;
  readonly relation: Pick<RelationWrite, 'parent' | 'relType' | 'aggKey'> | undefined;
}

/** Looks up all strings of an event at once: no statement if all are known. */
async function numbersOf(event: RoomEvent, strings: StringTable): Promise<Numbers> {
  const relation = relationOf(event);
  const isMember = event.type === 'm.room.member' && event.stateKey !== undefined;
  const texts = [
    event.type,
    event.sender,
    ...(event.stateKey === undefined ? [] : [stateKeyText(event.type, event.stateKey)]),
    ...(isMember ? [event.stateKey] : []),
    ...(relation ? [relation.relType] : []),
  ];
  const ids = texts.map((text) => strings.known(text));
  const [type, sender, ...rest] = ids.every((id) => id !== undefined) ? ids : await strings.ids(texts);
  return {
    type: type!,
    sender: sender!,
    key: event.stateKey === undefined ? undefined : rest.shift(),
    user: isMember ? rest.shift() : undefined,
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

function memberOf(options: {
  event: RoomEvent;
  nid: number;
  pos: number;
  senderNid: number;
  userNid: number | undefined;
  room: Room;
}): Member | undefined {
  const { event, nid, pos, senderNid, userNid, room } = options;
  if (userNid === undefined) return undefined;
  const membership = membershipCode(event.content['membership']) ?? LEAVE;
  const before = room.headMember(userNid);
  const since = before?.membership === membership ? before.since : pos;
  return { userNid, membership, nid, pos, since, senderNid };
}
