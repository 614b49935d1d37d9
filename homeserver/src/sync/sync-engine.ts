/** GET /_matrix/client/v3/sync: what happened since a token, or everything. */
import { RawJson, Reply, type Answer } from '../http/handler.ts';
import { Readable } from 'node:stream';
import { strippedEvent } from '../rooms/client-event.ts';
import { strippedState } from '../rooms/stripped-state.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { Queryable } from '../storage/database.ts';
import type { Outside } from './old-events.ts';
import { isInside, planRooms, type RoomPlan } from './plan-rooms.ts';
import type { RoomRenderer } from './render-rooms.ts';
import type { AccountDataEntry, SyncSources } from './sources.ts';
import type { SyncFilter } from './sync-filter.ts';
import type { SyncHub } from './sync-hub.ts';
import type { StateAfter, SyncRequest } from './sync-request.ts';
import { formatSyncToken, type SyncToken } from './sync-token.ts';
import type { LiveMembership } from './user-live.ts';

export interface SyncEngineDeps {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly renderer: RoomRenderer;
  readonly outside: Outside;
  readonly sources: SyncSources;
  readonly now: () => number;
  /** to-device messages in one answer at most */
  readonly maxToDevice: number;
  /** a device that has not synced for so long (ms) no longer keeps marks in memory */
  readonly deviceIdleMs: number;
}

export interface SyncCall {
  readonly userNid: number;
  readonly userId: string;
  readonly deviceNid: number;
  readonly since: SyncToken | undefined;
  readonly filter: SyncFilter;
  readonly timeoutMs: number;
  readonly fullState: boolean;
  readonly stateAfter: StateAfter | undefined;
  readonly signal: AbortSignal;
}

/** Rooms rendered in one go: enough to share statements, few enough not to hold up the event loop. */
const ROOMS_PER_BATCH = 25;
/** Above so many rooms the answer is streamed. */
const STREAM_ABOVE_ROOMS = 50;

/** What an answer has outside `rooms`, each part as JSON text. */
interface OwnNews {
  readonly accountData: readonly string[];
  readonly roomData: Map<number, AccountDataEntry[]>;
  readonly presence: readonly string[];
  readonly toDevice: readonly string[];
  readonly toDevicePos: number;
  readonly changedDevices: readonly string[];
  readonly leftDevices: readonly string[];
}

export class SyncEngine {
  readonly #deps: SyncEngineDeps;

  constructor(deps: SyncEngineDeps) {
    this.#deps = deps;
  }

  /** Answers at once if there is news, else when there is or the time is over. */
  async sync(call: SyncCall): Promise<Answer> {
    const { hub, sources, now, deviceIdleMs } = this.#deps;
    const user = await hub.user(call.userNid);
    const since = call.since?.pos ?? 0;
    if (call.since) {
      user.acknowledge({ nid: call.deviceNid, since, now: now(), idleMs: deviceIdleMs });
      await sources.toDevice.acknowledge(call.deviceNid, call.since.toDevice);
    }
    const deadline = now() + call.timeoutMs;
    for (;;) {
      // One cut through everything: the token and the memberships it agrees with, before anything is waited for.
      const upto = hub.watermark;
      const changed = since === 0 || call.fullState ? undefined : user.changedAt(upto, since);
      const request: SyncRequest = {
        user,
        memberships: changed ? { changed } : { all: user.membershipsAt(upto) },
        userId: call.userId,
        deviceNid: call.deviceNid,
        filter: call.filter,
        since,
        toDeviceSince: call.since?.toDevice ?? 0,
        upto,
        fullState: call.fullState,
        stateAfter: call.stateAfter,
        ignored: await sources.accountData.ignoredUsers(call.userNid),
        now: now(),
      };
      const answer = await this.#answer(
        request,
        call.since === undefined || call.fullState || now() >= deadline || call.signal.aborted || hub.closed,
      );
      if (answer) return answer;
      await hub.wait(user, upto, deadline - now(), call.signal);
    }
  }

  /** The answer, or undefined if it would be empty and `evenIfEmpty` is not set. */
  async #answer(request: SyncRequest, evenIfEmpty: boolean): Promise<Answer | undefined> {
    const own = await this.#ownNews(request);
    const plan = await planRooms(this.#deps, request);
    const total = plan.joined.length + plan.left.length + plan.invited.length + plan.knocked.length;
    if (total === 0 && isBare(own) && !evenIfEmpty) return undefined;
    const head = await this.#head(request, own);
    if (total > STREAM_ABOVE_ROOMS) {
      return new Reply({ headers: { 'Content-Type': 'application/json' }, body: Readable.from(this.#stream(request, plan, own.roomData, head)) });
    }
    let text = '';
    for await (const section of this.#sections(request, plan, own.roomData)) text += section;
    // Rooms were marked, but nothing in them may be for this client: its filter, or others' private receipts.
    if (text === '' && isBare(own) && !evenIfEmpty) return undefined;
    return new RawJson(`${head}${text === '' ? '' : `,"rooms":{${text}}`}}`);
  }

  async *#stream(request: SyncRequest, plan: RoomPlan, roomData: OwnNews['roomData'], head: string): AsyncGenerator<string> {
    yield `${head},"rooms":{`;
    yield* this.#sections(request, plan, roomData);
    yield '}}';
  }

  /** The sections of `rooms` as text; sections without rooms are left out. */
  async *#sections(request: SyncRequest, plan: RoomPlan, roomData: OwnNews['roomData']): AsyncGenerator<string> {
    const { renderer } = this.#deps;
    const sections: [string, readonly LiveMembership[], (batch: readonly LiveMembership[]) => Promise<string[]>][] = [
      ['join', plan.joined, (batch) => renderer.rooms(request, batch, false, roomData)],
      ['leave', plan.left.filter(isInside), (batch) => renderer.rooms(request, batch, true, roomData)],
      ['invite', plan.invited, (batch) => this.#stripped(request, batch, 'invite_state')],
      ['knock', plan.knocked, (batch) => this.#stripped(request, batch, 'knock_state')],
    ];
    let first = true;
    const leftOutside = plan.left.filter((membership) => !isInside(membership));
    for (const [name, memberships, render] of sections) {
      let open = false;
      for (let at = 0; at < memberships.length; at += ROOMS_PER_BATCH) {
        const rooms = await render(memberships.slice(at, at + ROOMS_PER_BATCH));
        if (rooms.length === 0) continue;
        yield `${open ? ',' : `${first ? '' : ','}"${name}":{`}${rooms.join(',')}`;
        open = true;
        first = false;
      }
      if (name === 'leave' && leftOutside.length > 0) {
        const rooms = await this.#leftOutside(request, leftOutside);
        if (rooms.length > 0) yield `${open ? ',' : `${first ? '' : ','}"leave":{`}${rooms.join(',')}`;
        if (rooms.length > 0) open = true;
        if (open) first = false;
      }
      if (open) yield '}';
    }
  }

  /** Rooms that this server is not in, where the user is no longer invited or knocking. */
  async #leftOutside(request: SyncRequest, memberships: readonly LiveMembership[]): Promise<string[]> {
    const shown = await this.#deps.outside(
      request.user.userNid,
      memberships.map((membership) => membership.roomNid),
    );
    return [...shown.values()]
      .filter(({ roomId }) => request.filter.allowsRoom(roomId))
      .map(({ roomId, events }) => `${JSON.stringify(roomId)}:{"timeline":{"events":${events},"limited":false},"state":{"events":[]}}`);
  }

  /** Rooms that the user is invited to or knocks at, with the state that outsiders see. */
  async #stripped(request: SyncRequest, memberships: readonly LiveMembership[], section: string): Promise<string[]> {
    const { engine } = this.#deps;
    const texts = await this.#strippedOutside(
      request,
      memberships.filter((membership) => !isInside(membership)),
      section,
    );
    const inside = memberships.filter(isInside);
    const rooms = await engine.byNids(inside.map((membership) => membership.roomNid));
    for (const membership of inside) {
      const room = rooms.get(membership.roomNid);
      if (!room || !request.filter.allowsRoom(room.roomId)) continue;
      const own = await engine.events.byNid(membership.nid);
      if (!own || (section === 'invite_state' && request.ignored.has(own.event.sender))) continue;
      const inviter = await engine.stateEvent(room, 'm.room.member', own.event.sender);
      const events: StoredEvent[] = [...(await strippedState(engine, room)), ...(inviter && inviter !== own ? [inviter] : []), own];
      texts.push(`${JSON.stringify(room.roomId)}:{"${section}":{"events":[${events.map(strippedEvent).join(',')}]}}`);
    }
    return texts;
  }

  /** The same for rooms that this server is not in: what the user was shown of them. */
  async #strippedOutside(request: SyncRequest, memberships: readonly LiveMembership[], section: string): Promise<string[]> {
    if (memberships.length === 0) return [];
    const { strings } = this.#deps.engine;
    const shown = await this.#deps.outside(
      request.user.userNid,
      memberships.map((membership) => membership.roomNid),
    );
    const texts: string[] = [];
    for (const membership of memberships) {
      const found = shown.get(membership.roomNid);
      if (!found || !request.filter.allowsRoom(found.roomId)) continue;
      if (section === 'invite_state' && request.ignored.has(await strings.text(membership.senderNid))) continue;
      texts.push(`${JSON.stringify(found.roomId)}:{"${section}":{"events":${found.events}}}`);
    }
    return texts;
  }

  async #ownNews(request: SyncRequest): Promise<OwnNews> {
    const { sources, maxToDevice } = this.#deps;
    const { user, since, upto, filter, deviceNid, toDeviceSince } = request;
    // Changes in rooms mark the room, so quiet users ask no source at all.
    const news = since === 0 || user.mayHaveOwnNews(since);
    const [accountData, presence, toDevice, devices] = await Promise.all([
      sources.accountData.changed(user.userNid, since, upto),
      news && !filter.presence.passesNone ? sources.presence.changed(user.userNid, since, upto) : [],
      news || toDeviceSince < since ? sources.toDevice.pending(deviceNid, toDeviceSince, upto, maxToDevice) : { events: [] as string[], pos: upto },
      since > 0 && news ? sources.deviceLists.changed(user.userNid, since, upto) : { changed: [], left: [] },
    ]);
    return {
      accountData: accountData.global
        .filter((entry) => filter.accountData.passesAll || filter.accountData.allows({ type: entry.type, sender: request.userId, content: {} }))
        .map((entry) => entry.json),
      roomData: accountData.rooms,
      presence,
      toDevice: toDevice.events,
      toDevicePos: toDevice.pos,
      changedDevices: devices.changed,
      leftDevices: devices.left,
    };
  }

  /** Everything but `rooms`, without the closing brace. */
  async #head(request: SyncRequest, own: OwnNews): Promise<string> {
    const counts = await this.#deps.sources.deviceLists.keyCounts(request.deviceNid);
    let text = `{"next_batch":"${formatSyncToken({ pos: request.upto, toDevice: own.toDevicePos })}"`;
    if (own.accountData.length > 0) text += `,"account_data":{"events":[${own.accountData.join(',')}]}`;
    if (own.presence.length > 0) text += `,"presence":{"events":[${own.presence.join(',')}]}`;
    if (own.toDevice.length > 0) text += `,"to_device":{"events":[${own.toDevice.join(',')}]}`;
    if (own.changedDevices.length + own.leftDevices.length > 0) {
      text += `,"device_lists":${JSON.stringify({ changed: own.changedDevices, left: own.leftDevices })}`;
    }
    text += `,"device_one_time_keys_count":${JSON.stringify(counts.oneTime)}`;
    text += `,"device_unused_fallback_key_types":${JSON.stringify(counts.unusedFallback)}`;
    return text;
  }
}

function isBare(own: OwnNews): boolean {
  return own.accountData.length + own.presence.length + own.toDevice.length + own.changedDevices.length + own.leftDevices.length === 0;
}
