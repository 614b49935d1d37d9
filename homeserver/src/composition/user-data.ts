/** Puts together what users have and show: account data, push rules, receipts, unread counts, typing, presence. */
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { DeviceChanges } from '../keys/device-changes.ts';
import { PushEvaluator } from '../push/evaluate-events.ts';
import { PUSH_RULES_TYPE, PushRules, defaultRuleset } from '../push/push-rules.ts';
import { UnreadTracker } from '../push/unread-counts.ts';
import { JOIN } from '../rooms/membership.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import { AccountData, GLOBAL, IGNORED_USERS_TYPE } from '../user-data/account-data.ts';
import { Filters } from '../user-data/filters.ts';
import { UpgradeFollower } from '../user-data/follow-upgrades.ts';
import { Presence } from '../user-data/presence.ts';
import { Receipts } from '../user-data/receipts.ts';
import { Typing } from '../user-data/typing.ts';
import type { Rooms } from './rooms.ts';

export interface UserDataDeps {
  readonly db: Database;
  readonly strings: StringTable;
  readonly positions: StreamPositions;
  readonly rooms: Pick<Rooms, 'engine' | 'timeline'>;
  readonly hub: SyncHub;
  readonly deviceChanges: DeviceChanges;
  readonly serverName: ServerName;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export interface UserData {
  readonly accountData: AccountData;
  readonly filters: Filters;
  readonly receipts: Receipts;
  readonly typing: Typing;
  readonly presence: Presence;
  readonly pushRules: PushRules;
  readonly evaluator: PushEvaluator;
  readonly unread: UnreadTracker;
}

/** Account data that decides what notifies. */
const JUDGING_TYPES: ReadonlySet<string> = new Set([PUSH_RULES_TYPE, IGNORED_USERS_TYPE]);

export function createUserData({ db, strings, positions, rooms, hub, deviceChanges, serverName, now, onError }: UserDataDeps): UserData {
  const { engine, timeline } = rooms;
  const accountData = new AccountData({
    db,
    positions,
    onChange: (userNid, roomNid, { type, pos }) => {
      if (roomNid === GLOBAL && JUDGING_TYPES.has(type)) unread.forget(userNid);
      if (roomNid === GLOBAL) hub.touchUser(userNid, pos);
      else hub.touchUserRoom(userNid, roomNid, pos);
    },
    defaults: async (userNid) => [{ type: PUSH_RULES_TYPE, content: JSON.stringify({ global: defaultRuleset(await strings.text(userNid)) }) }],
  });
  const touchRoom = (roomNid: number, pos: number): void => {
    const room = engine.cached(roomNid);
    if (room) hub.touchRoom(room, pos);
  };
  const receipts = new Receipts({
    db,
    strings,
    positions,
    onChange: (roomNid, receipt) => {
      if (receipt.kind === 'm.read') touchRoom(roomNid, receipt.pos);
      else hub.touchUserRoom(receipt.userNid, roomNid, receipt.pos);
    },
  });
  const presence = new Presence({
    positions,
    now,
    audience: (userNid) => deviceChanges.audience(userNid),
    onError,
    onChange: (users, pos) => {
      for (const userNid of users) hub.touchUser(userNid, pos);
    },
  });
  introduceMembers(engine, presence);
  const pushRules = new PushRules(accountData);
  new UpgradeFollower({ engine, accountData, pushRules, isLocal: (userId) => serverNameOf(userId) === serverName, onError });
  const evaluator = new PushEvaluator({ engine, rules: pushRules, accountData });
  const unread = new UnreadTracker({ engine, timeline, receipts, evaluator });
  return {
    accountData,
    filters: new Filters(db),
    receipts,
    typing: new Typing({ positions, onChange: touchRoom }),
    presence,
    pushRules,
    evaluator,
    unread,
  };
}

/** Who joins a room, and those there, are told of each other's presence. */
function introduceMembers(engine: RoomEngine, presence: Presence): void {
  engine.onCommit(({ room, stored, members }) => {
    for (const { before, after } of members) {
      if (after.membership !== JOIN || before?.membership === JOIN) continue;
      const others = [...room.members.values()].filter((member) => member.membership === JOIN).map((member) => member.userNid);
      presence.introduce(after.userNid, others, stored.pos!);
    }
  });
}
