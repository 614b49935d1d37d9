/**
 * 7: two states that conflict in 10,000 events, resolved as the server does it: on a worker thread, while the event loop
 * goes on. Synapse's resolution is measured on the same events, and must come to the same state.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Piscina } from 'piscina';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import { packEvents, type Conflict } from '@nexuscomm/homeserver/rooms/resolve-conflict.ts';
import { AuthGraph } from '@nexuscomm/homeserver/rooms/auth-graph.ts';
import { roomVersions, type RoomVersionId } from '@nexuscomm/spec/room-versions.ts';
import { findSynapsePeer } from '@nexuscomm/spec/state-resolution/testing/synapse-peer.ts';
import { makeConflict, type ConflictKind, type MadeConflict } from '../load/make-conflict.ts';
import { median } from '../load/percentiles.ts';
import { verify, type Figure, type PeerValue } from './workload.ts';

const EVENTS = 10_000;
const REPEATS = 5;
const DELAY_RESOLUTION_MS = 1;
/** Synapse is given so long for each; of power levels it needs more than minutes. */
const SYNAPSE_LIMIT_MS = 60_000;
const CASES: readonly [RoomVersionId, ConflictKind][] = [
  ['11', 'memberships'],
  ['11', 'power levels'],
  ['12', 'memberships'],
  ['12', 'power levels'],
];

/** `python` has Synapse, if that is compared. */
export async function resolveConflicts(python?: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  const pool = new Piscina<Conflict, [string, string][]>({
    filename: import.meta.resolve('@nexuscomm/homeserver/rooms/resolve-conflict.ts'),
    name: 'resolveConflict',
    maxThreads: 1,
  });
  for (const [id, kind] of CASES) {
    const version = roomVersions[id];
    const made = makeConflict(version, EVENTS, kind);
    const { stateSets } = made;
    const next = conflicts(id, made);
    const what = `${version.stateResolution}, conflict in ${kind}`;
    const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    const times: number[] = [];
    let resolved: string[] = [];
    for (let i = 0; i <= REPEATS; i++) {
      if (i === 1) delay.enable(); // the first run starts the worker
      const started = performance.now();
      resolved = (await pool.run(await next())).map(([, eventId]) => eventId).toSorted();
      if (i > 0) times.push(performance.now() - started);
    }
    delay.disable();
    verify(resolved.length === stateSets[0].size, 'keys are missing from the resolved state');
    const peer = python === undefined ? {} : { peer: await resolveBySynapse(python, id, made, resolved) };
    figures.push({ workload: '7', what: `${what}: time`, value: median(times) / 1000, unit: 's', ...peer });
    figures.push({ workload: '7', what: `${what}: longest event loop stall`, value: delay.max / 1e6, unit: 'ms' });
  }
  await pool.destroy();
  return figures;
}

/** How long Synapse takes, once it has read the events; it must come to the given state. */
async function resolveBySynapse(
  python: string,
  roomVersion: RoomVersionId,
  { stateSets, known }: MadeConflict,
  resolved: readonly string[],
): Promise<PeerValue> {
  await using peer = await findSynapsePeer(python);
  if (!peer) return { missing: 'Synapse could not be started' };
  const request = { roomVersion, events: [...known.values()].map((event) => event.json), resolutions: [stateSets.map((set) => [...set.values()])] };
  // What is asked without a resolution: reading the events, which both have done before.
  const readStarted = performance.now();
  await peer.ask({ ...request, resolutions: [] });
  const read = performance.now() - readStarted;
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    peer.kill();
  }, SYNAPSE_LIMIT_MS + read);
  try {
    const started = performance.now();
    const answer = await peer.ask(request);
    const taken = performance.now() - started - read;
    const theirs = (answer.resolutions[0]?.resolved ?? []).toSorted();
    verify(
      encodeCanonicalJson(theirs) === encodeCanonicalJson(resolved),
      `Synapse resolves otherwise: ${answer.resolutions[0]?.error ?? 'another state'}`,
    );
    return { value: taken / 1000 };
  } catch (error) {
    if (overdue) return { atLeast: SYNAPSE_LIMIT_MS / 1000 };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Gives what ForkResolver hands to its worker: the auth chains are in memory, their differences are found on the event loop. */
function conflicts(version: RoomVersionId, { stateSets, known }: MadeConflict): () => Promise<Conflict> {
  const ids = [...known.keys()];
  const nids = new Map(ids.map((id, i) => [id, i + 1]));
  const graph = new AuthGraph(1);
  for (const event of known.values()) graph.add({ nid: nids.get(event.eventId)!, auth: event.authEvents.map((id) => nids.get(id)!) });
  const numbers = stateSets.map((set) => [...set.values()].map((id) => nids.get(id)!));
  const inConflict = stateSets.flatMap((set, i) => [...set].filter(([key, id]) => stateSets[1 - i]!.get(key) !== id).map(([, id]) => nids.get(id)!));
  const idsOf = (found: readonly number[]): string[] => found.map((nid) => ids[nid - 1]!);
  return async () => ({
    version,
    stateSets: stateSets.map((set) => [...set]),
    events: await packEvents([...known.values()]),
    rejected: [],
    difference: idsOf(graph.difference(numbers)),
    subgraph: roomVersions[version].stateResolution === 'v2.1' ? idsOf(graph.between(inConflict)) : [],
  });
}
