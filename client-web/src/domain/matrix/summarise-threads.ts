/** The followed threads of a room as lines of the inbox. */
import { type MatrixClient, type MatrixEvent, type Room, type Thread } from 'matrix-js-sdk';
import { conversationId, type Conversation, type LastMessage } from '../inbox/conversation.ts';
import { isFollowed, isQuiet } from '../inbox/thread-rules.ts';
import type { RoomTriage, ThreadTriage } from '../inbox/triage.ts';
import { describeEvent, PREVIEWED } from './summarise-room.ts';
import { sdkCounts, threadCounts, type ThreadCounts } from './thread-counts.ts';

/** Events at the end of a thread that are looked through: what was said before is known from when it was new. */
const LOOKED_AT = 200;

interface Facts {
  readonly rootText: string;
  readonly rootKind: LastMessage['kind'];
  readonly rootSender: string;
  readonly rootTs: number;
  readonly rootMine: boolean;
  readonly wroteTs: number | undefined;
  readonly mentioned: boolean;
  readonly last: LastMessage | undefined;
  readonly heardTs: number | undefined;
}

export interface ThreadLines {
  readonly rows: readonly Conversation[];
  /** What the room's own line does not count: threads with a line of theirs, and those that were unfollowed. */
  readonly unread: number;
  /** Mentions in threads that have a line. */
  readonly mentions: number;
}

export interface RoomOfThreads {
  readonly client: MatrixClient;
  readonly room: Room;
  /** The line of the room. */
  readonly row: Conversation;
  readonly triage: RoomTriage;
  /** Lines as they were, of this room; they stand for threads that the SDK does not know (any more). */
  readonly before: readonly Conversation[];
}

export function summariseThreads({ client, room, row, triage, before }: RoomOfThreads): ThreadLines {
  const rows: Conversation[] = [];
  let unread = 0;
  let mentions = 0;
  const kept = new Map(before.map((line) => [line.thread!.rootId, line]));
  const myUserId = client.getSafeUserId();
  const roots = new Set([...room.getThreads().map((thread) => thread.id), ...kept.keys()]);
  for (const rootId of roots) {
    const line = kept.get(rootId);
    const thread = room.getThread(rootId);
    const facts = factsOf(client, thread, myUserId, line) ?? (line && !isEmptied(thread) ? factsBefore(line) : undefined);
    const own = triage.threads.get(rootId);
    const counts = threadCounts(client, room, rootId);
    const mentioned = counts.mentions > 0 || facts?.mentioned === true;
    if (facts && isFollowed({ ...facts, mentioned }, own)) {
      rows.push(lineOf(row, rootId, { ...facts, mentioned }, own, counts));
      const counted = sdkCounts(room, rootId);
      unread += counted.unread;
      mentions += counted.mentions;
    }
  }
  for (const [rootId, { follow }] of triage.threads) {
    // Its mentions are still told by the room: nobody says a person's name for nothing.
    if (follow !== false) continue;
    const counted = sdkCounts(room, rootId);
    unread += counted.unread - counted.mentions;
  }
  return { rows, unread, mentions };
}

function lineOf(row: Conversation, rootId: string, facts: Facts, own: ThreadTriage | undefined, counts: ThreadCounts): Conversation {
  const { rootText, rootKind, rootSender, rootTs, rootMine, wroteTs, mentioned, last, heardTs } = facts;
  return {
    ...row,
    ...counts,
    id: conversationId(row.accountKey, row.roomId, rootId),
    last,
    heardTs,
    activityTs: last?.ts ?? rootTs,
    markedUnread: own?.unread === true,
    favourite: false,
    triage: own?.triage ?? { state: 'active' },
    thread: { rootId, rootText, rootKind, rootSender, rootMine, wroteTs, mentioned, quiet: isQuiet(facts, own) },
  };
}

function factsBefore(line: Conversation): Facts {
  const { thread, last, heardTs, activityTs } = line;
  return { ...thread!, rootTs: activityTs, last, heardTs };
}

/** undefined while the SDK knows too little of the thread, or there is nothing in it. */
function factsOf(client: MatrixClient, thread: Thread | null, myUserId: string, before: Conversation | undefined): Facts | undefined {
  const root = thread?.rootEvent;
  if (!thread || !root || thread.length === 0) return undefined;
  const { room } = thread;
  const said = thread.events.filter((event) => event.getId() !== thread.id && isReply(event)).slice(-LOOKED_AT);
  const lastKnown = thread.replyToEvent;
  if (said.length === 0 && lastKnown && lastKnown.getId() !== thread.id && isReply(lastKnown)) said.push(lastKnown);
  const last = said.at(-1);
  for (const event of [root, last]) if (event?.isEncrypted()) void client.decryptEventIfNeeded(event);
  const { text: rootText, kind: rootKind } = describeEvent(root, room, myUserId);
  const rootMine = root.getSender() === myUserId;
  const mine = said.find((event) => event.getSender() === myUserId);
  const heardTs = said.findLast((event) => event.getSender() !== myUserId)?.getTs();
  return {
    rootText,
    rootKind,
    rootSender: root.getSender()!,
    rootTs: root.getTs(),
    rootMine,
    wroteTs: earlier(wroteFirst(thread, mine, rootMine), before?.thread?.wroteTs),
    mentioned: before?.thread?.mentioned === true || said.some((event) => mentions(client, event, myUserId)),
    last: last ? describeEvent(last, room, myUserId) : before?.last,
    heardTs: heardTs ?? before?.heardTs,
  };
}

/** All that was said in it has been deleted. */
const isEmptied = (thread: Thread | null): boolean => thread?.initialEventsFetched === true && thread.length === 0;

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** What stands before the loaded part may have an earlier answer: then it was long ago. */
function wroteFirst(thread: Thread, mine: MatrixEvent | undefined, rootMine: boolean): number | undefined {
  const partly = thread.initialEventsFetched && thread.liveTimeline.getPaginationToken('b' as never) !== null;
  if (mine) return partly ? 0 : mine.getTs();
  // For servers whoever began a thread has part in it.
  return partly && !rootMine && thread.hasCurrentUserParticipated ? 0 : undefined;
}

const mentions = (client: MatrixClient, event: MatrixEvent, myUserId: string): boolean =>
  event.getSender() !== myUserId && client.getPushActionsForEvent(event)?.tweaks.highlight === true;

const isReply = (event: MatrixEvent): boolean =>
  event.status === null &&
  (PREVIEWED.has(event.getType()) || (event.isRedacted() && PREVIEWED.has(event.getWireType()))) &&
  !event.isRelation('m.replace') &&
  !event.isRelation('m.annotation');
