/**
 * Triage and the like, over all accounts. Each is seen at once and undone if the server refuses; each gives back what undoes
 * it, for Z and the undo toast. Without a session (offline before the first sync) they fail with `NotConnected`.
 */
import type { RoomActions } from '../matrix/room-actions.ts';
import type { Conversation, ConversationId, Triage } from './conversation.ts';
import type { Inbox } from './inbox.ts';

export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

export type Undo = () => Promise<void>;

export class ConversationActions {
  readonly #inbox: Inbox;
  readonly #roomActionsOf: (accountKey: string) => RoomActions | undefined;

  constructor(inbox: Inbox, roomActionsOf: (accountKey: string) => RoomActions | undefined) {
    this.#inbox = inbox;
    this.#roomActionsOf = roomActionsOf;
  }

  async markDone(id: ConversationId): Promise<Undo> {
    const row = this.#row(id);
    const triage: Triage = { state: 'done', eventId: row.last?.eventId ?? '', ts: row.activityTs };
    return this.#setTriage(row, triage);
  }

  async snooze(id: ConversationId, until: number, wake: 'time' | 'reply' | 'mention'): Promise<Undo> {
    const row = this.#row(id);
    return this.#setTriage(row, { state: 'snoozed', until, wake, ts: row.activityTs });
  }

  async reopen(id: ConversationId): Promise<Undo> {
    return this.#setTriage(this.#row(id), { state: 'active' });
  }

  async setMarkedUnread(id: ConversationId, unread: boolean): Promise<Undo> {
    const row = this.#row(id);
    await this.#apply(row, { markedUnread: unread }, async (actions) => actions.setMarkedUnread(row.roomId, unread));
    return async () => void (await this.setMarkedUnread(id, !unread));
  }

  async markRead(id: ConversationId): Promise<void> {
    const row = this.#row(id);
    await this.#apply(row, { unread: 0, mentions: 0, markedUnread: false }, async (actions) => actions.markRead(row.roomId));
  }

  async setFavourite(id: ConversationId, on: boolean): Promise<Undo> {
    const row = this.#row(id);
    await this.#apply(row, { favourite: on }, async (actions) => actions.setTag(row.roomId, 'm.favourite', on));
    return async () => void (await this.setFavourite(id, !on));
  }

  async setLowPriority(id: ConversationId, on: boolean): Promise<Undo> {
    const row = this.#row(id);
    await this.#apply(row, { lowPriority: on }, async (actions) => actions.setTag(row.roomId, 'm.lowpriority', on));
    return async () => void (await this.setLowPriority(id, !on));
  }

  async accept(id: ConversationId): Promise<void> {
    const row = this.#row(id);
    await this.#actions(row).accept(row.roomId);
  }

  async leave(id: ConversationId): Promise<void> {
    const row = this.#row(id);
    await this.#actions(row).leave(row.roomId);
    this.#inbox.remove([id]);
  }

  async #setTriage(row: Conversation, triage: Triage): Promise<Undo> {
    const before = row.triage;
    await this.#apply(row, { triage }, async (actions) => actions.setTriage(row.roomId, triage));
    return async () => {
      await this.#apply(this.#row(row.id), { triage: before }, async (actions) => actions.setTriage(row.roomId, before));
    };
  }

  async #apply(row: Conversation, change: Partial<Conversation>, work: (actions: RoomActions) => Promise<void>): Promise<void> {
    const actions = this.#actions(row);
    this.#inbox.change(row.id, change);
    try {
      await work(actions);
    } catch (error) {
      const before = Object.fromEntries(Object.keys(change).map((name) => [name, row[name as keyof Conversation]]));
      this.#inbox.change(row.id, before);
      throw error;
    }
  }

  #row(id: ConversationId): Conversation {
    const row = this.#inbox.get(id);
    if (!row) throw new NotConnected('the conversation is gone');
    return row;
  }

  #actions(row: Conversation): RoomActions {
    const actions = this.#roomActionsOf(row.accountKey);
    if (!actions) throw new NotConnected('the account is not connected yet');
    return actions;
  }
}
