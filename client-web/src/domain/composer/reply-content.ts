/** Replies and messages in threads (Client-Server API, "Rich replies" and "Threading"), without the quotes that were usual until v1.13. */
import { makeMentions, type TextContent } from './message-content.ts';

export interface RepliedTo {
  readonly eventId: string;
  readonly sender: string;
}

export interface ThreadPlace {
  readonly rootId: string;
  /** The newest message of the thread that others are likely to show; the root if there is none. */
  readonly latestId: string | undefined;
}

export interface Relation {
  readonly replyTo: RepliedTo | undefined;
  readonly thread: ThreadPlace | undefined;
  readonly ownUserId: string;
  /** Whether whose message is answered is told; they are unless they do not want to be disturbed. */
  readonly notify?: boolean;
}

export interface RelatesTo {
  readonly rel_type?: 'm.thread';
  readonly event_id?: string;
  readonly is_falling_back?: boolean;
  readonly 'm.in_reply_to'?: { readonly event_id: string };
}

export function makeRelatesTo(replyTo: RepliedTo | undefined, thread: ThreadPlace | undefined): RelatesTo | undefined {
  if (thread) {
    return {
      rel_type: 'm.thread',
      event_id: thread.rootId,
      // For clients without threads a message of one looks like a reply to the one before it.
      is_falling_back: replyTo === undefined,
      'm.in_reply_to': { event_id: replyTo?.eventId ?? thread.latestId ?? thread.rootId },
    };
  }
  return replyTo && { 'm.in_reply_to': { event_id: replyTo.eventId } };
}

export function withRelation<Content extends TextContent>(
  content: Content,
  { replyTo, thread, ownUserId, notify = true }: Relation,
): Content & { readonly 'm.relates_to'?: RelatesTo } {
  const relation = makeRelatesTo(replyTo, thread);
  const told = replyTo && notify && replyTo.sender !== ownUserId ? [replyTo.sender] : [];
  const { user_ids: userIds = [], room } = content['m.mentions'];
  return { ...content, 'm.mentions': makeMentions([...userIds, ...told], room === true), ...(relation && { 'm.relates_to': relation }) };
}
