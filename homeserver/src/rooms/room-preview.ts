/** One room's summary for somebody who may not be in it (Client-Server API, "Room Summaries"). */
import { notFound } from '@nexuscomm/spec/errors.ts';
import { parseRoomId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { OutsideMemberships } from '../federation/outside-memberships.ts';
import type { RemoteSummaries } from '../federation/remote-summaries.ts';
import { membershipName } from './membership.ts';
import type { Memberships } from './memberships.ts';
import type { RoomAccess } from './room-access.ts';
import type { RoomEngine } from './room-engine.ts';
import { isOpenSummary } from './space-hierarchy.ts';
import type { SpaceSummaries } from './space-summary.ts';

export interface RoomPreviewOptions {
  readonly engine: RoomEngine;
  readonly access: RoomAccess;
  readonly summaries: SpaceSummaries;
  readonly memberships: Pick<Memberships, 'resolveAlias'>;
  readonly remote: RemoteSummaries | undefined;
  readonly outside: Pick<OutsideMemberships, 'find'>;
  readonly serverName: ServerName;
}

export class RoomPreview {
  readonly #options: RoomPreviewOptions;
  constructor(options: RoomPreviewOptions) {
    this.#options = options;
  }

  /** M_NOT_FOUND if there is no such room, or the user may not see it. Without an account nothing is asked of other servers. */
  async summary(roomIdOrAlias: string, via: readonly string[], userNid: number | undefined): Promise<JsonObject> {
    const { engine, access, summaries, serverName } = this.#options;
    const { roomId, servers } = await this.#resolve(roomIdOrAlias, userNid);
    const room = await engine.find(roomId);
    if (room?.servers.has(await engine.strings.id(serverName)) === true) {
      if (!(await access.allowsUser(room, userNid))) throw nothing();
      const membership = userNid === undefined ? undefined : room.members.get(userNid)?.membership;
      return withMembership(await summaries.summary(room), membership);
    }
    if (userNid === undefined) throw nothing();
    const own = await this.#options.outside.find(userNid, roomId);
    const further = [...(own ? [serverNameOf(own.sender)] : []), ...(roomId.includes(':') ? [serverNameOf(roomId)] : [])];
    const found = await this.#options.remote?.find(roomId, [...via, ...servers, ...further], false);
    if (!found || !(await this.#mayKnow(found.summary, userNid, own !== undefined))) throw nothing();
    return withMembership(found.summary, own?.membership);
  }

  async #resolve(text: string, userNid: number | undefined): Promise<{ roomId: string; servers: readonly string[] }> {
    const { memberships, serverName } = this.#options;
    if (!text.startsWith('#')) return { roomId: parseRoomId(text), servers: [] };
    if (userNid === undefined && serverNameOf(text) !== serverName) throw nothing();
    return memberships.resolveAlias(text);
  }

  async #mayKnow(summary: JsonObject, userNid: number, knowsOfIt: boolean): Promise<boolean> {
    const allowed = (summary['allowed_room_ids'] ?? []) as readonly string[];
    return knowsOfIt || isOpenSummary(summary) || this.#options.access.isInOneOf(allowed, userNid);
  }
}

const withMembership = (summary: JsonObject, membership: number | undefined): JsonObject =>
  membership === undefined ? summary : { ...summary, membership: membershipName(membership) };

const nothing = () => notFound('There is no such room, or you may not see it.');
