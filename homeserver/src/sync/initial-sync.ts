/** GET /_matrix/client/v3/initialSync: all of a user's rooms, for clients from before /sync. */
import { Readable } from 'node:stream';
import { Reply } from '../http/handler.ts';
import { BAN, INVITE, JOIN, LEAVE, membershipName } from '../rooms/membership.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Reader } from '../rooms/room-reader.ts';
import { outsideMembers, withUserId, type Outside } from './old-events.ts';
import { isInside } from './plan-rooms.ts';
import { roomInfoIfReadable, type RoomInfoDeps } from './room-info.ts';
import type { SyncSources } from './sources.ts';
import type { SyncHub } from './sync-hub.ts';
import { formatSyncToken } from './sync-token.ts';
import type { LiveMembership } from './user-live.ts';

export interface InitialSyncDeps extends RoomInfoDeps {
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly outside: Outside;
  readonly sources: SyncSources;
}

export interface InitialSyncCall {
  readonly reader: Reader;
  /** messages of each room */
  readonly limit: number;
  /** rooms that the user left are told too */
  readonly archived: boolean;
}

export class InitialSync {
  readonly #deps: InitialSyncDeps;

  constructor(deps: InitialSyncDeps) {
    this.#deps = deps;
  }

  async sync(call: InitialSyncCall): Promise<Reply> {
    const { hub, sources } = this.#deps;
    const { userNid } = call.reader;
    const user = await hub.user(userNid);
    const upto = hub.watermark;
    const memberships = [...user.membershipsAt(upto).values()];
    const [accountData, presence, ignored] = await Promise.all([
      sources.accountData.changed(userNid, 0, upto),
      sources.presence.changed(userNid, 0, upto),
      sources.accountData.ignoredUsers(userNid),
    ]);
    const head =
      `{"end":"${formatSyncToken({ pos: upto, toDevice: 0 })}","presence":[${presence.map(withUserId).join(',')}],` +
      `"account_data":[${accountData.global.map((entry) => entry.json).join(',')}],"rooms":[`;
    const body = Readable.from(this.#stream(head, this.#rooms(call, memberships, ignored, upto)));
    return new Reply({ headers: { 'Content-Type': 'application/json' }, body });
  }

  async *#stream(head: string, rooms: AsyncIterable<string>): AsyncGenerator<string> {
    yield head;
    let first = true;
    for await (const room of rooms) {
      yield first ? room : `,${room}`;
      first = false;
    }
    yield ']}';
  }

  /** One room at a time, so that however many there are, few are in memory at once. */
  async *#rooms(call: InitialSyncCall, memberships: readonly LiveMembership[], ignored: ReadonlySet<string>, upto: number): AsyncGenerator<string> {
    const { engine, outside } = this.#deps;
    const { reader, limit, archived } = call;
    const invites = memberships.filter(({ membership }) => membership === INVITE);
    for (const own of memberships) {
      const { membership, pos } = own;
      const isLeft = membership === LEAVE || membership === BAN;
      if (!isInside(own) || (membership !== JOIN && !(isLeft && archived && !own.forgotten))) continue;
      const room = await engine.byNid(own.roomNid);
      if (!room) continue;
      const request = { room, reader, membership, limit, upto: isLeft ? Math.min(pos, upto) : upto, end: upto, fillGaps: false };
      const info = await roomInfoIfReadable(this.#deps, request);
      // Of a room that one was never in there is nothing to read.
      yield info ?? JSON.stringify({ room_id: room.roomId, membership: membershipName(membership) });
    }
    for (const { nid } of invites.filter(isInside)) {
      const stored = await engine.events.byNid(nid);
      if (!stored || ignored.has(stored.event.sender)) continue;
      const [event] = await this.#deps.reader.render([{ stored, membership: INVITE }], reader);
      yield inviteInfo(stored.event.roomId, event!);
    }
    const elsewhere = invites.filter((membership) => !isInside(membership));
    for (const [roomId, event] of await outsideMembers(outside, reader, elsewhere, ignored)) yield inviteInfo(roomId, event);
  }
}

const inviteInfo = (roomId: string, event: string): string => `{"room_id":${JSON.stringify(roomId)},"membership":"invite","invite":${event}}`;
