/** Sync, filters, account data, tags, typing, receipts, push rules, presence (endpoints of spec/endpoints/client/user-data.ts). */
import * as api from '@nexuscomm/spec/endpoints/client/user-data.ts';
import { MatrixError, forbidden, invalidParam, missingParam, notFound } from '@nexuscomm/spec/errors.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { handle, type Route, type Session } from '../http/handler.ts';
import { PUSH_RULES_TYPE, kindOf, type PushRule, type PushRules } from '../push/push-rules.ts';
import { threadOf, type UnreadTracker } from '../push/unread-counts.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { SyncEngine } from '../sync/sync-engine.ts';
import { parseSyncToken } from '../sync/sync-token.ts';
import { GLOBAL, type AccountData } from '../user-data/account-data.ts';
import type { Filters } from '../user-data/filters.ts';
import type { Presence, PresenceState } from '../user-data/presence.ts';
import type { ReceiptKind, Receipts } from '../user-data/receipts.ts';
import { DEFAULT_TYPING_MS, type Typing } from '../user-data/typing.ts';

export interface UserDataRoutesDeps {
  readonly engine: RoomEngine;
  readonly strings: StringTable;
  readonly syncEngine: SyncEngine;
  readonly filters: Filters;
  readonly accountData: AccountData;
  readonly typing: Typing;
  readonly receipts: Receipts;
  readonly pushRules: PushRules;
  readonly unread: UnreadTracker;
  readonly presence: Presence;
  /** who shares a room with a user, the user included */
  readonly audience: (userNid: number) => Promise<ReadonlySet<number>>;
  readonly maxSyncTimeoutMs: number;
  readonly now: () => number;
}

const FULLY_READ = 'm.fully_read';
const TAGS = 'm.tag';
/** Account data that has endpoints of its own. */
const SERVER_MANAGED = new Set([FULLY_READ, PUSH_RULES_TYPE]);
const MAX_STATUS_LENGTH = 1000;

export function userDataRoutes(deps: UserDataRoutesDeps): Route[] {
  return [...syncRoutes(deps), ...accountDataRoutes(deps), ...roomMarkRoutes(deps), ...pushRuleRoutes(deps), ...presenceRoutes(deps)];
}

function syncRoutes({ syncEngine, filters, presence, maxSyncTimeoutMs }: UserDataRoutesDeps): Route[] {
  return [
    handle(api.sync, async ({ query, session, signal }) => {
      await presence.seen(session.userNid, session.userId, presenceStateOf(query.set_presence ?? 'online'));
      return syncEngine.sync({
        userNid: session.userNid,
        userId: session.userId,
        deviceNid: session.deviceNid,
        since: query.since === undefined || query.since === '' ? undefined : parseSyncToken(query.since),
        filter: await filters.parse(session.userNid, query.filter === '' ? undefined : query.filter),
        timeoutMs: Math.min(query.timeout ?? 0, maxSyncTimeoutMs),
        fullState: query.full_state ?? false,
        stateAfter:
          query.use_state_after === true
            ? 'state_after'
            : query['org.matrix.msc4222.use_state_after'] === true
              ? 'org.matrix.msc4222.state_after'
              : undefined,
        signal,
      });
    }),
    handle(api.createFilter, async ({ params, body, session }) => {
      checkOwn(session, params.userId);
      return { filter_id: await filters.create(session.userNid, body as JsonObject) };
    }),
    handle(api.getFilter, async ({ params, session }) => {
      checkOwn(session, params.userId);
      return filters.get(session.userNid, params.filterId);
    }),
  ];
}

function accountDataRoutes({ engine, accountData, pushRules }: UserDataRoutesDeps): Route[] {
  const read = async (userNid: number, roomNid: number, type: string): Promise<JsonObject> => {
    const content = await accountData.get(userNid, roomNid, type);
    if (!content) throw notFound('You have no account data of this type.');
    return content;
  };
  const tagsOf = (content: JsonObject | undefined): JsonObject => (content?.['tags'] as JsonObject | undefined) ?? {};
  return [
    handle(api.getAccountData, async ({ params, session }) => {
      checkOwn(session, params.userId);
      if (params.type === PUSH_RULES_TYPE) return { global: await pushRules.get(session.userNid, session.userId) };
      return read(session.userNid, GLOBAL, params.type);
    }),
    handle(api.setAccountData, async ({ params, body, session }) => {
      checkOwn(session, params.userId);
      checkSettable(params.type);
      await accountData.set(session.userNid, GLOBAL, params.type, body as JsonObject);
      return {};
    }),
    handle(api.getRoomAccountData, async ({ params, session }) => {
      checkOwn(session, params.userId);
      return read(session.userNid, (await engine.get(params.roomId)).nid, params.type);
    }),
    handle(api.setRoomAccountData, async ({ params, body, session }) => {
      checkOwn(session, params.userId);
      checkSettable(params.type);
      await accountData.set(session.userNid, (await engine.get(params.roomId)).nid, params.type, body as JsonObject);
      return {};
    }),
    handle(api.getTags, async ({ params, session }) => {
      checkOwn(session, params.userId);
      return { tags: tagsOf(await accountData.get(session.userNid, (await engine.get(params.roomId)).nid, TAGS)) };
    }),
    handle(api.setTag, async ({ params, body, session }) => {
      checkOwn(session, params.userId);
      const room = await engine.get(params.roomId);
      await accountData.update(session.userNid, room.nid, TAGS, async (before) => ({
        tags: { ...tagsOf(before), [params.tag]: body as JsonObject },
      }));
      return {};
    }),
    handle(api.deleteTag, async ({ params, session }) => {
      checkOwn(session, params.userId);
      const room = await engine.get(params.roomId);
      await accountData.update(session.userNid, room.nid, TAGS, async (before) => {
        const { [params.tag]: removed, ...tags } = tagsOf(before);
        return removed === undefined ? undefined : { tags };
      });
      return {};
    }),
  ];
}

function roomMarkRoutes(deps: UserDataRoutesDeps): Route[] {
  const { typing } = deps;
  return [
    handle(api.setTyping, async ({ params, body, session }) => {
      if (params.userId !== session.userId) throw forbidden('You can type for yourself only.');
      const room = await joinedRoom(deps, session, params.roomId);
      if (body.typing) await typing.start(room.nid, session.userId, Math.max(0, body.timeout ?? DEFAULT_TYPING_MS));
      else await typing.stop(room.nid, session.userId);
      return {};
    }),
    handle(api.sendReceipt, async ({ params, body, session }) => {
      const room = await joinedRoom(deps, session, params.roomId);
      const stored = await timelineEvent(deps, room, params.eventId);
      const { thread_id: thread } = body;
      if (params.receiptType === FULLY_READ) {
        if (thread !== undefined) throw invalidParam('m.fully_read marks whole rooms: it takes no thread_id.');
        await setFullyRead(deps, session, room, stored);
        return {};
      }
      if (thread !== undefined) checkThread(stored, thread);
      await setReceipt(deps, session, room, stored, receiptKindOf(params.receiptType), thread ?? '');
      return {};
    }),
    handle(api.setReadMarkers, async ({ params, body, session }) => {
      const room = await joinedRoom(deps, session, params.roomId);
      // All events are looked up first, so that a bad one changes nothing.
      const found = new Map<string, StoredEvent>();
      for (const kind of [FULLY_READ, 'm.read', 'm.read.private'] as const) {
        const eventId = body[kind];
        if (eventId !== undefined) found.set(kind, await timelineEvent(deps, room, eventId));
      }
      for (const [kind, stored] of found) {
        if (kind === FULLY_READ) await setFullyRead(deps, session, room, stored);
        else await setReceipt(deps, session, room, stored, receiptKindOf(kind), '');
      }
      return {};
    }),
  ];
}

function pushRuleRoutes({ pushRules, unread }: UserDataRoutesDeps): Route[] {
  const changed = (session: Session): object => {
    unread.forget(session.userNid);
    return {};
  };
  return [
    handle(api.getPushRules, async ({ session }) => ({ global: await pushRules.get(session.userNid, session.userId) })),
    handle(api.getGlobalPushRules, async ({ session }) => pushRules.get(session.userNid, session.userId)),
    handle(api.getPushRule, async ({ params, session }) => pushRules.find(session.userNid, session.userId, params.kind, params.ruleId)),
    handle(api.setPushRule, async ({ params, query, body, session }) => {
      await pushRules.put(session.userNid, session.userId, params.kind, newRule(params, body), query);
      return changed(session);
    }),
    handle(api.deletePushRule, async ({ params, session }) => {
      await pushRules.delete(session.userNid, session.userId, params.kind, params.ruleId);
      return changed(session);
    }),
    handle(api.getPushRuleEnabled, async ({ params, session }) => ({
      enabled: (await pushRules.find(session.userNid, session.userId, params.kind, params.ruleId)).enabled,
    })),
    handle(api.setPushRuleEnabled, async ({ params, body, session }) => {
      await pushRules.update(session.userNid, session.userId, params.kind, params.ruleId, { enabled: body.enabled });
      return changed(session);
    }),
    handle(api.getPushRuleActions, async ({ params, session }) => ({
      actions: (await pushRules.find(session.userNid, session.userId, params.kind, params.ruleId)).actions,
    })),
    handle(api.setPushRuleActions, async ({ params, body, session }) => {
      checkActions(body.actions);
      await pushRules.update(session.userNid, session.userId, params.kind, params.ruleId, { actions: body.actions });
      return changed(session);
    }),
  ];
}

function presenceRoutes({ presence, strings, audience }: UserDataRoutesDeps): Route[] {
  return [
    handle(api.getPresence, async ({ params, session }) => {
      const userNid = await strings.find(params.userId);
      if (userNid === undefined || !(await audience(session.userNid)).has(userNid)) {
        throw forbidden('You see the presence of those only with whom you share a room.');
      }
      return presence.get(userNid);
    }),
    handle(api.setPresence, async ({ params, body, session }) => {
      checkOwn(session, params.userId);
      const status = body.status_msg ?? undefined;
      if (status !== undefined && status.length > MAX_STATUS_LENGTH) throw invalidParam(`status_msg has at most ${MAX_STATUS_LENGTH} characters.`);
      await presence.set(session.userNid, session.userId, presenceStateOf(body.presence), status);
      return {};
    }),
  ];
}

function checkOwn(session: Session, userId: string): void {
  if (userId !== session.userId) throw forbidden("This is another user's.");
}

function checkSettable(type: string): void {
  if (SERVER_MANAGED.has(type)) throw new MatrixError('M_BAD_JSON', 405, `${type} has its own endpoint.`);
}

async function joinedRoom({ engine }: UserDataRoutesDeps, session: Session, roomId: string): Promise<Room> {
  const room = await engine.find(roomId);
  if (!room?.isJoined(session.userNid)) throw forbidden('You are not in this room.');
  return room;
}

async function timelineEvent({ engine }: UserDataRoutesDeps, room: Room, eventId: string): Promise<StoredEvent> {
  const stored = await engine.events.byId(eventId);
  if (!stored || stored.roomNid !== room.nid || stored.pos === null) throw notFound('The room has no such event.');
  return stored;
}

async function setReceipt(
  deps: UserDataRoutesDeps,
  session: Session,
  room: Room,
  stored: StoredEvent,
  kind: ReceiptKind,
  thread: string,
): Promise<void> {
  await deps.receipts.set(room.nid, {
    userNid: session.userNid,
    kind,
    thread,
    eventId: stored.event.eventId,
    eventPos: stored.pos!,
    ts: deps.now(),
  });
}

/** The marker only moves forward. */
async function setFullyRead(deps: UserDataRoutesDeps, session: Session, room: Room, stored: StoredEvent): Promise<void> {
  const { accountData, engine } = deps;
  await accountData.update(session.userNid, room.nid, FULLY_READ, async (content) => {
    const current = content?.['event_id'];
    const before = typeof current === 'string' ? await engine.events.byId(current) : undefined;
    return before && (before.pos ?? 0) >= stored.pos! ? undefined : { event_id: stored.event.eventId };
  });
}

function receiptKindOf(text: string): ReceiptKind {
  if (text !== 'm.read' && text !== 'm.read.private') throw invalidParam('The kinds of receipts are m.read, m.read.private and m.fully_read.');
  return text;
}

/** A receipt's thread must be the event's; a thread's root belongs to the main timeline and to its thread. */
function checkThread(stored: StoredEvent, thread: string): void {
  if (thread === '') throw invalidParam('thread_id must not be empty.');
  const own = threadOf(stored);
  if (own !== thread && stored.event.eventId !== thread) throw invalidParam('The event is not in that thread.');
}

function presenceStateOf(text: string): PresenceState {
  if (text !== 'online' && text !== 'unavailable' && text !== 'offline') throw invalidParam('presence is online, unavailable or offline.');
  return text;
}

function newRule(
  params: { kind: string; ruleId: string },
  body: { actions: readonly unknown[]; conditions?: readonly object[]; pattern?: string },
): PushRule {
  const kind = kindOf(params.kind);
  checkActions(body.actions);
  const rule = { rule_id: params.ruleId, default: false, enabled: true, actions: body.actions };
  if (kind === 'content') {
    if (body.pattern === undefined) throw missingParam('Content rules need a pattern.');
    return { ...rule, pattern: body.pattern };
  }
  if (kind === 'override' || kind === 'underride') {
    const conditions = (body.conditions ?? []) as readonly JsonObject[];
    if (conditions.some((condition) => typeof condition['kind'] !== 'string')) throw invalidParam('Each condition needs a kind.');
    return { ...rule, conditions };
  }
  return rule;
}

function checkActions(actions: readonly unknown[]): void {
  for (const action of actions) {
    const known =
      action === 'notify' ||
      action === 'dont_notify' ||
      action === 'coalesce' ||
      (typeof action === 'object' && action !== null && 'set_tweak' in action && typeof action.set_tweak === 'string');
    if (!known) throw invalidParam('Actions are "notify" and {"set_tweak": ...}.');
  }
}
