/** The `content` of an `m.room.message` of text, as this client makes it. */

export type TextMessageType = 'm.text' | 'm.emote' | 'm.notice';

export interface Mentions {
  readonly user_ids?: readonly string[];
  readonly room?: true;
}

export interface TextContent {
  readonly msgtype: TextMessageType;
  readonly body: string;
  readonly format?: 'org.matrix.custom.html';
  readonly formatted_body?: string;
  /** Always there, if only to say that nobody is mentioned: otherwise old push rules search the body for names. */
  readonly 'm.mentions': Mentions;
}

/** Nobody twice, in the order they were named. */
export function makeMentions(userIds: Iterable<string>, room: boolean): Mentions {
  const unique = [...new Set(userIds)];
  return { ...(unique.length > 0 && { user_ids: unique }), ...(room && { room: true }) };
}

/** The mentions of some content, of which nothing is known to be as it should. */
export function readMentions(content: Readonly<Record<string, unknown>>): { readonly userIds: readonly string[]; readonly room: boolean } {
  const mentions = content['m.mentions'];
  if (typeof mentions !== 'object' || mentions === null) return { userIds: [], room: false };
  const { user_ids: userIds, room } = mentions as { user_ids?: unknown; room?: unknown };
  return { userIds: Array.isArray(userIds) ? userIds.filter((id) => typeof id === 'string') : [], room: room === true };
}
