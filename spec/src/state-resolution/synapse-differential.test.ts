/**
 * The same random rooms through this code and through an installed Synapse: verdicts, selections of auth events, event ids
 * and resolved states must be the same.
 *
 * NEXUS_SYNAPSE_PYTHON       a Python that can import synapse (python3 if absent; without Synapse the tests are skipped)
 * NEXUS_DIFFERENTIAL_CASES   resolutions to compare for each room version
 * NEXUS_DIFFERENTIAL_SEED    the first seed
 *
 * Where Synapse does other than the specification, the random rooms have no such case:
 * - In rooms that don't federate it also refuses member events whose target is of another server.
 * - In versions 1 and 2 it allows redactions that name no event.
 * - Strings like "1_000" count as power levels for it, before version 10.
 * - Events that were rejected stay out of its resolved states.
 */
import { afterAll, expect, test } from '@jest/globals';
import { checkAuthEvents } from '../auth-rules/check-auth-events.ts';
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import { roomVersions, type RoomVersion } from '../room-versions.ts';
import { resolveState } from './resolve-state.ts';
import { findSynapsePeer } from './testing/synapse-peer.ts';
import { randomRoom, randomStateSets, verifySignature, type RandomRoom } from './testing/random-room.ts';
import { seededRandom, type SeededRandom } from './testing/seeded-random.ts';

const CASES = Number(process.env['NEXUS_DIFFERENTIAL_CASES'] ?? 60);
const FIRST_SEED = Number(process.env['NEXUS_DIFFERENTIAL_SEED'] ?? 1);
const RESOLUTIONS_A_ROOM = 6;
const ATTEMPTS_A_ROOM = 70;
const MS_A_CASE = 2_000;

const peer = await findSynapsePeer();

afterAll(() => peer?.[Symbol.asyncDispose]());

/** Events to name in auth_events: mostly the right ones, else some missing, doubled or foreign to the event. */
function randomAuthEvents(room: RandomRoom, event: RoomEvent, random: SeededRandom): RoomEvent[] {
  const stateEvents = [...room.events.values()].filter(({ stateKey }) => stateKey !== undefined);
  const authEvents = event.authEvents.map((id) => room.events.get(id)!).filter(() => random.chance(0.95));
  return random.chance(0.5) ? [...authEvents, random.pick(stateEvents)] : authEvents;
}

const compared = peer ? test : test.skip;

compared.each(Object.values(roomVersions))(
  'version $id agrees with Synapse',
  async (version: RoomVersion) => {
    for (let done = 0, seed = FIRST_SEED; done < CASES; done += RESOLUTIONS_A_ROOM, seed++) {
      const random = seededRandom(seed * 100 + Number(version.id));
      const room = randomRoom(version, random, ATTEMPTS_A_ROOM);
      const lookup = (id: EventId): RoomEvent | undefined => room.events.get(id);
      const { attempts } = room;
      const selections = room.attempts
        .filter(({ event }) => event.type !== 'm.room.create')
        .map(({ event }) => {
          const authEvents = randomAuthEvents(room, event, random);
          const ids = authEvents.map(({ eventId }) => eventId);
          const named = version.eventIdFormat === 'random' ? ids.map((id) => [id, { sha256: '' }]) : ids;
          return { event: { ...event, authEvents: ids, json: { ...event.json, auth_events: named } }, authEvents };
        });
      const resolutions = Array.from({ length: RESOLUTIONS_A_ROOM }, () => randomStateSets(room, random));

      const answer = await peer!.ask({
        roomVersion: version.id,
        events: [...room.events.values()].map(({ json }) => json),
        verdicts: attempts.map(({ event, state }) => ({ event: event.json, state: [...state.values()] })),
        selections: selections.map(({ event }) => ({ event: event.json })),
        resolutions: resolutions.map((stateSets) => stateSets.map((stateSet) => [...stateSet.values()])),
      });

      expect({ seed, ids: [...room.events.keys()] }).toEqual({ seed, ids: answer.eventIds });
      for (const [i, { event, verdict }] of attempts.entries()) {
        const { json } = event;
        expect({ seed, json, verdict, allowed: verdict.allowed }).toEqual({ seed, json, verdict, allowed: answer.verdicts[i]!.allowed });
      }
      for (const [i, { event, authEvents }] of selections.entries()) {
        const verdict = checkAuthEvents({ version, event, authEvents, isRejected: () => false });
        const { json } = event;
        expect({ seed, json, verdict, allowed: verdict.allowed }).toEqual({ seed, json, verdict, allowed: answer.selections[i]!.allowed });
      }
      for (const [i, stateSets] of resolutions.entries()) {
        const resolved = [...resolveState({ version, stateSets, events: lookup, verifySignature }).values()].toSorted();
        expect({ seed, i, resolved }).toEqual({ seed, i, resolved: answer.resolutions[i]!.resolved?.toSorted() ?? answer.resolutions[i] });
      }
    }
  },
  Math.max(30_000, CASES * MS_A_CASE),
);
