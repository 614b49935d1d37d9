/** The memberships that come into force with an event of another server: its own, and those that another state brings. */
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { inTurns } from '../storage/turns.ts';
import { LEAVE, membershipCode, type Member } from './membership.ts';
import { memberOf, type EventNumbers, type StateChange } from './place-event.ts';
import type { Arrival, ToldEntry } from './remote-events.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { parseStateKeyText, stateKeyText } from './state-key.ts';

/** State entries handled at once; others get a turn in between. */
const SLICE = 2_000;

/** Members, to be given the position of the event. All that can be done before a position is taken has been done. */
export async function membersInForce(
  { strings, events }: RoomEngine,
  room: Room,
  given: { event: RoomEvent; numbers: EventNumbers; nid: number; state: readonly StateChange[]; arrival: Pick<Arrival, 'told' | 'stateWrittenAt'> },
): Promise<((pos: number) => Member)[]> {
  const { event, numbers, nid, state, arrival } = given;
  if (state.length === 0) return [];
  const others = state.filter((change) => change.nid !== nid);
  const texts: string[] = [];
  for await (const slice of inTurns(others, SLICE)) texts.push(...(await strings.texts(slice.map((change) => change.key))));
  const memberPrefix = stateKeyText('m.room.member', '');
  const memberships = others.filter((_, i) => texts[i]!.startsWith(memberPrefix));
  const users = texts.filter((text) => text.startsWith(memberPrefix)).map((text) => parseStateKeyText(text).stateKey);
  const userNids: number[] = [];
  const serverNids: number[] = [];
  for await (const slice of inTurns(users, SLICE)) {
    userNids.push(...(await strings.ids(slice)));
    serverNids.push(...(await strings.ids(slice.map(serverNameOf))));
  }
  const told: (ToldEntry | undefined)[] = [];
  for await (const slice of inTurns(memberships, SLICE)) for (const change of slice) told.push(toldMembership(arrival.told ?? [], change));
  const loaded = await events.byNids(memberships.filter((change, i) => change.nid !== 0 && !told[i]).map((change) => change.nid));
  const found: ((pos: number) => Member)[] = [];
  for await (const slice of inTurns(memberships, SLICE)) {
    for (const change of slice) {
      const i = found.length;
      const stored = loaded.get(change.nid);
      const userNid = userNids[i]!;
      const membership = told[i]?.membership ?? membershipCode(stored?.content['membership']) ?? LEAVE;
      const before = room.headMember(userNid);
      const senderNid = told[i]?.senderNid ?? stored?.senderNid ?? userNid;
      const from = (pos: number): Member => {
        const since = before?.membership === membership ? before.since : pos;
        return { userNid, membership, nid: change.nid, pos, since, senderNid, serverNid: serverNids[i]! };
      };
      const written = arrival.stateWrittenAt === undefined ? undefined : from(arrival.stateWrittenAt);
      found.push(written ? () => written : from);
    }
  }
  if (state.some((change) => change.nid === nid) && numbers.user !== undefined) found.push((pos) => memberOf({ event, numbers, nid, pos, room })!);
  return found;
}

/** What another server told of a membership, if it is that which comes into force. */
function toldMembership(told: readonly ReadonlyMap<number, ToldEntry>[], { key, nid }: StateChange): ToldEntry | undefined {
  for (const entries of told) {
    const entry = entries.get(key);
    if (entry?.nid === nid) return entry.membership === undefined ? undefined : entry;
  }
  return undefined;
}
