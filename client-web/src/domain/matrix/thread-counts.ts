/**
 * What is unread in a thread. matrix-js-sdk takes threads of a room in which the person never sent a receipt for a thread as
 * read, and where the room is encrypted it does not believe the server: the first thread of such a room is counted here.
 */
import { NotificationCountType, type MatrixClient, type Room, type Thread } from 'matrix-js-sdk';

export interface ThreadCounts {
  readonly unread: number;
  readonly mentions: number;
}

type Notifications = ReadonlyMap<string, { readonly total?: number; readonly highlight?: number }>;

/** The SDK tells counts of threads whose id is known; which they are, and that it has left one open, it keeps to itself. */
const notificationsOf = (room: Room): Notifications => (room as unknown as { readonly threadNotifications: Notifications }).threadNotifications;

export const countedThreads = (room: Room): string[] => [...notificationsOf(room).keys()];

/** As the sums of the room have them. */
export const sdkCounts = (room: Room, rootId: string): ThreadCounts => ({
  unread: room.getThreadUnreadNotificationCount(rootId, NotificationCountType.Total),
  mentions: room.getThreadUnreadNotificationCount(rootId, NotificationCountType.Highlight),
});

export function threadCounts(client: MatrixClient, room: Room, rootId: string): ThreadCounts {
  const counts = sdkCounts(room, rootId);
  const thread = room.getThread(rootId);
  return thread && isLeftOpen(room, rootId) ? countEvents(client, thread, counts.mentions) : counts;
}

/** The server has counted something, the SDK nothing yet. */
export function isLeftOpen(room: Room, rootId: string): boolean {
  const told = notificationsOf(room).get(rootId);
  return told !== undefined && told.total === undefined && room.hasEncryptionStateEvent();
}

function countEvents(client: MatrixClient, thread: Thread, known: number): ThreadCounts {
  const me = client.getSafeUserId();
  const readUpTo = thread.getReadReceiptForUserId(me)?.eventId;
  const readBefore = thread.getLastUnthreadedReceiptFor(me)?.ts ?? 0;
  let unread = 0;
  let mentions = 0;
  for (const event of thread.events.toReversed()) {
    const id = event.getId();
    if (id === thread.id || id === readUpTo || event.getSender() === me || event.getTs() <= readBefore) break;
    const actions = client.getPushActionsForEvent(event);
    if (actions?.notify === true) unread += 1;
    if (actions?.tweaks.highlight === true) mentions += 1;
  }
  return { unread, mentions: Math.max(known, mentions) };
}
