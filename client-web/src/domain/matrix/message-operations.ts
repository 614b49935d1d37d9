/** What a person does to a message that is already sent. */
import { EventType, RelationType, type MatrixClient } from 'matrix-js-sdk';
import { stateContent } from './summarise-room.ts';

export class MessageOperations {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  async redact(roomId: string, eventId: string, reason?: string): Promise<void> {
    await this.#client.redactEvent(roomId, eventId, undefined, reason === undefined ? undefined : { reason });
  }

  async redactReaction(roomId: string, eventId: string, key: string): Promise<void> {
    const room = this.#client.getRoom(roomId);
    const me = this.#client.getSafeUserId();
    const sets = [room?.getUnfilteredTimelineSet(), room?.findEventById(eventId)?.getThread()?.timelineSet];
    const mine = sets.flatMap((set) =>
      [...(set?.relations.getChildEventsForEvent(eventId, RelationType.Annotation, EventType.Reaction)?.getRelations() ?? [])].filter(
        (event) => event.getSender() === me && event.getRelation()?.key === key && !event.isRedacted(),
      ),
    );
    for (const id of new Set(mine.map((event) => event.getId()!))) await this.redact(roomId, id);
  }

  async setPinned(roomId: string, eventId: string, pinned: boolean): Promise<void> {
    const room = this.#client.getRoom(roomId);
    if (!room) return;
    const before = (stateContent(room, EventType.RoomPinnedEvents)?.['pinned'] as string[] | undefined) ?? [];
    const next = before.filter((id) => id !== eventId);
    if (pinned) next.push(eventId);
    await this.#client.sendStateEvent(roomId, EventType.RoomPinnedEvents, { pinned: next }, '');
  }

  /** A matrix.to link with servers to go through. */
  linkTo(roomId: string, eventId?: string): string {
    const room = this.#client.getRoom(roomId);
    const servers = new Map<string, number>();
    for (const member of room?.getJoinedMembers() ?? []) {
      const server = member.userId.slice(member.userId.indexOf(':') + 1);
      servers.set(server, (servers.get(server) ?? 0) + 1);
    }
    const via = [...servers]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, 3)
      .map(([server]) => `via=${encodeURIComponent(server)}`);
    const path = [roomId, eventId]
      .filter((part) => part !== undefined)
      .map(encodeURIComponent)
      .join('/');
    return `https://matrix.to/#/${path}${via.length > 0 ? `?${via.join('&')}` : ''}`;
  }
}
