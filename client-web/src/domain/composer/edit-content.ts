/** An edit (Client-Server API, "Event replacements", "Edits of events with mentions"): the new content, and a fallback for clients that know no edits. */
import { htmlTokens } from '../messages/html-tokens.ts';
import { parseMatrixLink } from '../messages/permalinks.ts';
import { decodeEntities, type UnknownContent } from '../messages/preview-text.ts';
import { makeMentions, readMentions, type Mentions, type TextContent } from './message-content.ts';

export interface EditContent extends TextContent {
  readonly 'm.new_content': TextContent;
  readonly 'm.relates_to': { readonly rel_type: 'm.replace'; readonly event_id: string };
}

export interface Edit {
  /** The original's, also of a message that was edited before. */
  readonly eventId: string;
  /** The newest content so far: the original's, or the `m.new_content` of the last edit. */
  readonly previous: UnknownContent;
  /** What it is to say. Its relation stays that of the original, so it has none. */
  readonly next: TextContent;
}

function linkedUsers(html: unknown): ReadonlySet<string> {
  const users = new Set<string>();
  if (typeof html !== 'string') return users;
  for (const token of htmlTokens(html)) {
    const href = token.type === 'open' && token.name === 'a' ? token.attributes.find(({ name }) => name === 'href')?.raw : undefined;
    const link = href === undefined ? undefined : parseMatrixLink(decodeEntities(href));
    if (link?.kind === 'user') users.add(link.userId);
  }
  return users;
}

/** Who is mentioned without being named: whose message a reply answers. That does not end because the text changes. */
function impliedMentions(previous: UnknownContent): readonly string[] {
  const named = linkedUsers(previous['formatted_body']);
  return readMentions(previous).userIds.filter((id) => !named.has(id));
}

/** Who was not told before. */
function newMentions(previous: UnknownContent, next: Mentions): Mentions {
  const before = readMentions(previous);
  const userIds = (next.user_ids ?? []).filter((id) => !before.userIds.includes(id));
  return makeMentions(userIds, next.room === true && !before.room);
}

export function makeEdit({ eventId, previous, next }: Edit): EditContent {
  const mentions = next['m.mentions'];
  const resolved: TextContent = {
    ...next,
    'm.mentions': makeMentions([...impliedMentions(previous), ...(mentions.user_ids ?? [])], mentions.room === true),
  };
  return {
    ...next,
    body: `* ${next.body}`,
    ...(next.formatted_body !== undefined && { formatted_body: `* ${next.formatted_body}` }),
    'm.mentions': newMentions(previous, resolved['m.mentions']),
    'm.new_content': resolved,
    'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
  };
}
