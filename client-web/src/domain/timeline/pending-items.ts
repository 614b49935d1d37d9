/** What waits in the outbox, as part of the timeline: new messages at its end, edits and reactions where they belong. */
import type { OutboxItem } from '../outbox/outbox.ts';
import { mediaOf } from './media-content.ts';
import type { MessageContent, MessageItem, Person, Reaction, SendState, TimelineItem } from './timeline-item.ts';

interface Relation {
  readonly rel_type?: string;
  readonly event_id?: string;
  readonly key?: string;
  readonly is_falling_back?: boolean;
  readonly 'm.in_reply_to'?: { readonly event_id?: string };
}

const relationOf = (item: OutboxItem): Relation => (item.entry.content['m.relates_to'] as Relation | undefined) ?? {};
const sendState = (item: OutboxItem): SendState => (item.state === 'sent' ? 'sending' : item.state);

/** Local urls of files that are on their way, until the server's are there. */
export interface PendingContext {
  readonly me: Person;
  readonly arrived: ReadonlySet<string>;
  readonly encrypted: boolean;
  find(eventId: string): MessageItem | undefined;
}

export function outboxItems(pending: readonly OutboxItem[], context: PendingContext): TimelineItem[] {
  const items: TimelineItem[] = [];
  for (const one of pending) {
    const { entry } = one;
    if (context.arrived.has(entry.id)) continue;
    if (entry.eventType !== 'm.room.message' && entry.eventType !== 'm.sticker') continue;
    const relation = relationOf(one);
    if (relation.rel_type === 'm.replace') continue;
    const repliedId = relation.is_falling_back === true ? undefined : relation['m.in_reply_to']?.event_id;
    const replied = repliedId === undefined ? undefined : context.find(repliedId);
    items.push({
      type: 'message',
      key: entry.id,
      eventId: undefined,
      sender: context.me,
      ts: entry.ts,
      mine: true,
      content: pendingContent(one),
      edited: undefined,
      replyTo: repliedId === undefined ? undefined : { eventId: repliedId, sender: replied?.sender, content: replied?.content },
      threadRootId: entry.threadRootId,
      thread: undefined,
      reactions: [],
      readBy: [],
      mentionsMe: false,
      encrypted: context.encrypted,
      shield: undefined,
      sendState: sendState(one),
      sendError: entry.failed,
      uploadProgress: one.progress,
      can: { edit: false, redact: false, react: false, reply: false, pin: false },
      pinned: false,
    });
  }
  return items;
}

function pendingContent(one: OutboxItem): MessageContent {
  const { content, file, eventType } = one.entry;
  if (file) {
    const kind = (['image', 'video', 'audio'] as const).find((one) => content['msgtype'] === `m.${one}`) ?? 'file';
    const body = bodyOf(content);
    const html =
      content['format'] === 'org.matrix.custom.html' && typeof content['formatted_body'] === 'string' ? content['formatted_body'] : undefined;
    return {
      type: 'media',
      media: {
        kind,
        mxc: undefined,
        file: undefined,
        thumbnailMxc: undefined,
        thumbnailFile: undefined,
        name: file.name,
        mimetype: file.mimetype,
        bytes: file.blob.size,
        width: file.width,
        height: file.height,
        durationMs: file.durationMs,
        blurhash: file.blurhash,
        voice: 'org.matrix.msc3245.voice' in content,
        caption: body !== '' && body !== file.name ? { body, html } : undefined,
        localBlob: file.blob,
        localPoster: file.thumbnail?.blob,
      },
    };
  }
  const media = mediaOf(eventType === 'm.sticker' ? { ...content, msgtype: 'sticker' } : content);
  if (media) return { type: 'media', media };
  const html =
    content['format'] === 'org.matrix.custom.html' && typeof content['formatted_body'] === 'string' ? content['formatted_body'] : undefined;
  const type = content['msgtype'] === 'm.emote' ? 'emote' : content['msgtype'] === 'm.notice' ? 'notice' : 'text';
  return { type, text: { body: bodyOf(content), html } };
}

const bodyOf = (content: Readonly<Record<string, unknown>>): string => (typeof content['body'] === 'string' ? content['body'] : '');

/** Edits and reactions that are under way are shown at once. */
export function withPendingChanges(item: MessageItem, pending: readonly OutboxItem[], myUserId: string): MessageItem {
  if (pending.length === 0 || item.eventId === undefined) return item;
  let changed = item;
  for (const one of pending) {
    const relation = relationOf(one);
    if (relation.event_id !== item.eventId || one.state === 'sent') continue;
    if (relation.rel_type === 'm.replace') {
      const fresh = (one.entry.content['m.new_content'] ?? {}) as Record<string, unknown>;
      const html = fresh['format'] === 'org.matrix.custom.html' && typeof fresh['formatted_body'] === 'string' ? fresh['formatted_body'] : undefined;
      const type = fresh['msgtype'] === 'm.emote' ? 'emote' : 'text';
      const media = mediaOf(fresh);
      changed = {
        ...changed,
        content: media ? { type: 'media', media } : { type, text: { body: bodyOf(fresh), html } },
        edited: { ts: one.entry.ts },
        sendState: sendState(one),
        sendError: one.entry.failed,
      };
    } else if (relation.rel_type === 'm.annotation' && relation.key !== undefined && one.state !== 'failed') {
      changed = { ...changed, reactions: withReaction(changed.reactions, relation.key, { userId: myUserId, name: myUserId, avatarMxc: undefined }) };
    }
  }
  return changed;
}

function withReaction(reactions: readonly Reaction[], key: string, me: Person): Reaction[] {
  const found = reactions.find((reaction) => reaction.key === key);
  if (!found) return [...reactions, { key, count: 1, mine: true, people: [me] }];
  if (found.mine) return [...reactions];
  return reactions.map((one) => (one === found ? { ...one, count: one.count + 1, mine: true, people: [...one.people, me] } : one));
}
