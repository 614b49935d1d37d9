/**
 * The one state that follows from those of several forks. Only keys that differ are looked at: what all states agree on
 * takes part where an event in conflict needs it to be authorised. Large conflicts are resolved on a worker thread.
 */
import { Piscina } from 'piscina';
import { authEventKeys } from '@nexuscomm/spec/auth-rules/auth-event-keys.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { stateKeyOf } from '@nexuscomm/spec/state-resolution/state-map.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { AuthGraph, AuthGraphs } from './auth-graph.ts';
import type { EventReader } from './event-reader.ts';
import { packEvents, resolveConflict, type Conflict } from './resolve-conflict.ts';
import type { Room } from './room.ts';
import type { StoredEvent } from './stored-event.ts';

type StateEntries = ReadonlyMap<number, number>;

/** A state event that is not stored yet. */
export interface UnstoredState {
  readonly nid: number;
  readonly event: RoomEvent;
  readonly authNids: readonly number[];
}

/** Events that are resolved at once on the main thread: about a millisecond's work. */
const INLINE_EVENTS = 60;

export class ForkResolver {
  readonly #events: EventReader;
  readonly #strings: StringTable;
  readonly #graphs: AuthGraphs;
  #pool: Piscina<Conflict, [string, string][]> | undefined;

  constructor(options: { graphs: AuthGraphs; events: EventReader; strings: StringTable }) {
    this.#graphs = options.graphs;
    this.#events = options.events;
    this.#strings = options.strings;
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }

  /**
   * What the resolved state has otherwise than the first of the states: key -> event, 0 where it has none. To be called in
   * the room's mailbox, with nothing on its way to storage.
   */
  async resolve(room: Room, states: readonly StateEntries[], unstored?: UnstoredState): Promise<Map<number, number>> {
    const keys = differingKeys(states);
    if (keys.length === 0) return new Map();
    const graph = await this.#graphs.of(room.nid);
    if (unstored) graph.add({ nid: unstored.nid, auth: unstored.authNids });
    try {
      return await this.#resolveKeys(room, states, keys, graph, unstored);
    } finally {
      // Its write may yet fail: what is stored is read when it is needed.
      if (unstored) graph.removeLast();
    }
  }

  async #resolveKeys(
    room: Room,
    states: readonly StateEntries[],
    keys: readonly number[],
    graph: AuthGraph,
    unstored: UnstoredState | undefined,
  ): Promise<Map<number, number>> {
    const conflicted = new Set<number>();
    for (const key of keys) {
      for (const state of states) {
        const nid = state.get(key);
        if (nid !== undefined) conflicted.add(nid);
      }
    }
    const isV1 = room.version.stateResolution === 'v1';
    const difference = isV1 ? [] : graph.difference(states.map((state) => state.values()));
    const subgraph = room.version.stateResolution === 'v2.1' ? graph.between(conflicted) : [];

    const loaded = new Map<number, LoadedEvent>();
    if (unstored) loaded.set(unstored.nid, { event: unstored.event, rejected: false });
    await this.#load(new Set([...conflicted, ...difference, ...subgraph]), loaded);
    const agreed = await this.#agreedEntries(room, states, new Set(keys), [...loaded.values()]);
    await this.#load(graph.closure([...loaded.keys(), ...agreed.map(([, nid]) => nid)]), loaded);

    const idOf = (nid: number): string | undefined => loaded.get(nid)?.event.eventId;
    const texts = await this.#strings.texts(keys);
    const shared = agreed.flatMap(([key, nid]) => (idOf(nid) === undefined ? [] : [[key, idOf(nid)!] as const]));
    const result = await this.#run(
      {
        version: room.version.id,
        stateSets: states.map((state) => [
          ...shared,
          ...keys.flatMap((key, i) => {
            const id = idOf(state.get(key) ?? 0);
            return id === undefined ? [] : [[texts[i]!, id] as const];
          }),
        ]),
        events: await packEvents([...loaded.values()].map(({ event }) => event)),
        rejected: [...loaded.values()].filter(({ rejected }) => rejected).map(({ event }) => event.eventId),
        difference: difference.flatMap((nid) => idOf(nid) ?? []),
        subgraph: subgraph.flatMap((nid) => idOf(nid) ?? []),
      },
      loaded.size,
    );

    const nidOf = new Map([...loaded].map(([nid, { event }]) => [event.eventId as string, nid]));
    const resolved = new Map(result);
    const changes = new Map<number, number>();
    keys.forEach((key, i) => {
      const id = resolved.get(texts[i]!);
      const nid = id === undefined ? 0 : (nidOf.get(id) ?? 0);
      if (nid !== (states[0]!.get(key) ?? 0)) changes.set(key, nid);
    });
    return changes;
  }

  /** The events of the numbers, as far as they are not loaded yet. */
  async #load(nids: Iterable<number>, loaded: Map<number, LoadedEvent>): Promise<void> {
    const missing = [...nids].filter((nid) => !loaded.has(nid));
    for (const [nid, stored] of await this.#events.byNids(missing)) loaded.set(nid, loadedOf(stored));
  }

  /** What the states agree on and the events may need: (type, state key) as one text, and the event. */
  async #agreedEntries(
    room: Room,
    states: readonly StateEntries[],
    differing: ReadonlySet<number>,
    events: readonly LoadedEvent[],
  ): Promise<[string, number][]> {
    const wanted = new Set([stateKeyOf('m.room.create', ''), stateKeyOf('m.room.power_levels', '')]);
    for (const { event } of events) for (const [type, stateKey] of authEventKeys(room.version, event)) wanted.add(stateKeyOf(type, stateKey));
    const texts = [...wanted];
    const keys = await this.#strings.ids(texts);
    return texts.flatMap((text, i) => {
      const nid = differing.has(keys[i]!) ? undefined : states[0]!.get(keys[i]!);
      return nid === undefined ? [] : [[text, nid] as [string, number]];
    });
  }

  async #run(conflict: Conflict, events: number): Promise<[string, string][]> {
    if (events <= INLINE_EVENTS) return resolveConflict(conflict);
    this.#pool ??= new Piscina({
      filename: new URL('resolve-conflict.ts', import.meta.url).href,
      name: 'resolveConflict',
      maxThreads: 1,
      minThreads: 0,
    });
    return this.#pool.run(conflict);
  }
}

interface LoadedEvent {
  readonly event: RoomEvent;
  readonly rejected: boolean;
}

const loadedOf = (stored: StoredEvent): LoadedEvent => ({ event: stored.event, rejected: stored.isRejected });

/** Keys for which not all states have the same event. */
function differingKeys([first, ...others]: readonly StateEntries[]): number[] {
  const keys = new Set<number>();
  for (const other of others) {
    for (const [key, nid] of first!) if (other.get(key) !== nid) keys.add(key);
    for (const key of other.keys()) if (!first!.has(key)) keys.add(key);
  }
  return [...keys];
}
