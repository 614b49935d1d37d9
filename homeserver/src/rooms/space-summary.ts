/** A room as a node of a space's tree: its summary and its children in their order (Client-Server API, "Spaces"). */
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { PublicDirectory } from './public-directory.ts';
import type { Room } from './room.ts';
import type { RoomAccess } from './room-access.ts';
import type { RoomEngine } from './room-engine.ts';

/** An m.space.child event as it is shown: stripped, with its time. */
export interface ChildEvent {
  readonly type: 'm.space.child';
  readonly state_key: string;
  readonly content: JsonObject;
  readonly sender: string;
  readonly origin_server_ts: number;
}

export interface SpaceNode {
  /** with `allowed_room_ids` where the room has any */
  readonly summary: JsonObject;
  /** in their order; none if it is no space */
  readonly children: readonly ChildEvent[];
}

const selectOfType = sql('current_state_of_type', 'select nid from current_state where room_nid = $1 and type = $2');
const CHILD = 'm.space.child';
const MAX_ORDER_LENGTH = 50;

export class SpaceSummaries {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #directory: PublicDirectory;
  readonly #access: RoomAccess;

  constructor(options: { db: Queryable; engine: RoomEngine; directory: PublicDirectory; access: RoomAccess }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#directory = options.directory;
    this.#access = options.access;
  }

  async node(room: Room): Promise<SpaceNode> {
    const summary = await this.summary(room);
    return { summary, children: summary['room_type'] === 'm.space' ? await this.#children(room) : [] };
  }

  async summary(room: Room): Promise<JsonObject> {
    const [summary] = await this.#directory.summaries([room]);
    const allowed = await this.#access.allowedRooms(room);
    return { ...summary, ...(allowed.length === 0 ? {} : { allowed_room_ids: [...allowed] }) };
  }

  async #children(room: Room): Promise<ChildEvent[]> {
    const rows = await this.#db.query<{ nid: number }>(selectOfType, [room.nid, await this.#engine.strings.id(CHILD)]);
    const events = await this.#engine.events.byNids(rows.map((row) => row.nid));
    const shown = [...events.values()].map(({ event, content }) => ({
      type: CHILD,
      state_key: event.stateKey ?? '',
      content,
      sender: event.sender,
      origin_server_ts: event.originServerTs,
    }));
    return childEvents(shown);
  }
}

/** Those that name a child and servers to ask for it, in the order of the space. */
export function childEvents(events: readonly unknown[]): ChildEvent[] {
  return events.flatMap((event) => (isChild(event) ? [event] : [])).sort(compareChildren);
}

/** The servers that know a child. */
export const viaOf = (child: ChildEvent): string[] =>
  (child.content['via'] as readonly unknown[]).filter((server): server is string => typeof server === 'string' && isServerName(server));

export const isSuggested = (child: ChildEvent): boolean => child.content['suggested'] === true;

function isChild(event: unknown): event is ChildEvent {
  if (!isJsonObject(event)) return false;
  const { type, state_key: stateKey, sender, content, origin_server_ts: ts } = event;
  const well = type === CHILD && typeof stateKey === 'string' && typeof sender === 'string' && typeof ts === 'number' && isJsonObject(content);
  return well && Array.isArray(content['via']) && content['via'].length > 0;
}

/** By a valid `order`, then those without, by their time; then by room id. */
function compareChildren(a: ChildEvent, b: ChildEvent): number {
  const [orderA, orderB] = [orderOf(a), orderOf(b)];
  if (orderA !== orderB) {
    if (orderA === undefined) return 1;
    if (orderB === undefined) return -1;
    return orderA < orderB ? -1 : 1;
  }
  return a.origin_server_ts - b.origin_server_ts || (a.state_key < b.state_key ? -1 : 1);
}

function orderOf({ content }: ChildEvent): string | undefined {
  const { order } = content;
  return typeof order === 'string' && order.length <= MAX_ORDER_LENGTH && /^[\u0020-\u007e]*$/.test(order) ? order : undefined;
}
