/** What a person does to a conversation as plain data, so that it can wait for the network, and how its line looks from then on. */
import type { Conversation, ConversationId, Triage } from './conversation.ts';

export type ConversationChange =
  /** undefined: a thread goes back to what it was before it was ever triaged */
  | { readonly kind: 'triage'; readonly triage: Triage | undefined }
  | { readonly kind: 'markedUnread'; readonly on: boolean }
  /** Up to an event; `ts`: ms, what came later is unread still. */
  | { readonly kind: 'read'; readonly eventId: string | undefined; readonly ts: number }
  | { readonly kind: 'favourite' | 'lowPriority'; readonly on: boolean }
  /** Of a thread; undefined leaves it to the rules again. `ts`: ms, of its newest event. */
  | { readonly kind: 'followed'; readonly on: boolean | undefined; readonly ts: number | undefined };

/** Of two changes of one conversation with the same key, the later one is all that counts. */
export const changeKey = (id: ConversationId, { kind }: ConversationChange): string =>
  `${id}#${kind === 'read' || kind === 'markedUnread' ? 'unread' : kind}`;

/** undefined: it is no line of the inbox any more. */
export function withChange(row: Conversation, change: ConversationChange): Conversation | undefined {
  switch (change.kind) {
    case 'triage':
      return { ...row, triage: change.triage ?? { state: 'active' } };
    case 'markedUnread':
      return { ...row, markedUnread: change.on };
    case 'read':
      return { ...row, markedUnread: false, ...(row.activityTs <= change.ts ? { unread: 0, mentions: 0 } : {}) };
    case 'favourite':
      return { ...row, favourite: change.on };
    case 'lowPriority':
      return { ...row, lowPriority: change.on };
    case 'followed':
      return change.on === false ? undefined : row;
  }
}
