/** A search through the rooms of a user (Client-Server API, "Server Side Search"): only what the user may see is found. */
import { badJson } from '@nexuscomm/spec/errors.ts';
import { BAN, JOIN, LEAVE } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Reader, RoomReader } from '../rooms/room-reader.ts';
import { stateKeyText } from '../rooms/state-key.ts';
import type { EventVisibility, VisibleEvent } from '../rooms/visibility.ts';
import type { Queryable } from '../storage/database.ts';
import { allowsStored, type RoomEventFilter } from '../sync/sync-filter.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import {
  countHits,
  findHighlights,
  findHits,
  formatPlace,
  parsePlace,
  type Hit,
  type Place,
  type SearchOrder,
  type SearchQuery,
} from './find-events.ts';
import type { ResultContext, WantedContext } from './result-context.ts';
import type { SearchIndex } from './search-index.ts';
import { searchableText } from './searchable-text.ts';

export interface MessageSearchOptions {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly reader: RoomReader;
  readonly visibility: EventVisibility;
  readonly hub: SyncHub;
  readonly index: Pick<SearchIndex, 'flush'>;
  readonly context: ResultContext;
  readonly language: string;
}

export interface SearchRequest {
  readonly term: string;
  readonly keys: readonly number[];
  readonly order: SearchOrder;
  readonly filter: RoomEventFilter;
  /** those that the filter names: the database need not look at others */
  readonly senders: readonly string[] | undefined;
  readonly limit: number;
  /** events around each result; undefined: none are asked for */
  readonly context: WantedContext | undefined;
  readonly includeState: boolean;
  readonly groupBy: readonly ('room_id' | 'sender')[];
  readonly nextBatch: string | undefined;
}

interface Found {
  readonly room: Room;
  readonly visible: VisibleEvent;
  readonly hit: Hit;
}

/** Batches of hits that visibility may leave empty before the rest is left to the next request. */
const MAX_BATCHES = 5;

export class MessageSearch {
  readonly #options: MessageSearchOptions;
  constructor(options: MessageSearchOptions) {
    this.#options = options;
  }

  /** The value of `room_events` in the answer, as JSON text. */
  async search(request: SearchRequest, reader: Reader): Promise<string> {
    const { db, index, language } = this.#options;
    if (request.term.includes('\u0000')) throw badJson('The search term must be text.');
    const after = parsePlace(request.order, request.nextBatch);
    await index.flush();
    const rooms = await this.#rooms(request.filter, reader.userNid);
    const senderNids = request.senders && (await this.#known(request.senders));
    const query: SearchQuery = { ...request, language, roomNids: [...rooms.keys()], senderNids };
    const [count, { found, next }] = await Promise.all([countHits(db, query), this.#page(query, request, { rooms, after, reader })]);
    const texts = found.flatMap(({ visible }) => searchableText(visible.stored)?.text ?? []);
    const highlights = await findHighlights(db, query, texts);
    const results = await Promise.all(found.map((one) => this.#result(one, request, reader)));
    const parts = [`"count":${count}`, `"highlights":${JSON.stringify(highlights)}`, `"results":[${results.join(',')}]`];
    if (request.groupBy.length > 0) parts.push(`"groups":${JSON.stringify(groupsOf(found, request.groupBy))}`);
    if (request.includeState) parts.push(`"state":{${(await this.#states(found, reader)).join(',')}}`);
    if (next) parts.push(`"next_batch":${JSON.stringify(formatPlace(request.order, next))}`);
    return `{${parts.join(',')}}`;
  }

  /** Rooms that the user is or was in, the encrypted ones left out. */
  async #rooms(filter: RoomEventFilter, userNid: number): Promise<Map<number, Room>> {
    const { engine, hub } = this.#options;
    const encryption = await engine.strings.id(stateKeyText('m.room.encryption', ''));
    const memberships = [...(await hub.user(userNid)).rooms.values()];
    const been = memberships.filter(({ membership, forgotten }) => !forgotten && (membership === JOIN || membership === LEAVE || membership === BAN));
    const rooms = await engine.byNids(been.map(({ roomNid }) => roomNid));
    return new Map([...rooms].filter(([, room]) => filter.allowsRoom(room.roomId) && !room.state.has(encryption)));
  }

  async #known(userIds: readonly string[]): Promise<number[]> {
    const nids = await Promise.all(userIds.map((userId) => this.#options.engine.strings.find(userId)));
    return nids.filter((nid) => nid !== undefined);
  }

  async #page(
    query: SearchQuery,
    { filter, limit }: SearchRequest,
    from: { rooms: ReadonlyMap<number, Room>; after: Place | undefined; reader: Reader },
  ): Promise<{ found: Found[]; next: Place | undefined }> {
    const { db, engine, visibility, reader: rendering } = this.#options;
    const { rooms, reader } = from;
    const found: Found[] = [];
    let after = from.after;
    if (rooms.size === 0 || query.keys.length === 0 || filter.passesNone) return { found, next: undefined };
    for (let batch = 0; batch < MAX_BATCHES && found.length < limit; batch++) {
      const hits = await findHits(db, query, after, limit);
      const events = await engine.events.byNids(hits.map((hit) => hit.nid));
      const passing = [...events.values()].filter((stored) => stored.redactedBy === undefined && allowsStored(filter, stored));
      const visible = new Map<number, VisibleEvent>();
      for (const [roomNid, ofRoom] of Map.groupBy(passing, (stored) => stored.roomNid)) {
        for (const one of await visibility.filter(rooms.get(roomNid)!, reader.userNid, ofRoom)) {
          // Of what is redacted for them only, they must not learn the words either.
          if (rendering.shownTo(reader, one.stored, one.membership) === one.stored) visible.set(one.stored.nid, one);
        }
      }
      for (const hit of hits) {
        if (found.length === limit) return { found, next: after };
        after = hit;
        const one = visible.get(hit.nid);
        if (one) found.push({ room: rooms.get(one.stored.roomNid)!, visible: one, hit });
      }
      if (hits.length < limit) return { found, next: undefined };
    }
    return { found, next: after };
  }

  async #result({ room, visible, hit }: Found, request: SearchRequest, reader: Reader): Promise<string> {
    const [event] = await this.#options.reader.render([visible], reader);
    const context = request.context ? `,"context":${await this.#options.context.render(room, visible.stored, request.context, reader)}` : '';
    return `{"rank":${hit.rank},"result":${event}${context}}`;
  }

  async #states(found: readonly Found[], reader: Reader): Promise<string[]> {
    const rooms = new Set(found.map(({ room }) => room));
    return Promise.all(
      [...rooms].map(async (room) => {
        const state = await this.#options.reader.readableState(room, reader.userNid);
        return `${JSON.stringify(room.roomId)}:[${(await this.#options.reader.stateEvents(state.values(), reader)).join(',')}]`;
      }),
    );
  }
}

function groupsOf(
  found: readonly Found[],
  groupBy: readonly ('room_id' | 'sender')[],
): Record<string, Record<string, { order: number; results: string[] }>> {
  const groups: Record<string, Record<string, { order: number; results: string[] }>> = {};
  for (const key of groupBy) {
    const byValue: Record<string, { order: number; results: string[] }> = {};
    for (const { room, visible } of found) {
      const value = key === 'room_id' ? room.roomId : visible.stored.event.sender;
      byValue[value] ??= { order: Object.keys(byValue).length + 1, results: [] };
      byValue[value].results.push(visible.stored.event.eventId);
    }
    groups[key] = byValue;
  }
  return groups;
}
