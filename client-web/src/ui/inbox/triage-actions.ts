/** Triage as a person does it: the change, a toast to undo it, the next conversation. */
import type { App } from '../../domain/app.ts';
import { draftKey } from '../../domain/composer/drafts.ts';
import { conversationId, parseConversationId, type Conversation, type ConversationId } from '../../domain/inbox/conversation.ts';
import type { Undo } from '../../domain/inbox/conversation-actions.ts';
import { formatRelative } from '../../i18n/format.ts';
import { t } from '../../i18n/i18n.ts';
import { composerContexts } from '../composer/composer-store.ts';
import { attempt } from '../error-sentence.ts';
import { confirm } from '../primitives/confirm.tsx';
import { showToast } from '../primitives/toast-store.ts';
import { askForNewAdmin } from '../rooms/ask-new-admin.ts';
import { closeConversation, openConversation, openIdOf, routeStore } from '../route.ts';
import { wakeAt } from '../use-now.ts';
import { cursorStore, neighbour } from './inbox-cursor.ts';
import { titleOf } from './title-of.ts';

let lastUndo: Undo | undefined;

/** At once: Z may come before the server has answered. */
export function offerUndo(text: string, triaged: Promise<Undo>): void {
  const undo: Undo = async () => (await triaged)();
  attempt(triaged);
  lastUndo = undo;
  showToast({ text, key: 'triage', action: { label: t('common.undo'), keys: 'Z', onAction: () => undoLast() } });
}

/** Z: the last triage is taken back, once. */
export function undoLast(): void {
  const undo = lastUndo;
  lastUndo = undefined;
  if (undo) attempt(undo());
}

/** A room is in sight beside its thread, too. */
function isOpen(id: ConversationId): boolean {
  const open = openIdOf(routeStore.getState());
  return open === id || open?.startsWith(`${id}/`) === true;
}

/** After a conversation was put away, the next one takes its place. */
function moveOn(id: ConversationId): void {
  const next = neighbour(id, 1) ?? neighbour(id, -1);
  const wasOpen = isOpen(id);
  cursorStore.setState({ cursor: next });
  if (!wasOpen) return;
  if (next === undefined) closeConversation();
  else openById(next);
}

/** `write`: a thread's field takes the focus, whatever brought the person there. */
export function openById(id: ConversationId, { write = false }: { readonly write?: boolean } = {}): void {
  const { accountKey, roomId, rootId } = parseConversationId(id);
  cursorStore.setState({ cursor: id });
  openConversation(accountKey, roomId, { threadRootId: rootId, panel: rootId === undefined ? undefined : 'thread' });
  if (write && rootId !== undefined) composerContexts.focus(draftKey(accountKey, roomId, rootId));
}

/** Not of a direct chat: nobody keeps order there. Where it can't be found out it is not asked about. */
export async function isLastAdminOf(app: App, row: Conversation): Promise<boolean> {
  if (row.kind === 'direct') return false;
  const live = app.session(row.accountKey)?.state.getState().live;
  return live?.roomSettings.amLastAdmin(row.roomId).catch(() => false) ?? false;
}

export const triage = {
  done(app: App, row: Conversation): void {
    moveOn(row.id);
    offerUndo(t('inbox.toast.done', { name: titleOf(row, t) }), app.conversations.markDone(row.id));
  },
  reopen(app: App, row: Conversation): void {
    attempt(app.conversations.reopen(row.id).then((undo) => (lastUndo = undo)));
  },
  snooze(app: App, row: Conversation, until: number, wake: 'time' | 'reply' | 'mention'): void {
    moveOn(row.id);
    wakeAt(until);
    offerUndo(t('inbox.toast.snoozed', { name: titleOf(row, t), when: formatRelative(until) }), app.conversations.snooze(row.id, until, wake));
  },
  toggleUnread(app: App, row: Conversation): void {
    if (row.unread > 0 || row.markedUnread) attempt(app.conversations.markRead(row.id));
    else {
      // Left open it would be read at once.
      if (isOpen(row.id)) closeConversation();
      offerUndo(t('inbox.toast.unread', { name: titleOf(row, t) }), app.conversations.setMarkedUnread(row.id, true));
    }
  },
  toggleFavourite(app: App, row: Conversation): void {
    if (row.thread) return;
    const done = app.conversations.setFavourite(row.id, !row.favourite);
    if (row.favourite) attempt(done);
    else offerUndo(t('inbox.toast.favourite', { name: row.name }), done);
  },
  toggleLowPriority(app: App, row: Conversation): void {
    const done = app.conversations.setLowPriority(row.id, !row.lowPriority);
    if (row.lowPriority) attempt(done);
    else offerUndo(t('inbox.toast.lowPriority', { name: row.name }), done);
  },
  /** Of a thread that may have no line yet; `newestTs`: ms, of its newest message. */
  setFollowed(app: App, thread: { accountKey: string; roomId: string; rootId: string; newestTs: number }, on: boolean): void {
    const id = conversationId(thread.accountKey, thread.roomId, thread.rootId);
    const done = app.conversations.setFollowed(thread, on);
    // The thread stays open: it is only out of the list.
    if (!on && cursorStore.getState().cursor === id) cursorStore.setState({ cursor: neighbour(id, 1) ?? neighbour(id, -1) });
    offerUndo(t(on ? 'inbox.toast.followed' : 'inbox.toast.unfollowed'), done);
  },
  accept(app: App, row: Conversation): void {
    attempt(app.conversations.accept(row.id));
  },
  decline(app: App, row: Conversation): void {
    moveOn(row.id);
    attempt(app.conversations.leave(row.id).then(() => showToast({ text: t('inbox.toast.declined') })));
  },
  /** Whether they have left. */
  async leave(app: App, row: Conversation): Promise<boolean> {
    const { accountKey, roomId, name } = row;
    const sure = (await isLastAdminOf(app, row))
      ? await askForNewAdmin({ accountKey, roomId, name, goingTo: 'leave' })
      : await confirm({ title: t('inbox.leaveTitle', { name }), body: t('inbox.leaveBody'), action: t('inbox.leave'), danger: true });
    if (!sure) return false;
    moveOn(row.id);
    const leaving = app.conversations.leave(row.id);
    attempt(leaving.then(() => showToast({ text: t('inbox.toast.left', { name }) })));
    return leaving.then(
      () => true,
      () => false,
    );
  },
} as const;
