/** One line of the inbox, as plain data: what is painted before matrix-js-sdk has loaded, kept in IndexedDB, and rendered by the UI. */

/** Of a room `${accountKey}/${roomId}`, of a thread `${accountKey}/${roomId}/${rootId}`: the same room in two accounts is two conversations. */
export type ConversationId = string;

export type ConversationKind = 'direct' | 'room' | 'space';
export type Membership = 'join' | 'invite' | 'knock' | 'leave';

/** Triage state (account data `io.nexuscomm.triage` of the room). Orders are event timestamps in ms, so late devices converge. */
export type Triage =
  | { readonly state: 'active' }
  /** Done up to this event; anything newer makes it active again. */
  | { readonly state: 'done'; readonly eventId: string; readonly ts: number }
  /** Hidden until `until` (ms since epoch); `wake` says what else brings it back. */
  | { readonly state: 'snoozed'; readonly until: number; readonly wake: 'time' | 'reply' | 'mention'; readonly ts: number };

export interface LastMessage {
  readonly eventId: string;
  readonly sender: string;
  /** Display name of the sender in the room. */
  readonly senderName: string;
  readonly ts: number;
  /** One line of plain text; empty if `kind` says all. */
  readonly text: string;
  readonly kind: 'text' | 'emote' | 'image' | 'video' | 'audio' | 'file' | 'sticker' | 'encrypted' | 'redacted' | 'state' | 'poll' | 'location';
  readonly mine: boolean;
}

/** What makes a conversation one of a thread; all else is told of it as of a room. */
export interface ThreadPart {
  readonly rootId: string;
  /** One line of plain text; empty if `rootKind` says all. */
  readonly rootText: string;
  readonly rootKind: LastMessage['kind'];
  /** User id. */
  readonly rootSender: string;
  readonly rootMine: boolean;
  /** ms; when the user first answered in it, 0 where that is too long ago to be known, undefined if never. */
  readonly wroteTs: number | undefined;
  /** Somebody mentioned the user in it, read or not. */
  readonly mentioned: boolean;
  /** Followed, but nobody else has written since: only in the list of threads. */
  readonly quiet: boolean;
}

export interface Conversation {
  readonly id: ConversationId;
  readonly accountKey: string;
  readonly roomId: string;
  readonly kind: ConversationKind;
  readonly membership: Membership;
  readonly name: string;
  readonly avatarMxc: string | undefined;
  /** For direct chats: the other person. */
  readonly otherUserId: string | undefined;
  readonly topic: string | undefined;
  readonly encrypted: boolean;
  readonly memberCount: number;
  readonly last: LastMessage | undefined;
  /** ms; when somebody else last said something, as far as that is known: own messages may stand after it */
  readonly heardTs?: number | undefined;
  /** ms; what recency goes by: the last message, else when the user joined or was invited */
  readonly activityTs: number;
  readonly unread: number;
  readonly mentions: number;
  readonly markedUnread: boolean;
  readonly muted: boolean;
  readonly favourite: boolean;
  readonly lowPriority: boolean;
  readonly triage: Triage;
  /** Of an invite: who invited. */
  readonly inviter: { readonly userId: string; readonly name: string } | undefined;
  /** The external network behind a bridge (MSC2346), otherwise undefined. */
  readonly network: { readonly id: string; readonly name: string } | undefined;
  /** The room that took this one's place and that the user is in: this one can be read, but is in no list. */
  readonly replacedBy?: string | undefined;
  /** A followed thread: `name`, `avatarMxc` and the like are those of its room. */
  readonly thread?: ThreadPart | undefined;
}

export const conversationId = (accountKey: string, roomId: string, rootId?: string): ConversationId =>
  rootId === undefined ? `${accountKey}/${roomId}` : `${accountKey}/${roomId}/${rootId}`;

/** The line of a room without what lines of its threads tell. */
export const withoutThreads = (row: Conversation, threads: Pick<Conversation, 'unread' | 'mentions'>): Conversation => ({
  ...row,
  unread: Math.max(0, row.unread - threads.unread),
  mentions: Math.max(0, row.mentions - threads.mentions),
});

/** Ids of events have slashes in them in some room versions, and begin with `$` in all. */
export function parseConversationId(id: ConversationId): {
  readonly accountKey: string;
  readonly roomId: string;
  readonly rootId: string | undefined;
} {
  const slash = id.indexOf('/');
  const accountKey = id.slice(0, slash);
  const rest = id.slice(slash + 1);
  const root = rest.lastIndexOf('/$');
  return root < 0 ? { accountKey, roomId: rest, rootId: undefined } : { accountKey, roomId: rest.slice(0, root), rootId: rest.slice(root + 1) };
}
