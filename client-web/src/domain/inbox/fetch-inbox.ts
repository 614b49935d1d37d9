/** GET /_nexuscomm/client/v1/inbox: conversations of an account, newest first, for the first paint. Other servers don't have it. */
import { matrixRequest } from '../http/matrix-request.ts';
import { safeName } from '../messages/safe-text.ts';
import { conversationId, type Conversation, type ConversationKind, type LastMessage, type Membership } from './conversation.ts';
import { lastMessageOf } from './last-message.ts';
import { parseTriage } from './triage.ts';

const PAGE = 100;
/** More come from matrix-js-sdk anyway. */
const MOST_PAGES = 30;

interface Row {
  room_id: string;
  membership: Membership;
  kind: ConversationKind;
  name: string;
  avatar_url?: string;
  other_user_id?: string;
  topic?: string;
  encrypted: boolean;
  member_count: number;
  last_event?: {
    event_id: string;
    sender: string;
    sender_name: string;
    origin_server_ts: number;
    type: string;
    content: Record<string, unknown>;
    redacted?: boolean;
  };
  activity_ts: number;
  notification_count: number;
  highlight_count: number;
  marked_unread: boolean;
  muted: boolean;
  tags: Record<string, unknown>;
  triage?: unknown;
  inviter?: { user_id: string; name: string };
  network?: { id: string; name: string };
}

/** Gives pages as they come. */
export async function* fetchInbox(account: {
  key: string;
  baseUrl: string;
  userId: string;
  accessToken: string;
  ask?: typeof fetch;
}): AsyncGenerator<Conversation[]> {
  let from: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await matrixRequest(account.baseUrl, '/_nexuscomm/client/v1/inbox', {
      accessToken: account.accessToken,
      ask: account.ask,
      query: { limit: PAGE, from },
    });
    const rows = (answer['chunk'] as Row[] | undefined) ?? [];
    yield rows.map((row) => toConversation(row, account.key, account.userId));
    from = answer['next_batch'] as string | undefined;
    if (from === undefined) return;
  }
}

function toConversation(row: Row, accountKey: string, userId: string): Conversation {
  const said = row.last_event && last(row.last_event, userId);
  return {
    id: conversationId(accountKey, row.room_id),
    accountKey,
    roomId: row.room_id,
    kind: row.kind,
    membership: row.membership,
    name: safeName(row.name, row.room_id),
    avatarMxc: row.avatar_url,
    otherUserId: row.other_user_id,
    topic: row.topic,
    encrypted: row.encrypted,
    memberCount: row.member_count,
    last: said,
    heardTs: said && !said.mine && said.kind !== 'state' ? said.ts : undefined,
    activityTs: row.activity_ts,
    unread: row.notification_count,
    mentions: row.highlight_count,
    markedUnread: row.marked_unread,
    muted: row.muted,
    favourite: 'm.favourite' in row.tags,
    lowPriority: 'm.lowpriority' in row.tags,
    triage: parseTriage(row.triage),
    inviter: row.inviter && { userId: row.inviter.user_id, name: safeName(row.inviter.name, row.inviter.user_id) },
    network: row.network,
  };
}

function last(event: NonNullable<Row['last_event']>, userId: string): LastMessage {
  return lastMessageOf({
    eventId: event.event_id,
    sender: event.sender,
    senderName: safeName(event.sender_name, event.sender),
    ts: event.origin_server_ts,
    type: event.type,
    content: event.content,
    redacted: event.redacted ?? false,
    mine: event.sender === userId,
  });
}
