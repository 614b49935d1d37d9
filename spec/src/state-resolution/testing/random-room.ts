/** A random room with forks, as several servers would make it: every event was allowed by the state before it. */
import { authEventKeys } from '../../auth-rules/auth-event-keys.ts';
import { authoriseEvent } from '../../auth-rules/authorise-event.ts';
import { thirdPartySignatureVerifier } from '../../auth-rules/third-party-signature.ts';
import type { AuthVerdict } from '../../auth-rules/verdict.ts';
import { tweetnaclCrypto } from '../../crypto-tweetnacl.ts';
import type { RoomEvent } from '../../events/event.ts';
import { serverNameOf } from '../../identifiers/parse.ts';
import type { EventId } from '../../identifiers/types.ts';
import type { RoomVersion } from '../../room-versions.ts';
import { resolveState } from '../resolve-state.ts';
import { readStateKey, stateKeyOf, type StateMap } from '../state-map.ts';
import { makeEvent } from './make-event.ts';
import { firstActs, randomAct, randomCreateContent, USERS, type Act } from './random-act.ts';
import type { SeededRandom } from './seeded-random.ts';

/** An event that somebody tried to send: what the rules said of it in which state. */
export interface Attempt {
  readonly event: RoomEvent;
  readonly state: StateMap;
  readonly verdict: AuthVerdict;
}

export interface RandomRoom {
  readonly version: RoomVersion;
  /** Accepted events; auth events come before those that name them. */
  readonly events: ReadonlyMap<EventId, RoomEvent>;
  readonly attempts: readonly Attempt[];
  /** The state after each event. */
  readonly statesAfter: ReadonlyMap<EventId, StateMap>;
}

export const verifySignature = thirdPartySignatureVerifier(tweetnaclCrypto);

export function randomRoom(version: RoomVersion, random: SeededRandom, attempts: number): RandomRoom {
  const events = new Map<EventId, RoomEvent>();
  const statesAfter = new Map<EventId, StateMap>();
  const tried: Attempt[] = [];
  let serial = 0;
  let clock = 1_000;
  let roomId = version.hashedRoomId ? undefined : `!room:${USERS[0].split(':')[1]}`;

  function stateBefore(prevEvents: readonly RoomEvent[]): StateMap {
    const stateSets = prevEvents.map((event) => statesAfter.get(event.eventId)!);
    return resolveState({ version, stateSets, events: (id) => events.get(id), verifySignature });
  }

  function send(act: Act, prevEvents: readonly RoomEvent[]): boolean {
    const state = stateBefore(prevEvents);
    const eventAt = (type: string, stateKey: string): RoomEvent | undefined => events.get(state.get(stateKeyOf(type, stateKey))!);
    // Clocks of servers differ, and several events may have the same time.
    clock += random.below(3);
    const event = makeEvent(version, {
      ...act,
      roomId,
      eventId: `$${serial++}${random.below(1e6)}:${act.sender.split(':')[1]}`,
      originServerTs: clock + (random.chance(0.2) ? random.below(40) - 20 : 0),
      depth: random.chance(0.1) ? random.below(20) + 1 : Math.max(0, ...prevEvents.map(({ depth }) => depth)) + 1,
      prevEvents,
      authEvents: authEventKeys(version, act)
        .map(([type, stateKey]) => eventAt(type, stateKey))
        .filter((auth) => auth !== undefined),
    });
    const verdict = authoriseEvent({ version, event, state: eventAt, verifySignature });
    tried.push({ event, state, verdict });
    if (!verdict.allowed || events.has(event.eventId)) return false;
    events.set(event.eventId, event);
    const after = new Map(state);
    if (event.stateKey !== undefined) after.set(stateKeyOf(event.type, event.stateKey), event.eventId);
    statesAfter.set(event.eventId, after);
    roomId ??= event.roomId;
    return true;
  }

  const creator = USERS[0];
  send({ type: 'm.room.create', stateKey: '', sender: creator, content: randomCreateContent(version, random) }, []);
  const [create] = events.values();
  send({ type: 'm.room.member', stateKey: creator, sender: creator, content: { membership: 'join' } }, [create!]);
  if (random.chance(0.8)) for (const act of firstActs(version, random)) send(act, [[...events.values()].at(-1)!]);
  for (let i = 0; i < attempts; i++) {
    const known = [...events.values()];
    // Mostly near the end, so that branches live for a while and then merge.
    const near = (): RoomEvent => known[Math.max(1, known.length - 1 - Math.floor(random.next() ** 2 * 12))]!;
    const prevEvents = random.chance(0.25) ? [...new Set([near(), near(), near()])] : [near()];
    const state = stateBefore(prevEvents);
    const act = randomAct(version, random, (type, stateKey) => events.get(state.get(stateKeyOf(type, stateKey))!));
    if (!isDisputed(act, create!)) send(act, prevEvents);
  }
  return { version, events, attempts: tried, statesAfter };
}

/** In rooms that don't federate, Synapse refuses memberships of other servers' users, where the rules only look at the sender. */
function isDisputed({ type, stateKey = '' }: Act, create: RoomEvent): boolean {
  return create.content['m.federate'] === false && type === 'm.room.member' && serverNameOf(stateKey) !== serverNameOf(create.sender);
}

/** States to resolve: of forks, and some that lack keys or have events of elsewhere, as a wrong server could claim. */
export function randomStateSets({ events, statesAfter }: RandomRoom, random: SeededRandom): StateMap[] {
  const known = [...statesAfter.keys()].slice(1);
  const stateEvents = [...events.values()].filter((event) => event.stateKey !== undefined && event.type !== 'm.room.create');
  return Array.from({ length: 2 + random.below(3) }, () => {
    const stateSet = new Map(statesAfter.get(random.pick(known))!);
    while (random.chance(0.3)) {
      const event = random.pick(stateEvents);
      stateSet.set(stateKeyOf(event.type, event.stateKey!), event.eventId);
    }
    while (random.chance(0.2)) {
      const key = random.pick([...stateSet.keys()]);
      if (readStateKey(key).type !== 'm.room.create') stateSet.delete(key);
    }
    return stateSet;
  });
}
