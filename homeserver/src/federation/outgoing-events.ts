/** Sends the events of this server to the servers in their rooms (Server-Server API, "PDUs"). */
import type { OutboundQueues } from '@nexuscomm/federation/outbound/outbound-queues.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { INVITE, JOIN, KNOCK } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomCommit, RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import { outgoingPdu } from './missed-events.ts';
import type { ServerRoutes } from './server-routes.ts';

/** Whose membership ends is told so, also if it was an invite or a knock. */
const TOLD: ReadonlySet<number> = new Set([JOIN, INVITE, KNOCK]);

export class OutgoingEvents {
  readonly #queues: OutboundQueues;
  readonly #routes: ServerRoutes;
  readonly #ownName: ServerName;

  constructor(options: { engine: RoomEngine; queues: OutboundQueues; routes: ServerRoutes; ownName: ServerName }) {
    this.#queues = options.queues;
    this.#routes = options.routes;
    this.#ownName = options.ownName;
    options.engine.onCommit((commit) => this.#onCommit(commit));
  }

  /**
   * Sends an event of another server's user that this server answers for, a join that came in through send_join, to those
   * in the room. Stored with `relayed`, it also survives a crash.
   */
  sendToRoom(room: Room, stored: StoredEvent, exceptServers: ReadonlySet<ServerName>): void {
    const pdu = outgoingPdu(stored);
    this.#routes.inOrder(pdu.pos, room.servers.keys(), (servers) =>
      this.#queues.sendPdu(
        servers.filter((server) => !exceptServers.has(server)),
        pdu,
      ),
    );
  }

  #onCommit({ room, stored, members }: RoomCommit): void {
    const { pos, event } = stored;
    if (pos === null || pos < 0 || stored.isOutlier || serverNameOf(event.sender) !== this.#ownName) return;
    // Who was in the room before or is in it now, and whose user was invited or knocked: somebody who is removed is told so.
    const servers = new Set(room.servers.keys());
    let ownBefore = room.servers.get(this.#routes.ownNid) ?? 0;
    for (const { before, after } of members) {
      if (before && TOLD.has(before.membership)) servers.add(before.serverNid);
      if (after.serverNid === this.#routes.ownNid) ownBefore += Number(before?.membership === JOIN) - Number(after.membership === JOIN);
    }
    // Of a room that nobody here was in, the event came about with a server that is in it: that one sends it.
    if (ownBefore <= 0) return;
    this.#routes.inOrder(pos, servers, (names) => this.#queues.sendPdu(names, outgoingPdu(stored)));
  }
}
