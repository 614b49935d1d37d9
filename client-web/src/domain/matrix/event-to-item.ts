/** A matrix-js-sdk event as an item of the timeline. */
import { EventType, RelationType, type EventTimelineSet, type MatrixClient, type MatrixEvent, type Room, type Thread } from 'matrix-js-sdk';
import { DecryptionFailureCode } from 'matrix-js-sdk/lib/crypto-api/index.js';
import { safeName } from '../messages/safe-text.ts';
import { mediaOf } from '../timeline/media-content.ts';
import type {
  MessageContent,
  MessageItem,
  Person,
  Reaction,
  ReplyPreview,
  StateItem,
  ThreadSummary,
  UndecryptableReason,
} from '../timeline/timeline-item.ts';
import { describeEvent } from './summarise-room.ts';
import { stateSentence } from './state-sentence.ts';

export interface ItemContext {
  readonly client: MatrixClient;
  readonly room: Room;
  readonly timelineSet: EventTimelineSet;
  readonly myUserId: string;
  /** In a thread's own timeline its root has no summary. */
  readonly inThread: boolean;
  readonly readBy: ReadonlyMap<string, readonly Person[]>;
  readonly pinned: ReadonlySet<string>;
  readonly shieldOf: (event: MatrixEvent) => MessageItem['shield'];
  /** Events replied to that are not in the timeline, once loaded. */
  readonly loadEvent: (eventId: string) => MatrixEvent | undefined;
}

export const personOf = (room: Room, userId: string): Person => {
  const member = room.getMember(userId);
  return { userId, name: safeName(member?.name, userId), avatarMxc: member?.getMxcAvatarUrl() };
};

const MESSAGE_TYPES: ReadonlySet<string> = new Set([
  EventType.RoomMessage,
  EventType.RoomMessageEncrypted,
  EventType.Sticker,
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
]);

export const isMessage = (event: MatrixEvent): boolean => !event.isState() && MESSAGE_TYPES.has(event.getType());

export function eventToItem(event: MatrixEvent, context: ItemContext): MessageItem | StateItem | undefined {
  if (event.isState()) {
    const told = stateSentence(event, context.room);
    if (told === undefined) return undefined;
    return {
      type: 'state',
      key: event.getId()!,
      eventId: event.getId()!,
      ts: event.getTs(),
      sender: personOf(context.room, event.getSender()!),
      ...told,
    };
  }
  if (!isMessage(event) || event.isRelation(RelationType.Replace)) return undefined;
  return messageItem(event, context);
}

function messageItem(event: MatrixEvent, context: ItemContext): MessageItem {
  const { client, room, myUserId } = context;
  const eventId = event.getId()!;
  const sender = event.getSender()!;
  const mine = sender === myUserId;
  const content = contentOf(event, room);
  const redacted = content.type === 'redacted';
  const state = room.currentState;
  const maySend = state.maySendEvent(EventType.RoomMessage, myUserId);
  const transactionId = mine ? event.getUnsigned().transaction_id : undefined;
  const member = event.sender;
  return {
    type: 'message',
    key: transactionId ?? eventId,
    eventId,
    sender: member ? { userId: sender, name: safeName(member.name, sender), avatarMxc: member.getMxcAvatarUrl() } : personOf(room, sender),
    ts: event.getTs(),
    mine,
    content,
    edited: !redacted && event.replacingEventDate() ? { ts: event.replacingEventDate()!.getTime() } : undefined,
    replyTo: redacted ? undefined : replyOf(event, context),
    threadRootId: event.threadRootId,
    thread: context.inThread ? undefined : threadSummary(event.getThread() ?? room.getThread(eventId), event, room),
    reactions: redacted ? [] : reactionsOf(event, context),
    readBy: context.readBy.get(eventId) ?? [],
    mentionsMe: !mine && client.getPushActionsForEvent(event)?.tweaks.highlight === true,
    encrypted: event.isEncrypted(),
    shield: context.shieldOf(event),
    sendState: 'sent',
    sendError: undefined,
    uploadProgress: undefined,
    can: {
      edit: mine && !redacted && maySend && content.type !== 'undecryptable' && (content.type !== 'media' || content.media.caption !== undefined),
      redact: !redacted && (mine ? state.maySendEvent(EventType.RoomRedaction, myUserId) : state.maySendRedactionForEvent(event, myUserId)),
      react: !redacted && state.maySendEvent(EventType.Reaction, myUserId),
      reply: !redacted && maySend,
      pin: !redacted && state.maySendStateEvent(EventType.RoomPinnedEvents, myUserId),
    },
    pinned: context.pinned.has(eventId),
  };
}

export function contentOf(event: MatrixEvent, room: Room): MessageContent {
  if (event.isRedacted()) {
    const because = event.getUnsigned().redacted_because as { sender?: string; content?: { reason?: unknown } } | undefined;
    const reason = because?.content?.reason;
    return {
      type: 'redacted',
      by: because?.sender === undefined ? undefined : personOf(room, because.sender),
      reason: typeof reason === 'string' ? reason : undefined,
    };
  }
  if (event.isDecryptionFailure()) return { type: 'undecryptable', reason: undecryptable(event.decryptionFailureReason) };
  if (event.getType() === EventType.RoomMessageEncrypted) return { type: 'undecryptable', reason: 'waiting-for-key' };
  const content = event.getContent();
  if (event.getType() === EventType.Sticker) {
    const media = mediaOf({ ...content, msgtype: 'sticker' });
    return media ? { type: 'media', media } : { type: 'unknown', eventType: event.getType(), body: bodyOf(content) };
  }
  if (event.getType() !== EventType.RoomMessage) return { type: 'unknown', eventType: event.getType(), body: bodyOf(content) };
  const body = bodyOf(content) ?? '';
  const formatted = content['format'] === 'org.matrix.custom.html' && typeof content['formatted_body'] === 'string';
  const text = { body, html: formatted ? (content['formatted_body'] as string) : undefined };
  switch (content['msgtype']) {
    case 'm.emote':
      return { type: 'emote', text };
    case 'm.notice':
      return { type: 'notice', text };
    case 'm.image':
    case 'm.video':
    case 'm.audio':
    case 'm.file': {
      const media = mediaOf(content);
      return media ? { type: 'media', media } : { type: 'text', text };
    }
    default:
      return { type: 'text', text };
  }
}

const bodyOf = (content: Record<string, unknown>): string | undefined => (typeof content['body'] === 'string' ? content['body'] : undefined);

function undecryptable(reason: DecryptionFailureCode | null): UndecryptableReason {
  switch (reason) {
    case DecryptionFailureCode.HISTORICAL_MESSAGE_USER_NOT_JOINED:
      return 'sent-before-you-joined';
    case DecryptionFailureCode.HISTORICAL_MESSAGE_NO_KEY_BACKUP:
    case DecryptionFailureCode.HISTORICAL_MESSAGE_BACKUP_UNCONFIGURED:
      return 'no-backup';
    case DecryptionFailureCode.MEGOLM_KEY_WITHHELD_FOR_UNVERIFIED_DEVICE:
      return 'device-not-verified';
    case DecryptionFailureCode.MEGOLM_UNKNOWN_INBOUND_SESSION_ID:
    case DecryptionFailureCode.OLM_UNKNOWN_MESSAGE_INDEX:
    case DecryptionFailureCode.HISTORICAL_MESSAGE_WORKING_BACKUP:
      return 'waiting-for-key';
    default:
      return 'failed';
  }
}

function replyOf(event: MatrixEvent, context: ItemContext): ReplyPreview | undefined {
  const eventId = event.replyEventId;
  const relation = event.getWireContent()['m.relates_to'] as { is_falling_back?: boolean } | undefined;
  if (eventId === undefined || relation?.is_falling_back === true) return undefined;
  const target = context.timelineSet.findEventById(eventId) ?? context.room.findEventById(eventId) ?? context.loadEvent(eventId);
  if (target === undefined) return { eventId, sender: undefined, content: undefined };
  return { eventId, sender: personOf(context.room, target.getSender()!), content: contentOf(target, context.room) };
}

function threadSummary(thread: Thread | null, event: MatrixEvent, room: Room): ThreadSummary | undefined {
  if (!thread || thread.id !== event.getId() || thread.length === 0) return undefined;
  const last = thread.replyToEvent;
  const sender = last?.getSender();
  return {
    rootId: thread.id,
    replies: thread.length,
    lastTs: last?.getTs() ?? event.getTs(),
    lastSender: sender === undefined ? undefined : personOf(room, sender),
    lastText: last ? describeEvent(last, room, room.myUserId).text : '',
    unread: room.getThreadUnreadNotificationCount(thread.id),
    mentions: room.getThreadUnreadNotificationCount(thread.id, 'highlight' as never),
  };
}

/** Each person counts once a key, however often they sent it. */
function reactionsOf(event: MatrixEvent, { room, timelineSet, myUserId }: ItemContext): Reaction[] {
  const relations =
    timelineSet.relations?.getChildEventsForEvent(event.getId()!, RelationType.Annotation, EventType.Reaction) ??
    room.relations.getChildEventsForEvent(event.getId()!, RelationType.Annotation, EventType.Reaction);
  return (relations?.getSortedAnnotationsByKey() ?? [])
    .map(([key, events]) => {
      const senders = [...new Set([...events].filter((one) => !one.isRedacted()).map((one) => one.getSender()!))];
      return { key, count: senders.length, mine: senders.includes(myUserId), people: senders.map((sender) => personOf(room, sender)) };
    })
    .filter((reaction) => reaction.count > 0);
}
