/** NexusComm's own: a user's conversations, newest activity first, for the first paint of a client (docs/api.md). */
import { Type } from 'typebox';
import { endpoint } from '../../endpoint.ts';

const OptionalText = Type.Optional(Type.String());
const AnyObject = Type.Record(Type.String(), Type.Unknown());

/** Conversations in one page at most, and if the client does not say. */
export const MAX_INBOX_PAGE = 200;
export const DEFAULT_INBOX_PAGE = 50;

const lastEvent = Type.Object({
  event_id: Type.String(),
  sender: Type.String(),
  sender_name: Type.String(),
  /** ms since the epoch */
  origin_server_ts: Type.Integer(),
  type: Type.String(),
  state_key: OptionalText,
  /** as much as a preview needs, in its newest edit */
  content: Type.Object({ msgtype: OptionalText, body: OptionalText, membership: OptionalText, displayname: OptionalText }),
  redacted: Type.Optional(Type.Literal(true)),
});

export const inboxEntry = Type.Object({
  room_id: Type.String(),
  membership: Type.Union([Type.Literal('join'), Type.Literal('invite'), Type.Literal('knock')]),
  kind: Type.Union([Type.Literal('direct'), Type.Literal('room'), Type.Literal('space')]),
  name: Type.String(),
  /** mxc:// of the room, or of the other person of a direct chat */
  avatar_url: OptionalText,
  other_user_id: OptionalText,
  topic: OptionalText,
  encrypted: Type.Boolean(),
  /** 0 where it is not known: an invite from a room elsewhere */
  member_count: Type.Integer(),
  last_event: Type.Optional(lastEvent),
  /** ms since the epoch */
  activity_ts: Type.Integer(),
  notification_count: Type.Integer(),
  highlight_count: Type.Integer(),
  marked_unread: Type.Boolean(),
  muted: Type.Boolean(),
  tags: AnyObject,
  triage: Type.Optional(AnyObject),
  inviter: Type.Optional(Type.Object({ user_id: Type.String(), name: Type.String() })),
  network: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() })),
});

export const inbox = endpoint({
  method: 'GET',
  path: '/_nexuscomm/client/v1/inbox',
  auth: 'guest',
  rateLimit: 'general',
  query: Type.Object({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_INBOX_PAGE })),
    from: OptionalText,
  }),
  response: Type.Object({
    chunk: Type.Array(inboxEntry),
    next_batch: OptionalText,
    total: Type.Integer(),
  }),
});
