/** Mentions as they stand in the composer's text: `@[Name](@user:server)`, also of rooms by alias or id. */
import { isRoomAlias, isRoomId, isUserId } from '@nexuscomm/spec/identifiers/parse.ts';

/** Sticky and global users take a copy: the source is what is shared. */
export const MENTION_TOKEN = /@\[((?:\\[\s\S]|[^\\\]])*)\]\(([^()\s]{2,800})\)/;

export interface MentionToken {
  readonly name: string;
  /** A user id, a room alias or a room id. */
  readonly id: string;
}

export const makeMentionToken = ({ name, id }: MentionToken): string =>
  `@[${name.replaceAll(/[\\\]]/g, '\\$&').replaceAll(/\s+/g, ' ')}](${id.replaceAll(/[()\s%]/g, (character) => (/[()]/.test(character) ? `%${character.charCodeAt(0).toString(16)}` : encodeURIComponent(character)))})`;

/** undefined if what stands in the parentheses is no identifier: then it is text. */
export function readMentionToken(name: string, id: string): MentionToken | undefined {
  let plain: string;
  try {
    plain = decodeURIComponent(id);
  } catch {
    return undefined;
  }
  if (!isUserId(plain) && !isRoomAlias(plain) && !isRoomId(plain)) return undefined;
  return { name: name.replaceAll(/\\([\s\S])/g, '$1').trim() || plain, id: plain };
}
