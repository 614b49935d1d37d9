/** A matrix-js-sdk room as a line of the inbox. */
import { EventType, JoinRule, NotificationCountType, PushRuleKind, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import { conversationId, type Conversation, type LastMessage, type Membership, type Triage } from '../inbox/conversation.ts';
import { lastMessageOf } from '../inbox/last-message.ts';
import { safeName } from '../messages/safe-text.ts';

const BRIDGE_TYPES = ['m.bridge', 'uk.half-shot.bridge'];
export const PREVIEWED: ReadonlySet<string> = new Set([
  'm.room.message',
  'm.room.encrypted',
  'm.sticker',
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
]);
const MEMBERSHIPS: ReadonlySet<string> = new Set(['join', 'invite', 'knock']);

/** `unread` and `mentions` have those of its threads in them. */
export function summariseRoom(
  client: MatrixClient,
  room: Room,
  of: { readonly accountKey: string; readonly directRooms: ReadonlyMap<string, string>; readonly triage: Triage },
): Conversation | undefined {
  const { accountKey, directRooms, triage } = of;
  const membership = room.getMyMembership();
  if (!MEMBERSHIPS.has(membership)) return undefined;
  const myUserId = client.getSafeUserId();
  const me = room.getMember(myUserId);
  const invite = membership === 'invite' ? me?.events.member : undefined;
  const other = directRooms.get(room.roomId) ?? (invite?.getContent()['is_direct'] === true ? invite.getSender() : undefined);
  const last = lastOf(client, room, myUserId);
  return {
    id: conversationId(accountKey, room.roomId),
    accountKey,
    roomId: room.roomId,
    kind: room.isSpaceRoom() ? 'space' : other === undefined ? 'room' : 'direct',
    membership: membership as Membership,
    name: safeName(room.name, room.roomId),
    avatarMxc: room.getMxcAvatarUrl() ?? (other === undefined ? undefined : room.getAvatarFallbackMember()?.getMxcAvatarUrl()) ?? undefined,
    otherUserId: other,
    topic: stateContent(room, EventType.RoomTopic)?.['topic'] as string | undefined,
    encrypted: room.hasEncryptionStateEvent(),
    memberCount: room.getJoinedMemberCount(),
    last,
    heardTs: last && !last.mine && last.kind !== 'state' ? last.ts : heardIn(room, myUserId),
    activityTs: last?.ts ?? invite?.getTs() ?? me?.events.member?.getTs() ?? 0,
    unread: room.getUnreadNotificationCount(NotificationCountType.Total),
    mentions: room.getUnreadNotificationCount(NotificationCountType.Highlight),
    markedUnread: room.getAccountData('m.marked_unread')?.getContent()['unread'] === true,
    muted: isMuted(client, room.roomId),
    favourite: 'm.favourite' in room.tags,
    lowPriority: 'm.lowpriority' in room.tags,
    triage,
    inviter: invite && { userId: invite.getSender()!, name: safeName(room.getMember(invite.getSender()!)?.name, invite.getSender()!) },
    network: networkOf(room),
    replacedBy: replacedBy(client, room),
  };
}

/** roomId → the other person, from `m.direct`. */
export function directRoomsOf(client: MatrixClient): Map<string, string> {
  const rooms = new Map<string, string>();
  const content = client.getAccountData(EventType.Direct)?.getContent() ?? {};
  for (const [userId, roomIds] of Object.entries(content)) {
    if (Array.isArray(roomIds)) for (const roomId of roomIds) if (typeof roomId === 'string') rooms.set(roomId, userId);
  }
  return rooms;
}

/** Upgraded, and the person is in the room that replaced it. */
function replacedBy(client: MatrixClient, room: Room): string | undefined {
  const successor = stateContent(room, EventType.RoomTombstone)?.['replacement_room'];
  return typeof successor === 'string' && client.getRoom(successor)?.getMyMembership() === 'join' ? successor : undefined;
}

function isMuted(client: MatrixClient, roomId: string): boolean {
  const silent = (actions: readonly unknown[]): boolean => !actions.includes('notify');
  const rules = client.pushRules?.global;
  const override = rules?.override?.find((rule) => rule.rule_id === roomId && rule.enabled);
  if (override) return silent(override.actions);
  const own = rules?.[PushRuleKind.RoomSpecific]?.find((rule) => rule.rule_id === roomId && rule.enabled);
  return own ? silent(own.actions) : false;
}

function networkOf(room: Room): { id: string; name: string } | undefined {
  for (const type of BRIDGE_TYPES) {
    for (const event of room.currentState.getStateEvents(type)) {
      const protocol = event.getContent()['protocol'] as { id?: unknown; displayname?: unknown } | undefined;
      if (typeof protocol?.id === 'string') {
        return { id: protocol.id, name: typeof protocol.displayname === 'string' ? protocol.displayname : protocol.id };
      }
    }
  }
  return undefined;
}

function lastOf(client: MatrixClient, room: Room, myUserId: string): LastMessage | undefined {
  const events = room.getLiveTimeline().getEvents();
  let fallback: MatrixEvent | undefined;
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i]!;
    const type = event.getType();
    if (PREVIEWED.has(type) || (event.isRedacted() && PREVIEWED.has(event.getWireType()))) {
      if (event.isRelation('m.replace') || event.isRelation('m.annotation')) continue;
      if (event.isEncrypted()) void client.decryptEventIfNeeded(event);
      return describeEvent(event, room, myUserId);
    }
    if (fallback === undefined && type === EventType.RoomMember) fallback = event;
  }
  return fallback && describeEvent(fallback, room, myUserId);
}

/** When somebody else last said something in what is loaded. */
function heardIn(room: Room, myUserId: string): number | undefined {
  const said = (event: MatrixEvent): boolean => PREVIEWED.has(event.getType()) && event.getSender() !== myUserId && !event.isRelation('m.replace');
  return room.getLiveTimeline().getEvents().findLast(said)?.getTs();
}

/** As the inbox shows it. */
export function describeEvent(event: MatrixEvent, room: Room, myUserId: string): LastMessage {
  const sender = event.getSender()!;
  return lastMessageOf({
    eventId: event.getId()!,
    sender,
    senderName: safeName(event.sender?.name ?? room.getMember(sender)?.name, sender),
    ts: event.getTs(),
    type: event.isDecryptionFailure() ? 'm.room.encrypted' : event.getType(),
    content: event.getContent(),
    redacted: event.isRedacted(),
    mine: sender === myUserId,
  });
}

export function stateContent(room: Room, type: string, stateKey = ''): Record<string, unknown> | undefined {
  return room.currentState.getStateEvents(type, stateKey)?.getContent();
}

export const isPublic = (room: Room): boolean => room.getJoinRule() === JoinRule.Public;
