/** Tells other servers what local users do besides events: typing, receipts, presence, devices (Server-Server API, "EDUs"). */
import type { OutboundQueues } from '@nexuscomm/federation/outbound/outbound-queues.ts';
import type { Clock, Edu } from '@nexuscomm/federation/ports.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { JOIN } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomCommit, RoomEngine } from '../rooms/room-engine.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { Presence } from '../user-data/presence.ts';
import type { Receipt } from '../user-data/receipts.ts';
import type { ServerRoutes } from './server-routes.ts';
import type { SharedServers } from './shared-servers.ts';

export interface OutgoingEdusOptions {
  readonly engine: RoomEngine;
  readonly strings: StringTable;
  readonly queues: OutboundQueues;
  readonly routes: ServerRoutes;
  readonly shared: SharedServers;
  readonly presence: Presence;
  readonly sendPresence: boolean;
  readonly ownName: ServerName;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Other servers forget a typing user after a minute or less: who types on is told of again, ms. */
const TYPING_REPEAT_MS = 25_000;
const MAX_TYPISTS = 50_000;
/** What is told earlier may come before the other server has taken in its own user's join, ms. */
const INTRODUCED_AFTER_MS = 2_000;
/** Users of one presence EDU. */
const MAX_PRESENCES = 100;

export class OutgoingEdus implements Disposable {
  readonly #options: OutgoingEdusOptions;
  /** room and user -> when their typing was told last, ms */
  readonly #typing = new LRUCache<string, number>(upTo(MAX_TYPISTS));
  readonly #closed = new AbortController();

  constructor(options: OutgoingEdusOptions) {
    this.#options = options;
    options.engine.onCommit((commit) => this.#onCommit(commit));
  }

  /** Called whenever a user says that they type, or stops. */
  onTyping(roomNid: number, userId: string, typing: boolean): void {
    const room = this.#sharedRoom(roomNid);
    if (!room || serverNameOf(userId) !== this.#options.ownName) return;
    const key = `${roomNid} ${userId}`;
    const now = this.#options.clock.now();
    if (typing && now - (this.#typing.get(key) ?? 0) < TYPING_REPEAT_MS) return;
    if (typing) this.#typing.set(key, now);
    else this.#typing.delete(key);
    const content = { room_id: room.roomId, user_id: userId, typing };
    this.#send(room.servers.keys(), `typing ${key}`, { edu_type: 'm.typing', content });
  }

  /** Only public receipts are told of, never m.read.private. */
  onReceipt(roomNid: number, receipt: Receipt): void {
    const room = this.#sharedRoom(roomNid);
    if (!room || receipt.kind !== 'm.read') return;
    const member = room.members.get(receipt.userNid);
    if (member?.serverNid !== this.#options.routes.ownNid) return;
    const { strings, onError } = this.#options;
    const { userNid, thread, eventId, ts } = receipt;
    const send = async (): Promise<void> => {
      const data = { ts, ...(thread === '' ? {} : { thread_id: thread }) };
      const content = { [room.roomId]: { 'm.read': { [await strings.text(userNid)]: { event_ids: [eventId], data } } } };
      this.#send(room.servers.keys(), `receipt ${roomNid} ${userNid} ${thread}`, { edu_type: 'm.receipt', content });
    };
    send().catch(onError);
  }

  onPresence(userNid: number, userId: string): void {
    const { sendPresence, shared, presence, ownName, onError } = this.#options;
    if (!sendPresence || serverNameOf(userId) !== ownName) return;
    const send = async (): Promise<void> => {
      const servers = await shared.of(userNid);
      this.#send(servers, `presence ${userNid}`, { edu_type: 'm.presence', content: { push: [pushOf(presence, userNid, userId)] } });
    };
    send().catch(onError);
  }

  /** A server that comes to a room is told who of this one is there: of changes only it would not learn of them for long. */
  async #introduceMembers(roomNid: number, serverNid: number): Promise<void> {
    const { strings, presence, routes, clock } = this.#options;
    await clock.wait(INTRODUCED_AFTER_MS, this.#closed.signal);
    const present: number[] = [];
    for (const { userNid, serverNid: from, membership } of this.#sharedRoom(roomNid)?.members.values() ?? []) {
      if (from === routes.ownNid && membership === JOIN && presence.get(userNid).presence !== 'offline') present.push(userNid);
    }
    for (let at = 0; at < present.length; at += MAX_PRESENCES) {
      const users = present.slice(at, at + MAX_PRESENCES);
      const ids = await strings.texts(users);
      const push = users.map((userNid, i) => pushOf(presence, userNid, ids[i]!));
      this.#send([serverNid], `presences ${roomNid} ${at}`, { edu_type: 'm.presence', content: { push } });
    }
  }

  /** A local user's devices changed at a position that is not settled yet. */
  onDevicesChanged(userNid: number, pos: number): void {
    const { routes, shared, queues } = this.#options;
    void routes.later(pos, async () => queues.devicesChanged(await routes.names(await shared.of(userNid)), pos));
  }

  /** Servers that a local user comes to share a room with are told of the user's devices; those who come, of who is here. */
  #onCommit({ room, stored, members }: RoomCommit): void {
    const { routes, shared, queues, sendPresence, onError } = this.#options;
    const { pos } = stored;
    if (pos === null || pos < 0) return;
    for (const { before, after } of members) {
      if (after.membership !== JOIN || before?.membership === JOIN || !this.#sharedRoom(room.nid)) continue;
      if (after.serverNid !== routes.ownNid) {
        const isFirst = room.servers.get(after.serverNid) === 1 && room.servers.has(routes.ownNid);
        if (isFirst && sendPresence)
          this.#introduceMembers(room.nid, after.serverNid).catch((error: unknown) => this.#closed.signal.aborted || onError(error));
        continue;
      }
      void routes.later(pos, async () => {
        const servers = await routes.names(await shared.newlyMet(room.nid, after.userNid));
        queues.devicesChanged(servers, pos);
        this.onPresence(after.userNid, await this.#options.strings.text(after.userNid));
      });
    }
  }

  /** The room, if it is in memory and other servers are in it. */
  #sharedRoom(roomNid: number): Room | undefined {
    const room = this.#options.engine.cached(roomNid);
    const others = room && room.servers.size - Number(room.servers.has(this.#options.routes.ownNid));
    return others === undefined || others === 0 ? undefined : room;
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
  }

  #send(serverNids: Iterable<number>, subject: string, edu: Edu): void {
    const { queues, routes, onError } = this.#options;
    routes
      .names(serverNids)
      .then((servers) => queues.sendEphemeral(servers, subject, edu))
      .catch(onError);
  }
}

/** Presence of a user as other servers are told it (Server-Server API, "m.presence"). */
function pushOf(presence: Presence, userNid: number, userId: string): JsonObject {
  const { last_active_ago: ago = 0, ...state } = presence.get(userNid);
  return { user_id: userId, ...state, last_active_ago: Math.max(0, Math.round(ago)) };
}
