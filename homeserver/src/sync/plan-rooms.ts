/** Decides which rooms a sync answer has, and in which section. */
import { sql, type Queryable } from '../storage/database.ts';
import { BAN, INVITE, JOIN, KNOCK, LEAVE } from '../rooms/membership.ts';
import type { SyncSources } from './sources.ts';
import type { SyncRequest } from './sync-request.ts';
import type { LiveMembership } from './user-live.ts';

const selectChangedRooms = sql(
  'sync_changed_rooms',
  `select m.room_nid from member m join room_head h on h.room_nid = m.room_nid
   where m.user_nid = $1 and (m.membership = 1 or m.pos > $3) and h.last_pos > $2`,
);

export interface RoomPlan {
  readonly joined: readonly LiveMembership[];
  readonly left: readonly LiveMembership[];
  readonly invited: readonly LiveMembership[];
  readonly knocked: readonly LiveMembership[];
}

export type PlanRequest = Pick<SyncRequest, 'user' | 'memberships' | 'since' | 'upto' | 'fullState'> & {
  readonly filter: Pick<SyncRequest['filter'], 'includeLeave'>;
};

export interface PlanDeps {
  readonly db: Queryable;
  readonly sources: Pick<SyncSources, 'receipts' | 'accountData'>;
}

export async function planRooms(deps: PlanDeps, request: PlanRequest): Promise<RoomPlan> {
  const { since, filter } = request;
  const all = since === 0 || request.fullState;
  const candidates = await candidatesOf(deps, request);
  const plan = { joined: [] as LiveMembership[], left: [] as LiveMembership[], invited: [] as LiveMembership[], knocked: [] as LiveMembership[] };
  for (const membership of candidates) {
    const fresh = membership.pos > since;
    if (membership.membership === JOIN) plan.joined.push(membership);
    else if (membership.membership === INVITE && (all || fresh)) plan.invited.push(membership);
    else if (membership.membership === KNOCK && (all || fresh)) plan.knocked.push(membership);
    else if (membership.membership === LEAVE || membership.membership === BAN) {
      // A client that was away is told that the user left, even if they have forgotten the room since.
      if (since === 0 ? filter.includeLeave && !membership.forgotten : fresh) plan.left.push(membership);
    }
  }
  return plan;
}

async function candidatesOf({ db, sources }: PlanDeps, request: PlanRequest): Promise<readonly LiveMembership[]> {
  const { user, since, upto, memberships } = request;
  if ('changed' in memberships) return memberships.changed;
  const { all } = memberships;
  if (since === 0 || request.fullState) return [...all.values()];
  const rows = await db.query<{ room_nid: number }>(selectChangedRooms, [user.userNid, since, upto]);
  const recent = [...all.values()].filter((membership) => membership.pos > since).map((membership) => membership.roomNid);
  const changed = new Set([...rows.map((row) => row.room_nid), ...recent, ...(await otherNews(sources, request))]);
  return [...changed].flatMap((roomNid) => all.get(roomNid) ?? []);
}

/** Rooms with news that are not events, after a token that memory does not reach back to. */
async function otherNews(sources: PlanDeps['sources'], { user, since, upto, memberships }: PlanRequest): Promise<Iterable<number>> {
  const entered = 'all' in memberships ? [...memberships.all.keys()] : memberships.changed.map(({ roomNid }) => roomNid);
  const rooms = entered.map((roomNid) => ({ roomNid, since }));
  const [receipts, accountData] = await Promise.all([
    sources.receipts.changed(user.userNid, rooms, upto),
    sources.accountData.changed(user.userNid, since, upto),
  ]);
  return [...receipts.keys(), ...accountData.rooms.keys()];
}

/** The membership is of a room that this server has events of. */
export const isInside = (membership: LiveMembership): boolean => membership.nid !== 0;
