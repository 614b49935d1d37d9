/**
 * Triage and the like, over all accounts. Each is seen at once, goes to the server as soon as there is a way (`PendingChanges`),
 * and is undone if the server refuses; each gives back what undoes it, for Z and the undo toast. What only a server can do fails
 * with `NotConnected` without a session; in a window whose accounts are open in another one everything does.
 */
import type { RoomActions } from '../matrix/room-actions.ts';
import { conversationId, parseConversationId, type Conversation, type ConversationId, type Triage } from './conversation.ts';
import type { ConversationChange } from './conversation-change.ts';
import type { Inbox } from './inbox.ts';
import type { PendingChanges } from './pending-changes.ts';

export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

export type Undo = () => Promise<void>;

/** What the accounts' sessions can do for it. */
export interface SessionsForActions {
  /** undefined until the account's session has started */
  roomActions(accountKey: string): RoomActions | undefined;
  /** Whether another window runs the account. */
  isElsewhere(accountKey: string): boolean;
}

export class ConversationActions {
  readonly #inbox: Inbox;
  readonly #changes: PendingChanges;
  readonly #sessions: SessionsForActions;

  constructor(inbox: Inbox, changes: PendingChanges, sessions: SessionsForActions) {
    this.#inbox = inbox;
    this.#changes = changes;
    this.#sessions = sessions;
  }

  async markDone(id: ConversationId): Promise<Undo> {
    const row = this.#row(id);
    return this.#setTriage(row, { state: 'done', eventId: row.last?.eventId ?? '', ts: row.activityTs });
  }

  async snooze(id: ConversationId, until: number, wake: 'time' | 'reply' | 'mention'): Promise<Undo> {
    const row = this.#row(id);
    return this.#setTriage(row, { state: 'snoozed', until, wake, ts: row.activityTs });
  }

  async reopen(id: ConversationId): Promise<Undo> {
    return this.#setTriage(this.#row(id), { state: 'active' });
  }

  async setMarkedUnread(id: ConversationId, on: boolean): Promise<Undo> {
    return this.#toggle(id, 'markedUnread', on);
  }

  async setFavourite(id: ConversationId, on: boolean): Promise<Undo> {
    return this.#toggle(id, 'favourite', on);
  }

  async setLowPriority(id: ConversationId, on: boolean): Promise<Undo> {
    return this.#toggle(id, 'lowPriority', on);
  }

  async markRead(id: ConversationId): Promise<void> {
    const row = this.#row(id);
    const newest = row.thread ? undefined : this.#sessions.roomActions(row.accountKey)?.newestEvent(row.roomId);
    await this.#change(id, { kind: 'read', eventId: newest ?? row.last?.eventId, ts: row.activityTs });
  }

  /** A thread may be followed that has no line yet. `newestTs`: ms, of its newest event as far as it is known. */
  async setFollowed(thread: { accountKey: string; roomId: string; rootId: string; newestTs: number }, on: boolean): Promise<Undo> {
    const { accountKey, roomId, rootId, newestTs } = thread;
    const before = this.#sessions.roomActions(accountKey)?.threadTriage(roomId, rootId);
    const id = conversationId(accountKey, roomId, rootId);
    await this.#change(id, { kind: 'followed', on, ts: on ? newestTs : undefined });
    return async () => this.#change(id, { kind: 'followed', on: before?.follow, ts: before?.followTs });
  }

  async accept(id: ConversationId): Promise<void> {
    const row = this.#row(id);
    await this.#actions(row).accept(row.roomId);
  }

  async leave(id: ConversationId): Promise<void> {
    const row = this.#row(id);
    await this.#actions(row).leave(row.roomId);
    const threads = [...this.#inbox.state.getState().conversations.values()].filter(
      ({ accountKey, roomId, thread }) => thread && roomId === row.roomId && accountKey === row.accountKey,
    );
    this.#inbox.remove([id, ...threads.map((thread) => thread.id)]);
  }

  async #setTriage(row: Conversation, triage: Triage): Promise<Undo> {
    const { id, thread, triage: shown } = row;
    const kept = thread ? this.#sessions.roomActions(row.accountKey)?.threadTriage(row.roomId, thread.rootId)?.triage : shown;
    const before = kept ?? (shown.state === 'active' ? undefined : shown);
    await this.#change(id, { kind: 'triage', triage });
    return async () => this.#change(id, { kind: 'triage', triage: before });
  }

  async #toggle(id: ConversationId, kind: 'markedUnread' | 'favourite' | 'lowPriority', on: boolean): Promise<Undo> {
    await this.#change(id, { kind, on });
    return async () => this.#change(id, { kind, on: !on });
  }

  async #change(id: ConversationId, change: ConversationChange): Promise<void> {
    if (this.#sessions.isElsewhere(parseConversationId(id).accountKey)) throw new NotConnected('the account is open in another window');
    await this.#changes.add(id, change);
  }

  #row(id: ConversationId): Conversation {
    const row = this.#inbox.get(id);
    if (!row) throw new NotConnected('the conversation is gone');
    return row;
  }

  #actions(row: Conversation): RoomActions {
    const actions = this.#sessions.roomActions(row.accountKey);
    if (!actions) throw new NotConnected('the account is not connected yet');
    return actions;
  }
}
