/** The one line of a conversation in the inbox. */
import { previewText } from '../messages/preview-text.ts';
import { isBlank, safeBody } from '../messages/safe-text.ts';
import type { LastMessage } from './conversation.ts';

const MOST_TEXT = 200;
const KINDS: Readonly<Record<string, LastMessage['kind']>> = {
  'm.emote': 'emote',
  'm.image': 'image',
  'm.video': 'video',
  'm.audio': 'audio',
  'm.file': 'file',
  'm.location': 'location',
};

export function lastMessageOf(event: {
  eventId: string;
  sender: string;
  senderName: string;
  ts: number;
  type: string;
  content: Readonly<Record<string, unknown>>;
  redacted: boolean;
  mine: boolean;
}): LastMessage {
  const { eventId, sender, senderName, ts, mine } = event;
  const common = { eventId, sender, senderName, ts, mine };
  if (event.redacted) return { ...common, kind: 'redacted', text: '' };
  const body = typeof event.content['body'] === 'string' ? event.content['body'] : '';
  switch (event.type) {
    case 'm.room.encrypted':
      return { ...common, kind: 'encrypted', text: '' };
    case 'm.sticker':
      return { ...common, kind: 'sticker', text: oneLine(body) };
    case 'm.poll.start':
    case 'org.matrix.msc3381.poll.start':
      return { ...common, kind: 'poll', text: '' };
    case 'm.room.message':
      return { ...common, kind: KINDS[String(event.content['msgtype'])] ?? 'text', text: oneLine(previewText(event.content)) };
    default:
      return { ...common, kind: 'state', text: event.type };
  }
}

/** Empty if nothing of it can be seen. */
function oneLine(text: string): string {
  const line = safeBody(text)
    .slice(0, MOST_TEXT * 2)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST_TEXT);
  return isBlank(line) ? '' : line;
}
