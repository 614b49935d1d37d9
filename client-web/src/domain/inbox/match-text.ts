/** The filter above the inbox: every word has to occur in the name, the thread's first message, the person, the network or the topic, whatever its case and accents. */
import { fold } from '@nexuscomm/spec/fold-text.ts';
import type { Conversation } from './conversation.ts';

/** Conversations are replaced when they change, so what was folded once holds as long as the object. */
const folded = new WeakMap<Conversation, string>();

function haystack(conversation: Conversation): string {
  const known = folded.get(conversation);
  if (known !== undefined) return known;
  const { name, otherUserId, network, topic, inviter, thread } = conversation;
  const text = fold([name, thread?.rootText, otherUserId, network?.name, inviter?.name, topic].filter(Boolean).join('\n'));
  folded.set(conversation, text);
  return text;
}

export function matchesText(query: string): (conversation: Conversation) => boolean {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (conversation) => {
    const text = haystack(conversation);
    return words.every((word) => text.includes(word));
  };
}
