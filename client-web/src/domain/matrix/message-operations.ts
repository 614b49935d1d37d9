/** What a person does to a message that is already sent. */
import { Direction, EventType, RelationType, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import type { UnknownContent } from '../messages/preview-text.ts';
import type { MessageContent, MessageText, Person } from '../timeline/timeline-item.ts';
import { contentOf, personOf } from './event-to-item.ts';
import { stateContent } from './summarise-room.ts';

/** A message as something else refers to it: a reply, an edit, a forward. */
export interface FoundMessage {
  readonly eventId: string;
  readonly sender: Person;
  readonly ts: number;
  readonly content: MessageContent;
  /** The newest, as sent: without the relation and the `* ` of edits. */
  readonly raw: UnknownContent;
  readonly eventType: string;
  readonly threadRootId: string | undefined;
}

/** One version of an edited message, the original first. */
export interface MessageVersion {
  readonly ts: number;
  readonly text: MessageText;
}

export interface ReactionOf {
  readonly key: string;
  readonly people: readonly (Person & { readonly ts: number })[];
}

export interface Reader extends Person {
  /** ms; undefined where the receipt has no time */
  readonly ts: number | undefined;
}

const MOST_VERSIONS = 200;

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

  /** From what is loaded, otherwise from the server. */
  async find(roomId: string, eventId: string): Promise<FoundMessage | undefined> {
    const room = this.#client.getRoom(roomId);
    if (!room) return undefined;
    const event = room.findEventById(eventId) ?? (await this.#fetch(roomId, eventId));
    return event && describe(event, room);
  }

  /** As `find`, of what is loaded. */
  findNow(roomId: string, eventId: string): FoundMessage | undefined {
    const room = this.#client.getRoom(roomId);
    const event = room?.findEventById(eventId);
    return room && event ? describe(event, room) : undefined;
  }

  async versions(roomId: string, eventId: string): Promise<readonly MessageVersion[]> {
    const { events, originalEvent } = await this.#client.relations(roomId, eventId, RelationType.Replace, EventType.RoomMessage, {
      dir: Direction.Backward,
      limit: MOST_VERSIONS,
    });
    const original = originalEvent ?? (await this.#fetch(roomId, eventId));
    if (!original) return [];
    await Promise.all([original, ...events].map(async (event) => this.#client.decryptEventIfNeeded(event)));
    const edits = events
      .filter((event) => event.getSender() === original.getSender() && !event.isRedacted() && event.getId() !== eventId)
      .toSorted((a, b) => a.getTs() - b.getTs())
      .map((event) => ({ ts: event.getTs(), text: textOf((event.getOriginalContent()['m.new_content'] ?? {}) as UnknownContent) }));
    return [{ ts: original.getTs(), text: textOf(original.getOriginalContent()) }, ...edits];
  }

  /** Who reacted with what, in the order they did. */
  reactionsOf(roomId: string, eventId: string): readonly ReactionOf[] {
    const room = this.#client.getRoom(roomId);
    if (!room) return [];
    const sets = [room.findEventById(eventId)?.getThread()?.timelineSet, room.getUnfilteredTimelineSet()];
    const relations = sets.map((set) => set?.relations.getChildEventsForEvent(eventId, RelationType.Annotation, EventType.Reaction)).find(Boolean);
    return (relations?.getSortedAnnotationsByKey() ?? []).flatMap(([key, events]) => {
      const first = new Map<string, number>();
      for (const event of [...events].toSorted((a, b) => a.getTs() - b.getTs())) {
        if (!event.isRedacted() && !first.has(event.getSender()!)) first.set(event.getSender()!, event.getTs());
      }
      return first.size === 0 ? [] : [{ key, people: [...first].map(([userId, ts]) => ({ ...personOf(room, userId), ts })) }];
    });
  }

  /** When they read up to where their receipts are. */
  readers(roomId: string, userIds: readonly string[]): readonly Reader[] {
    const room = this.#client.getRoom(roomId);
    if (!room) return [];
    return userIds
      .map((userId) => ({ ...personOf(room, userId), ts: room.getReadReceiptForUserId(userId)?.data.ts }))
      .toSorted((a, b) => (b.ts ?? 0) - (a.ts ?? 0));
  }

  /** The message and what follows it count as not read: the marker goes before it, and the conversation is marked. */
  async markUnreadFrom(roomId: string, eventId: string): Promise<void> {
    const events = this.#client.getRoom(roomId)?.findEventById(eventId) && this.#client.getRoom(roomId)!.getTimelineForEvent(eventId)?.getEvents();
    const index = events?.findIndex((event) => event.getId() === eventId) ?? -1;
    const before = index > 0 ? events![index - 1]!.getId() : undefined;
    await this.#client.setRoomAccountData(roomId, 'm.marked_unread' as never, { unread: true } as never);
    if (before !== undefined) await this.#client.setRoomReadMarkers(roomId, before);
  }

  async #fetch(roomId: string, eventId: string): Promise<MatrixEvent | undefined> {
    const raw = await this.#client.fetchRoomEvent(roomId, eventId).catch(() => undefined);
    if (!raw) return undefined;
    const event = this.#client.getEventMapper()(raw);
    await this.#client.decryptEventIfNeeded(event);
    return event;
  }
}

function describe(event: MatrixEvent, room: Room): FoundMessage {
  const { 'm.relates_to': _relation, ...raw } = event.getContent();
  return {
    eventId: event.getId()!,
    sender: personOf(room, event.getSender()!),
    ts: event.getTs(),
    content: contentOf(event, room),
    raw,
    eventType: event.getType(),
    threadRootId: event.threadRootId,
  };
}

function textOf(content: UnknownContent): MessageText {
  const { body, format, formatted_body: html } = content;
  return {
    body: typeof body === 'string' ? body : '',
    html: format === 'org.matrix.custom.html' && typeof html === 'string' ? html : undefined,
  };
}
