/** Relations between events: bundled aggregations, lists of relations, threads (Client-Server API, "Forming relationships"). */
import { sql, type Queryable } from '../storage/database.ts';
import type { RelationSource } from '../sync/sources.ts';
import { clientEvent } from './client-event.ts';
import { eventColumns, eventJoins, type EventReader, type EventRow } from './event-reader.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { Erasures } from './erasures.ts';
import type { StoredEvent } from './stored-event.ts';

const selectBundles = sql(
  'relation_bundles',
  `select p.nid as parent, l.rel_type, count(*)::int4 as n, max(l.nid) as latest, bool_or(l.sender = $2) as own,
          max(l.nid) filter (where l.sender = p.sender and l.type = p.type) as latest_own
   from event p join relation l on l.parent = p.event_id and l.room_nid = p.room_nid
   join event c on c.nid = l.nid and c.redacted_by is null and c.pos is not null
   where p.nid = any($1::int8[]) group by p.nid, l.rel_type`,
);
const selectEdits = sql(
  'relation_edits',
  `select p.nid as parent, max(l.nid) as latest from event p
   join relation l on l.parent = p.event_id and l.room_nid = p.room_nid and l.rel_type = $2 and l.sender = p.sender and l.type = p.type
   join event c on c.nid = l.nid and c.redacted_by is null and c.pos is not null
   where p.nid = any($1::int8[]) group by p.nid`,
);
const children = (where: string): string =>
  `select ${eventColumns} from (
     select c.* from relation l join event c on c.nid = l.nid
     where l.room_nid = $1 and l.parent = $2 and c.redacted_by is null and c.pos is not null ${where} and c.pos > $3 and c.pos < $4`;
const selectBackwards = sql(
  'relation_children_back',
  `${children('and ($6::int4 is null or l.rel_type = $6) and ($7::int4 is null or l.type = $7)')} order by c.pos desc limit $5) e ${eventJoins} order by e.pos desc`,
);
const selectForwards = sql(
  'relation_children_forward',
  `${children('and ($6::int4 is null or l.rel_type = $6) and ($7::int4 is null or l.type = $7)')} order by c.pos limit $5) e ${eventJoins} order by e.pos`,
);
/** How far relations of relations are followed where that is asked for: a reply's edit, a reaction to the reply, and one more. */
export const RECURSION_DEPTH = 3;
const descendants = (order: string): string =>
  `with recursive tree as (
     select l.nid, l.rel_type, l.type, 1 as depth from relation l where l.room_nid = $1 and l.parent = $2
     union select l.nid, l.rel_type, l.type, t.depth + 1 from tree t join event p on p.nid = t.nid
       join relation l on l.parent = p.event_id and l.room_nid = $1 where t.depth < ${RECURSION_DEPTH})
   select ${eventColumns} from (
     select c.* from tree l join event c on c.nid = l.nid
     where c.redacted_by is null and c.pos is not null and c.pos > $3 and c.pos < $4
       and ($6::int4 is null or l.rel_type = $6) and ($7::int4 is null or l.type = $7) order by c.pos ${order} limit $5) e
   ${eventJoins} order by e.pos ${order}`;
const selectDescendantsBackwards = sql('relation_tree_back', descendants('desc'));
const selectDescendantsForwards = sql('relation_tree_forward', descendants('asc'));
const selectRoots = sql(
  'thread_roots',
  `select ${eventColumns}, threads.latest from (
     select l.parent, max(l.nid) as latest from relation l join event c on c.nid = l.nid and c.redacted_by is null and c.pos is not null
     where l.room_nid = $1 and l.rel_type = $2
     group by l.parent having max(l.nid) < $3 and ($5::int4 is null or bool_or(l.sender = $5)
       or exists (select from event o where o.event_id = l.parent and o.sender = $5))
     order by max(l.nid) desc limit $4) threads
   join event e on e.event_id = threads.parent and e.room_nid = $1 ${eventJoins} order by threads.latest desc`,
);
const selectAnnotation = sql(
  'relation_same_annotation',
  `select l.nid from relation l join event c on c.nid = l.nid and c.redacted_by is null
   where l.parent = $1 and l.rel_type = $2 and l.type = $3 and l.sender = $4 and l.agg_key is not distinct from $5 limit 1`,
);

interface BundleRow {
  parent: number;
  rel_type: number;
  n: number;
  latest: number;
  own: boolean;
  latest_own: number | null;
}

export class Relations implements RelationSource {
  readonly #db: Queryable;
  readonly #events: EventReader;
  readonly #strings: StringTable;
  readonly #erasures: Erasures;
  readonly #now: () => number;

  constructor(options: { db: Queryable; events: EventReader; strings: StringTable; erasures: Erasures; now: () => number }) {
    this.#db = options.db;
    this.#events = options.events;
    this.#strings = options.strings;
    this.#erasures = options.erasures;
    this.#now = options.now;
  }

  /** The value of `m.relations` for events that others relate to: the newest edit, references, the thread's summary. */
  async bundled(eventNids: readonly number[], userNid: number): Promise<Map<number, string>> {
    if (eventNids.length === 0) return new Map();
    const [replace, thread, reference] = await this.#strings.ids(['m.replace', 'm.thread', 'm.reference']);
    const rows = await this.#db.query<BundleRow>(selectBundles, [eventNids, userNid]);
    const needed = rows.flatMap((row) => [row.latest, row.latest_own].filter((nid) => nid !== null));
    const loaded = await this.#events.byNids([...needed, ...eventNids]);
    const references = await this.#references(
      rows.filter((row) => row.rel_type === reference).map((row) => loaded.get(row.parent)!),
      reference!,
    );
    const bundles = new Map<number, string[]>();
    const add = (parent: number, text: string): void => {
      const parts = bundles.get(parent) ?? [];
      parts.push(text);
      bundles.set(parent, parts);
    };
    for (const row of rows) {
      if (row.rel_type === replace) {
        const edit = row.latest_own === null ? undefined : loaded.get(row.latest_own);
        const original = loaded.get(row.parent);
        if (edit && original && !original.isState) add(row.parent, `"m.replace":${this.#text(edit)}`);
      } else if (row.rel_type === thread) {
        const latest = loaded.get(row.latest);
        const ownRoot = loaded.get(row.parent)?.senderNid === userNid;
        if (latest)
          add(
            row.parent,
            `"m.thread":{"latest_event":${this.#text(this.#erasures.shownTo(userNid, latest))},"count":${row.n},"current_user_participated":${row.own || ownRoot}}`,
          );
      } else if (row.rel_type === reference) {
        const ids = references.get(row.parent) ?? [];
        add(row.parent, `"m.reference":{"chunk":[${ids.map((id) => `{"event_id":${JSON.stringify(id)}}`).join(',')}]}`);
      }
    }
    return new Map([...bundles].map(([parent, parts]) => [parent, `{${parts.join(',')}}`]));
  }

  /** The newest edit of each event that has one, by the event's number. */
  async newestEdits(eventNids: readonly number[]): Promise<Map<number, StoredEvent>> {
    if (eventNids.length === 0) return new Map();
    const replace = await this.#strings.id('m.replace');
    const rows = await this.#db.query<{ parent: number; latest: number }>(selectEdits, [eventNids, replace]);
    const edits = await this.#events.byNids(rows.map((row) => row.latest));
    return new Map(rows.flatMap(({ parent, latest }) => (edits.has(latest) ? [[parent, edits.get(latest)!]] : [])));
  }

  /**
   * Events that relate to one, newest first unless `forwards`; positions between `after` and `before`, exclusive. With
   * `recurse`, also those that relate to these, and so on; types are then those of what is found, not of what is between.
   */
  async children(options: {
    roomNid: number;
    parent: string;
    relType: string | undefined;
    type: string | undefined;
    after: number;
    before: number;
    limit: number;
    forwards: boolean;
    recurse: boolean;
  }): Promise<StoredEvent[]> {
    const { roomNid, parent, relType, type, after, before, limit, forwards, recurse } = options;
    const relTypeNid = relType === undefined ? null : ((await this.#strings.find(relType)) ?? 0);
    const typeNid = type === undefined ? null : ((await this.#strings.find(type)) ?? 0);
    const [ahead, back] = recurse ? [selectDescendantsForwards, selectDescendantsBackwards] : [selectForwards, selectBackwards];
    const statement = forwards ? ahead : back;
    return this.#events.fromRows(await this.#db.query<EventRow>(statement, [roomNid, parent, after, before, limit, relTypeNid, typeNid]));
  }

  /** Roots of threads, the one with the newest reply first, and the number of that reply. */
  async threads(options: {
    roomNid: number;
    before: number;
    limit: number;
    participant: number | undefined;
  }): Promise<{ root: StoredEvent; latest: number }[]> {
    const { roomNid, before, limit, participant } = options;
    const thread = await this.#strings.id('m.thread');
    const rows = await this.#db.query<EventRow & { latest: number }>(selectRoots, [roomNid, thread, before, limit, participant ?? null]);
    return this.#events.fromRows(rows).map((root, i) => ({ root, latest: rows[i]!.latest }));
  }

  /** The user has put the same annotation on the event before. */
  async hasAnnotation(annotation: { parent: string; type: string; senderNid: number; key: string | undefined }): Promise<boolean> {
    const [relType, type] = await this.#strings.ids(['m.annotation', annotation.type]);
    const rows = await this.#db.query(selectAnnotation, [annotation.parent, relType, type, annotation.senderNid, annotation.key ?? null]);
    return rows.length > 0;
  }

  async #references(parents: readonly StoredEvent[], reference: number): Promise<Map<number, string[]>> {
    const found = new Map<number, string[]>();
    for (const parent of parents) {
      const rows = await this.#db.query<EventRow>(selectForwards, [
        parent.roomNid,
        parent.event.eventId,
        0,
        Number.MAX_SAFE_INTEGER,
        100,
        reference,
        null,
      ]);
      found.set(
        parent.nid,
        rows.map((row) => row.event_id),
      );
    }
    return found;
  }

  #text(stored: StoredEvent): string {
    return clientEvent(stored, { withRoomId: true, now: this.#now() });
  }
}
