import { expect, test } from '@jest/globals';
import { seededRandom } from '@nexuscomm/spec/state-resolution/testing/seeded-random.ts';
import { AuthGraph, type AuthEdges } from './auth-graph.ts';

/** A graph of which each event names a few earlier ones; numbers have gaps, as they have in a room. */
function randomEvents(seed: number, count: number): AuthEdges[] {
  const random = seededRandom(seed);
  const events: AuthEdges[] = [];
  let nid = 1_000;
  for (let i = 0; i < count; i++) {
    nid += 1 + random.below(3);
    const auth = Array.from({ length: Math.min(i, random.below(4)) }, () => events[random.below(i)]!.nid);
    events.push({ nid, auth: [...new Set(auth)] });
  }
  return events;
}

function graphOf(events: readonly AuthEdges[]): AuthGraph {
  const graph = new AuthGraph(1);
  for (const event of events) graph.add(event);
  return graph;
}

/** The events and their auth chains, by walking. */
function reach(events: readonly AuthEdges[], from: readonly number[]): Set<number> {
  const auth = new Map(events.map((event) => [event.nid, event.auth]));
  const reached = new Set<number>();
  const open = [...from];
  for (let nid = open.pop(); nid !== undefined; nid = open.pop()) {
    if (reached.has(nid)) continue;
    reached.add(nid);
    open.push(...(auth.get(nid) ?? []));
  }
  return reached;
}

// Sizes around those at which arrays grow.
test.each([1, 63, 64, 65, 127, 128, 129, 130, 257, 600])('a graph of %i events answers as a walk does', (count) => {
  const events = randomEvents(count, count);
  const graph = graphOf(events);
  const random = seededRandom(count + 1);
  const some = (): number[] => Array.from({ length: 1 + random.below(5) }, () => random.pick(events).nid);
  for (let round = 0; round < 20; round++) {
    const sets = Array.from({ length: 1 + random.below(40) }, some);
    const chains = sets.map((set) => reach(events, set));
    const inAny = new Set(chains.flatMap((chain) => [...chain]));
    const difference = [...inAny].filter((nid) => !chains.every((chain) => chain.has(nid)));
    expect(new Set(graph.difference(sets))).toEqual(new Set(difference));

    const [given] = sets as [number[]];
    expect(new Set(graph.closure(given))).toEqual(reach(events, given));
    const authorising = [...reach(events, given)].flatMap((nid) => events.find((event) => event.nid === nid)!.auth);
    expect(new Set(graph.ancestors(given))).toEqual(new Set(authorising));
    const below = reach(events, given);
    const between = [...below].filter((nid) => given.some((one) => reach(events, [nid]).has(one)));
    expect(new Set(graph.between(given))).toEqual(new Set(between));
  }
});

test('what was added last can be taken back', () => {
  const events = randomEvents(7, 200);
  const graph = graphOf(events);
  const last = events.at(-1)!;
  graph.add({ nid: last.nid + 5, auth: [last.nid] });
  expect(graph.closure([last.nid + 5])).toContain(last.nid);
  graph.removeLast();
  expect(graph.closure([last.nid + 5])).toEqual([]);
  graph.add({ nid: last.nid + 6, auth: [events[0]!.nid] });
  expect(graph.closure([last.nid + 6])).toEqual([events[0]!.nid, last.nid + 6]);
});
