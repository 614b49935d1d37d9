/**
 * The tree of a space, room by room, depth first (Client-Server API, "Spaces", GET /hierarchy). Rooms that this server is not
 * in are asked for elsewhere. Where a page ends is kept in memory under its token.
 */
import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { forbidden, invalidParam } from '@nexuscomm/spec/errors.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { OutsideMemberships } from '../federation/outside-memberships.ts';
import type { RemoteSummaries } from '../federation/remote-summaries.ts';
import { INVITE } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomAccess } from './room-access.ts';
import type { RoomEngine } from './room-engine.ts';
import { isSuggested, viaOf, type SpaceNode, type SpaceSummaries } from './space-summary.ts';

export interface SpaceHierarchyOptions {
  readonly engine: RoomEngine;
  readonly access: RoomAccess;
  readonly summaries: SpaceSummaries;
  /** absent: federation is off */
  readonly remote: RemoteSummaries | undefined;
  readonly outside: Pick<OutsideMemberships, 'find'>;
  readonly serverName: ServerName;
  readonly now: () => number;
  readonly pageRooms: number;
  readonly maxDepth: number;
}

export interface HierarchyRequest {
  readonly roomId: string;
  readonly userNid: number;
  readonly suggestedOnly: boolean;
  readonly limit: number | undefined;
  readonly maxDepth: number | undefined;
  readonly from: string | undefined;
}

/** A room that is yet to be looked at. */
interface Step {
  readonly roomId: string;
  readonly depth: number;
  readonly via: readonly string[];
  /** what a server of the parent told of it */
  readonly told: JsonObject | undefined;
}

interface Walk {
  readonly roomId: string;
  readonly userNid: number;
  readonly suggestedOnly: boolean;
  readonly maxDepth: number;
  /** the next is at the end */
  readonly steps: readonly Step[];
  readonly seen: ReadonlySet<string>;
}

const MAX_WALKS = 2_000;
const WALK_LIFETIME_MS = 15 * 60_000;
/** A page ends early rather than let the client wait longer for other servers. */
const PAGE_MS = 20_000;

export class SpaceHierarchy {
  readonly #options: SpaceHierarchyOptions;
  readonly #walks = new LRUCache<string, Walk>({ max: MAX_WALKS, ttl: WALK_LIFETIME_MS });

  constructor(options: SpaceHierarchyOptions) {
    this.#options = options;
  }

  /** A page of rooms. M_FORBIDDEN if the user may not see the first, M_INVALID_PARAM for a token that is not of this request. */
  async page(request: HierarchyRequest): Promise<{ rooms: JsonObject[]; next_batch?: string }> {
    const { now } = this.#options;
    if (request.limit !== undefined && request.limit < 1) throw invalidParam('limit must be above 0.');
    const limit = Math.min(request.limit ?? this.#options.pageRooms, this.#options.pageRooms);
    const walk = this.#walkOf(request);
    const steps = [...walk.steps];
    const seen = new Set(walk.seen);
    const rooms: JsonObject[] = [];
    const started = now();
    while (steps.length > 0 && rooms.length < limit && now() - started < PAGE_MS) {
      const step = steps.pop()!;
      if (seen.has(step.roomId)) continue;
      seen.add(step.roomId);
      const found = await this.#visit(step, walk);
      if (!found && step.depth === 0) throw forbidden('There is no such room, or you may not see it.');
      if (!found) continue;
      rooms.push({ ...found.summary, children_state: found.children });
      if (step.depth < walk.maxDepth) steps.push(...found.next.filter((next) => !seen.has(next.roomId)).reverse());
    }
    if (steps.every((step) => seen.has(step.roomId))) return { rooms };
    const token = randomBytes(16).toString('base64url');
    this.#walks.set(token, { ...walk, steps, seen });
    return { rooms, next_batch: token };
  }

  #walkOf({ roomId, userNid, suggestedOnly, maxDepth, from }: HierarchyRequest): Walk {
    if (maxDepth !== undefined && maxDepth < 0) throw invalidParam('max_depth must not be below 0.');
    const depth = Math.min(maxDepth ?? this.#options.maxDepth, this.#options.maxDepth);
    if (from === undefined || from === '') {
      return { roomId, userNid, suggestedOnly, maxDepth: depth, steps: [{ roomId, depth: 0, via: [], told: undefined }], seen: new Set() };
    }
    const walk = this.#walks.get(from);
    if (!walk || walk.userNid !== userNid || walk.roomId !== roomId) throw invalidParam('That token is not known: begin without one.');
    if (walk.suggestedOnly !== suggestedOnly || walk.maxDepth !== depth) throw invalidParam('suggested_only and max_depth must stay as they were.');
    return walk;
  }

  /** The room, if the user may see it, and where to go from there. */
  async #visit(step: Step, walk: Walk): Promise<{ summary: JsonObject; children: JsonObject[]; next: Step[] } | undefined> {
    const { access, summaries } = this.#options;
    const room = await this.#ownRoom(step.roomId);
    let node: SpaceNode | undefined;
    let told: ReadonlyMap<string, JsonObject> = new Map();
    let closed: ReadonlySet<string> = new Set();
    if (room) {
      if (!(await access.allowsUser(room, walk.userNid))) return undefined;
      node = await summaries.node(room);
    } else {
      const found = await this.#remoteNode(step, walk);
      if (!found || !(await this.#allowsUserElsewhere(found.summary, walk.userNid, step.roomId))) return undefined;
      node = found;
      told = found.known ?? told;
      closed = found.inaccessible ?? closed;
    }
    const children = node.children.filter((child) => !walk.suggestedOnly || isSuggested(child));
    const next = children.filter((child) => !closed.has(child.state_key));
    return {
      summary: node.summary,
      children: children as unknown as JsonObject[],
      next: next.map((child) => ({ roomId: child.state_key, depth: step.depth + 1, via: viaOf(child), told: told.get(child.state_key) })),
    };
  }

  async #ownRoom(roomId: string): Promise<Room | undefined> {
    const { engine, serverName } = this.#options;
    const room = await engine.find(roomId);
    return room?.servers.has(await engine.strings.id(serverName)) === true ? room : undefined;
  }

  async #remoteNode(
    { roomId, via, told }: Step,
    { userNid, suggestedOnly }: Walk,
  ): Promise<(SpaceNode & { known?: ReadonlyMap<string, JsonObject>; inaccessible?: ReadonlySet<string> }) | undefined> {
    if (told && told['room_type'] !== 'm.space') return { summary: told, children: [] };
    const invite = await this.#options.outside.find(userNid, roomId);
    const servers = [...via, ...(invite ? [serverNameOf(invite.sender)] : []), ...(roomId.includes(':') ? [serverNameOf(roomId)] : [])];
    const found = await this.#options.remote?.find(roomId, servers, suggestedOnly);
    return found ?? (told && { summary: told, children: [] });
  }

  async #allowsUserElsewhere(summary: JsonObject, userNid: number, roomId: string): Promise<boolean> {
    const { access, outside } = this.#options;
    if (isOpenSummary(summary)) return true;
    const allowed = (summary['allowed_room_ids'] ?? []) as readonly string[];
    if (await access.isInOneOf(allowed, userNid)) return true;
    return (await outside.find(userNid, roomId))?.membership === INVITE;
  }
}

/** Anybody may join the room, ask to, or read it. */
export const isOpenSummary = (summary: JsonObject): boolean =>
  summary['world_readable'] === true || ['public', 'knock', 'knock_restricted'].includes(summary['join_rule'] as string);
