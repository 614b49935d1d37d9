/** Opens links to users, rooms and messages inside the app. */
import type { App } from '../domain/app.ts';
import type { MatrixLink } from '../domain/messages/permalinks.ts';
import { openConversation } from './route.ts';
import { openDialog } from './shell/dialogs-store.ts';

export async function openMatrixLink(app: App, link: MatrixLink, from: { accountKey: string; roomId?: string | undefined }): Promise<void> {
  const { accountKey } = from;
  if (link.kind === 'user') {
    openDialog('person', { accountKey, userId: link.userId, roomId: from.roomId });
    return;
  }
  const eventId = link.kind === 'event' ? link.eventId : undefined;
  const where = await findRoom(app, link.room, accountKey);
  if (where) openConversation(where.accountKey, where.roomId, { eventId });
  else openDialog('join', { accountKey, target: link.room, via: link.via, eventId });
}

/** A joined room by id or alias; the account it was asked from goes first. */
async function findRoom(app: App, room: string, accountKey: string): Promise<{ accountKey: string; roomId: string } | undefined> {
  const sessions = [...app.state.getState().sessions.values()].toSorted(
    (a, b) => Number(b.accountKey === accountKey) - Number(a.accountKey === accountKey),
  );
  for (const session of sessions) {
    const roomId = session.state.getState().live?.rooms.find(room);
    if (roomId !== undefined) return { accountKey: session.accountKey, roomId };
  }
  return undefined;
}
