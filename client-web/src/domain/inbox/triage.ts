/**
 * Triage state in room account data `io.nexuscomm.triage`: `{ state, event_id?, ts, until?, wake?, threads? }`, where `threads`
 * has for the id of a thread's root the same and `{ follow?, follow_ts?, unread?, changed_ts }`. Unknown forms count as active.
 */
import type { Triage } from './conversation.ts';

export const TRIAGE_TYPE = 'io.nexuscomm.triage';
/** Threads of a room whose state is kept; those that were changed longest ago go first. */
export const MOST_THREADS = 100;

export interface ThreadTriage {
  /** undefined: never triaged */
  readonly triage?: Triage | undefined;
  /** Chosen by hand; undefined leaves it to the rules. */
  readonly follow?: boolean | undefined;
  /** ms; of the thread's newest event when it was followed by hand */
  readonly followTs?: number | undefined;
  /** Marked as unread by hand. */
  readonly unread?: boolean | undefined;
  /** ms since the epoch; when any of this was changed */
  readonly changedTs: number;
}

/** All that a room's account data says. */
export interface RoomTriage {
  readonly triage: Triage;
  /** By the id of the root. */
  readonly threads: ReadonlyMap<string, ThreadTriage>;
}

export const NO_TRIAGE: RoomTriage = { triage: { state: 'active' }, threads: new Map() };

export function parseTriage(content: unknown): Triage {
  if (!isObject(content)) return { state: 'active' };
  const ts = numberOf(content['ts']) ?? 0;
  if (content['state'] === 'done') return { state: 'done', eventId: typeof content['event_id'] === 'string' ? content['event_id'] : '', ts };
  if (content['state'] === 'snoozed' && typeof content['until'] === 'number') {
    const wake = content['wake'] === 'reply' || content['wake'] === 'mention' ? content['wake'] : 'time';
    return { state: 'snoozed', until: content['until'], wake, ts };
  }
  return { state: 'active' };
}

export function parseRoomTriage(content: unknown): RoomTriage {
  if (!isObject(content)) return NO_TRIAGE;
  const threads = new Map<string, ThreadTriage>();
  if (isObject(content['threads'])) {
    for (const [rootId, kept] of Object.entries(content['threads']))
      if (rootId.startsWith('$') && isObject(kept)) threads.set(rootId, parseThread(kept));
  }
  return { triage: parseTriage(content), threads: newest(threads) };
}

function parseThread(kept: Readonly<Record<string, unknown>>): ThreadTriage {
  return {
    triage: kept['state'] === undefined ? undefined : parseTriage(kept),
    follow: typeof kept['follow'] === 'boolean' ? kept['follow'] : undefined,
    followTs: numberOf(kept['follow_ts']),
    unread: kept['unread'] === true ? true : undefined,
    changedTs: numberOf(kept['changed_ts']) ?? 0,
  };
}

export function triageContent(triage: Triage): Record<string, unknown> {
  switch (triage.state) {
    case 'active':
      return { state: 'active' };
    case 'done':
      return { state: 'done', event_id: triage.eventId, ts: triage.ts };
    case 'snoozed':
      return { state: 'snoozed', until: triage.until, wake: triage.wake, ts: triage.ts };
  }
}

/** The same for what is the same, so that contents can be compared as JSON. */
export function roomTriageContent({ triage, threads }: RoomTriage): Record<string, unknown> {
  const kept = [...newest(threads)].filter(([, thread]) => saysSomething(thread)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (kept.length === 0) return triageContent(triage);
  return { ...triageContent(triage), threads: Object.fromEntries(kept.map(([rootId, thread]) => [rootId, threadContent(thread)])) };
}

const threadContent = ({ triage, follow, followTs, unread, changedTs }: ThreadTriage): Record<string, unknown> => ({
  ...(triage === undefined ? {} : triageContent(triage)),
  ...(follow === undefined ? {} : { follow }),
  ...(followTs === undefined ? {} : { follow_ts: followTs }),
  ...(unread === true ? { unread } : {}),
  changed_ts: changedTs,
});

const saysSomething = ({ triage, follow, unread }: ThreadTriage): boolean => triage !== undefined || follow !== undefined || unread === true;

function newest(threads: ReadonlyMap<string, ThreadTriage>): ReadonlyMap<string, ThreadTriage> {
  if (threads.size <= MOST_THREADS) return threads;
  const byAge = [...threads].toSorted(([a, one], [b, other]) => other.changedTs - one.changedTs || (a < b ? -1 : 1));
  return new Map(byAge.slice(0, MOST_THREADS));
}

/** `now` in ms since the epoch. */
export function withThread(
  room: RoomTriage,
  rootId: string,
  change: (before: Omit<ThreadTriage, 'changedTs'>) => Omit<ThreadTriage, 'changedTs'>,
  now: number,
): RoomTriage {
  const before = room.threads.get(rootId) ?? {};
  return { ...room, threads: newest(new Map(room.threads).set(rootId, { ...change(before), changedTs: now })) };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
