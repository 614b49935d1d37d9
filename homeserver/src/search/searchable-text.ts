/** What of an event can be searched for (Client-Server API, "Server Side Search"). */
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';

export const SEARCH_KEYS = { 'content.body': 1, 'content.name': 2, 'content.topic': 3 } as const;
export type SearchKey = keyof typeof SEARCH_KEYS;

export const SEARCHED_TYPES = ['m.room.message', 'm.room.name', 'm.room.topic'] as const;

/** `content` stands for the event's own, for example that of its newest edit. */
export function searchableText(stored: StoredEvent, content: JsonObject = stored.content): { key: number; text: string } | undefined {
  const { type, stateKey } = stored.event;
  if (type === 'm.room.message' && stateKey === undefined) return entry('content.body', [content['body']]);
  if (type === 'm.room.name' && stateKey === '') return entry('content.name', [content['name']]);
  if (type === 'm.room.topic' && stateKey === '') return entry('content.topic', [content['topic'], plainTopic(content)]);
  return undefined;
}

/** The event that this one is an edit of. */
export function editedEvent(stored: StoredEvent): string | undefined {
  const relates = stored.event.content['m.relates_to'];
  if (!isJsonObject(relates) || relates['rel_type'] !== 'm.replace' || stored.isState) return undefined;
  return typeof relates['event_id'] === 'string' ? relates['event_id'] : undefined;
}

function entry(key: SearchKey, texts: readonly unknown[]): { key: number; text: string } | undefined {
  const found = [...new Set(texts.filter((text): text is string => typeof text === 'string' && text !== ''))];
  // PostgreSQL keeps no NUL in text, and nothing that is not well-formed.
  const text = found.join('\n').replaceAll('\u0000', ' ').toWellFormed();
  return text === '' ? undefined : { key: SEARCH_KEYS[key], text };
}

/** The text/plain form of `m.topic`. */
function plainTopic(content: JsonObject): unknown {
  const topic = content['m.topic'];
  const texts = isJsonObject(topic) ? topic['m.text'] : undefined;
  if (!Array.isArray(texts)) return undefined;
  const plain = texts.find((text) => isJsonObject(text) && (text['mimetype'] ?? 'text/plain') === 'text/plain');
  return isJsonObject(plain) ? plain['body'] : undefined;
}
