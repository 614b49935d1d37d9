/** Rooms that this server is not in, as other servers describe them (Server-Server API, "Spaces"). Answers are kept for a while. */
import { LRUCache } from 'lru-cache';
import { RemoteError, Unreachable } from '@nexuscomm/federation/client/errors.ts';
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { Log } from '@nexuscomm/federation/ports.ts';
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import type { RoomId, ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject, JsonValue } from '@nexuscomm/spec/json.ts';
import { childEvents, type SpaceNode } from '../rooms/space-summary.ts';

export interface RemoteNode extends SpaceNode {
  /** summaries of children, so that those which are no spaces need not be asked for */
  readonly known: ReadonlyMap<string, JsonObject>;
  /** children that no user of this server may see */
  readonly inaccessible: ReadonlySet<string>;
}

export interface RemoteSummariesOptions {
  readonly client: Pick<FederationClient, 'hierarchy'>;
  readonly serverName: ServerName;
  readonly lifetimeMs: number;
  readonly timeoutMs: number;
  readonly log: Log;
}

/** Servers that are asked for one room at most. */
const MAX_SERVERS = 5;
const MAX_KEPT = 1_000;

export class RemoteSummaries {
  readonly #options: RemoteSummariesOptions;
  readonly #answers: LRUCache<string, { node: Promise<RemoteNode | undefined> }>;

  constructor(options: RemoteSummariesOptions) {
    this.#options = options;
    this.#answers = new LRUCache({ max: MAX_KEPT, ttl: Math.max(1, options.lifetimeMs) });
  }

  /** The room and its children; undefined if no server tells of it. */
  async find(roomId: string, via: readonly string[], suggestedOnly: boolean): Promise<RemoteNode | undefined> {
    const servers = [...new Set(via)].filter((server) => isServerName(server) && server !== this.#options.serverName).slice(0, MAX_SERVERS);
    if (servers.length === 0) return undefined;
    const key = `${suggestedOnly} ${roomId} ${servers.toSorted().join()}`;
    const kept = this.#answers.get(key);
    if (kept) return kept.node;
    const node = this.#ask(roomId as RoomId, servers as ServerName[], suggestedOnly);
    this.#answers.set(key, { node });
    // What was not told may be told the next time: somebody may have joined a room that opens this one.
    let found: RemoteNode | undefined;
    try {
      found = await node;
    } finally {
      if (!found) this.#answers.delete(key);
    }
    return found;
  }

  async #ask(roomId: RoomId, servers: readonly ServerName[], suggestedOnly: boolean): Promise<RemoteNode | undefined> {
    const { client, timeoutMs, log } = this.#options;
    for (const server of servers) {
      try {
        const answer = await client.hierarchy(server, { roomId, suggestedOnly }, { timeoutMs });
        const summary = readSummary(answer.room);
        if (summary?.['room_id'] !== roomId) continue;
        const { children_state: children } = answer.room;
        const known = answer.children.map(readSummary).filter((child) => child !== undefined);
        return {
          summary,
          children: childEvents(Array.isArray(children) ? children : []),
          known: new Map(known.map((child) => [child['room_id'] as string, child])),
          inaccessible: new Set(answer.inaccessible_children),
        };
      } catch (error) {
        if (!(error instanceof RemoteError) && !(error instanceof Unreachable)) throw error;
        log.info({ server, room: roomId, reason: error.message }, 'a server did not tell of a room');
      }
    }
    return undefined;
  }
}

const isText = (value: JsonValue | undefined): boolean => typeof value === 'string';
const isFlag = (value: JsonValue | undefined): boolean => typeof value === 'boolean';
const FIELDS: Readonly<Record<string, (value: JsonValue | undefined) => boolean>> = {
  room_id: isText,
  name: isText,
  topic: isText,
  avatar_url: isText,
  canonical_alias: isText,
  room_type: isText,
  join_rule: isText,
  encryption: isText,
  room_version: isText,
  world_readable: isFlag,
  guest_can_join: isFlag,
  num_joined_members: (value) => Number.isSafeInteger(value),
  allowed_room_ids: (value) => Array.isArray(value) && value.every(isText),
};

/** What of a summary may be passed on to clients; undefined if it lacks what every summary has. */
function readSummary(json: JsonObject): JsonObject | undefined {
  // The unstable name is from before v1.15.
  const given: JsonObject = { ...json, room_version: json['room_version'] ?? json['im.nheko.summary.room_version'] };
  const summary = Object.fromEntries(
    Object.entries(FIELDS).flatMap(([name, fits]) => (fits(given[name]) ? [[name, given[name]]] : [])),
  ) as JsonObject;
  if (summary['room_id'] === undefined) return undefined;
  return { num_joined_members: 0, world_readable: false, guest_can_join: false, join_rule: 'public', ...summary };
}
