/** NEXUS_SYNAPSE_PYTHON: as in synapse-differential.test.ts; with it the fixtures are put to Synapse too. */
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forVersions } from '../auth-rules/testing/auth-fixtures.ts';
import type { EventId } from '../identifiers/types.ts';
import { roomVersions, type RoomVersionId } from '../room-versions.ts';
import { resolveState } from './resolve-state.ts';
import type { StateMap } from './state-map.ts';
import { randomRoom, randomStateSets, verifySignature } from './testing/random-room.ts';
import { readResolutionCases, resolutionRoom } from './testing/resolution-fixtures.ts';
import { seededRandom } from './testing/seeded-random.ts';
import { findSynapsePeer } from './testing/synapse-peer.ts';

const cases = forVersions(['v1.json', 'v2.json', 'v2-1.json'].flatMap(readResolutionCases));

const peer = await findSynapsePeer();

afterAll(() => peer?.[Symbol.asyncDispose]());

const sorted = (state: StateMap): (readonly [string, EventId])[] => [...state].toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('fixtures', () => {
  test.each(cases)('version $version.id: $case.why', ({ version, case: item }) => {
    const { stateSets, lookup, isRejected, namesOf } = resolutionRoom(version, item);
    const resolve = (sets: readonly StateMap[]): string[] => namesOf(resolveState({ version, stateSets: sets, events: lookup, isRejected }).values());
    const expected = item.expected.toSorted();
    expect(resolve(stateSets)).toEqual(expected);
    // Neither the order of the sets, nor that of their entries, nor how often one is given matters.
    expect(resolve(stateSets.toReversed())).toEqual(expected);
    expect(resolve(stateSets.map((stateSet) => new Map([...stateSet].toReversed())))).toEqual(expected);
    expect(resolve([...stateSets, ...stateSets.map((stateSet) => new Map(stateSet))])).toEqual(expected);
  });

  const compared = peer ? test : test.skip;
  compared.each(cases.filter((item) => item.case.peer !== false))('Synapse, version $version.id: $case.why', async ({ version, case: item }) => {
    const { events, stateSets, namesOf } = resolutionRoom(version, item);
    const answer = await peer!.ask({
      roomVersion: version.id,
      events: events.map(({ json }) => json),
      resolutions: [stateSets.map((stateSet) => [...stateSet.values()])],
    });
    expect(namesOf(answer.resolutions[0]!.resolved ?? [])).toEqual(item.expected.toSorted());
  });
});

describe('properties of random rooms', () => {
  const seeds = fc.integer({ min: 1, max: 2 ** 31 });
  const ids = fc.constantFrom(...(Object.keys(roomVersions) as RoomVersionId[]));
  const runs = { numRuns: 40 };

  function arrange(id: RoomVersionId, seed: number): { stateSets: StateMap[]; resolve: (sets: readonly StateMap[]) => StateMap } {
    const version = roomVersions[id];
    const random = seededRandom(seed);
    const room = randomRoom(version, random, 50);
    const stateSets = randomStateSets(room, random);
    const resolve = (sets: readonly StateMap[]): StateMap =>
      resolveState({ version, stateSets: sets, events: (eventId) => room.events.get(eventId), verifySignature });
    return { stateSets, resolve };
  }

  test('order and repetition of the sets do not matter, nor the order of their entries', () => {
    fc.assert(
      fc.property(ids, seeds, fc.infiniteStream(fc.nat()), (id, seed, order) => {
        const { stateSets, resolve } = arrange(id, seed);
        const expected = sorted(resolve(stateSets));
        const shuffled = <Item>(items: readonly Item[]): Item[] =>
          items
            .map((item) => ({ item, place: order.next().value! }))
            .toSorted((a, b) => a.place - b.place)
            .map(({ item }) => item);
        expect(sorted(resolve(shuffled(stateSets)))).toEqual(expected);
        expect(sorted(resolve(shuffled([...stateSets, ...stateSets].map((stateSet) => new Map(shuffled([...stateSet]))))))).toEqual(expected);
      }),
      runs,
    );
  });

  test('a set resolves to itself, alone and with itself', () => {
    fc.assert(
      fc.property(ids, seeds, (id, seed) => {
        const { stateSets, resolve } = arrange(id, seed);
        const [first] = stateSets;
        expect(sorted(resolve([first!]))).toEqual(sorted(first!));
        expect(sorted(resolve([first!, new Map(first!)]))).toEqual(sorted(first!));
      }),
      runs,
    );
  });

  test('what all sets agree on stays, and nothing comes that no set or auth chain has', () => {
    fc.assert(
      fc.property(ids, seeds, (id, seed) => {
        const { stateSets, resolve } = arrange(id, seed);
        const resolved = resolve(stateSets);
        for (const [key, eventId] of stateSets[0]!) {
          if (stateSets.every((stateSet) => stateSet.get(key) === eventId)) expect(resolved.get(key)).toBe(eventId);
        }
        if (id === '1') for (const [key, eventId] of resolved) expect(stateSets.map((stateSet) => stateSet.get(key))).toContain(eventId);
      }),
      runs,
    );
  });

  test('no sets resolve to nothing', () => {
    expect(resolveState({ version: roomVersions[12], stateSets: [], events: () => undefined })).toEqual(new Map());
  });
});
