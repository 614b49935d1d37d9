/**
 * Triage and the like, over all accounts. Each is seen at once and undone if the server refuses; each gives back what undoes
 * it, for Z and the undo toast. Without a session (offline before the first sync) they fail with `NotConnected`.
 */
import type { RoomActions } from '../matrix/room-actions.ts';
import { conversationId, type Conversation, type ConversationId, type Triage } from './conversation.ts';
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
    await this.#apply(row, { markedUnread: unread }, async (actions) => {
      if (row.thread) await actions.setThread(row.roomId, row.thread.rootId, { unread: unread ? true : undefined });
      else await actions.setMarkedUnread(row.roomId, unread);
    });
    return async () => void (await this.setMarkedUnread(id, !unread));
  }

  async markRead(id: ConversationId): Promise<void> {
    const row = this.#row(id);
    await this.#apply(row, { unread: 0, mentions: 0, markedUnread: false }, async (actions) => {
      if (row.thread) await actions.markThreadRead(row.roomId, row.thread.rootId, row.last?.eventId);
      else await actions.markRead(row.roomId, this.#threadsOf(row));
    });
  }

  /** A thread may be followed that has no line yet. `newestTs`: ms, of its newest event as far as it is known. */
  async setFollowed(thread: { accountKey: string; roomId: string; rootId: string; newestTs: number }, on: boolean): Promise<Undo> {
    const { accountKey, roomId, rootId, newestTs } = thread;
    const actions = this.#roomActionsOf(accountKey);
    if (!actions) throw new NotConnected('the account is not connected yet');
    const before = actions.threadTriage(roomId, rootId);
    const row = this.#inbox.get(conversationId(accountKey, roomId, rootId));
    if (!on && row) this.#inbox.remove([row.id]);
    await actions.setThread(roomId, rootId, { follow: on, followTs: on ? newestTs : undefined });
    return async () => actions.setThread(roomId, rootId, { follow: before?.follow, followTs: before?.followTs });
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
    this.#inbox.remove([id, ...this.#threadsOf(row).map((rootId) => conversationId(row.accountKey, row.roomId, rootId))]);
  }

  /** Roots of those that have a line. */
  #threadsOf(row: Conversation): string[] {
    return [...this.#inbox.state.getState().conversations.values()]
      .filter(({ accountKey, roomId, thread }) => thread && roomId === row.roomId && accountKey === row.accountKey)
      .map(({ thread }) => thread!.rootId);
  }

  async #setTriage(row: Conversation, triage: Triage): Promise<Undo> {
    const { triage: before, thread } = row;
    const keptBefore = thread && this.#actions(row).threadTriage(row.roomId, thread.rootId)?.triage;
    const set = async (actions: RoomActions, next: Triage | undefined): Promise<void> =>
      thread ? actions.setThread(row.roomId, thread.rootId, { triage: next }) : actions.setTriage(row.roomId, next ?? { state: 'active' });
    await this.#apply(row, { triage }, async (actions) => set(actions, triage));
    return async () => {
      await this.#apply(this.#row(row.id), { triage: before }, async (actions) => set(actions, thread ? keptBefore : before));
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
