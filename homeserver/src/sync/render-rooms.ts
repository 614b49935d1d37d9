/**
 * Renders rooms of a sync answer as JSON text. Rooms are done in batches: what the whole batch needs is read with a few
 * statements (none, if it is all in memory), then each room is put together without waiting.
 */
import { inTurns } from '../storage/turns.ts';
import { clientEvent } from '../rooms/client-event.ts';
import type { Erasures } from '../rooms/erasures.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { stateKeyText } from '../rooms/state-key.ts';
import { EVENT_AFTER_GAP, EVENT_MOVED_STATE, type StoredEvent } from '../rooms/stored-event.ts';
import type { TimelineReader } from '../rooms/timeline-reader.ts';
import type { EventVisibility, VisibleEvent } from '../rooms/visibility.ts';
import type { LazyMembers } from './lazy-members.ts';
import { isNamed, roomHeroes } from './room-heroes.ts';
import type { AccountDataEntry, SyncSources, UnreadCounts } from './sources.ts';
import { allowsStored, selectFields } from './sync-filter.ts';
import type { SyncRequest } from './sync-request.ts';
import type { LiveMembership } from './user-live.ts';

export interface RoomRendererDeps {
  readonly engine: RoomEngine;
  readonly timeline: TimelineReader;
  readonly visibility: EventVisibility;
  readonly erasures: Erasures;
  readonly lazyMembers: LazyMembers;
  readonly sources: SyncSources;
  /** timeline events per room when the filter does not say, and at most */
  readonly defaultTimelineLimit: number;
  readonly maxTimelineLimit: number;
}

/** A room's part of the answer before its events are read. */
interface RoomView {
  readonly room: Room;
  readonly membership: LiveMembership;
  /** events after this position are told; 0: the room is new to the client */
  readonly since: number;
  /** and up to this one */
  readonly upto: number;
  timeline: VisibleEvent[];
  limited: boolean;
  /** something in the span of the timeline, shown or not, moved the state otherwise than by itself */
  moved: boolean;
  /** state events to send, as numbers */
  state: Set<number>;
  /** the position before the first event of the timeline, for `prev_batch` */
  readonly left: boolean;
  /** all of the state is told, as to a client that does not have the room */
  whole: boolean;
}

/** How many times a selective filter may go further back to fill a timeline. */
const MAX_FILTER_PAGES = 8;

/** Memberships looked through, back to that of somebody who was in the room. */
const MAX_DEPARTURES = 10;

const SERIALISED_AT_ONCE = 1_000;

export class RoomRenderer {
  readonly #deps: RoomRendererDeps;

  constructor(deps: RoomRendererDeps) {
    this.#deps = deps;
  }

  /** `"!id":{...}` of each joined or left room that has something to tell. */
  async rooms(
    request: SyncRequest,
    memberships: readonly LiveMembership[],
    left: boolean,
    roomData: ReadonlyMap<number, AccountDataEntry[]>,
  ): Promise<string[]> {
    const rooms = await this.#deps.engine.byNids(memberships.map((membership) => membership.roomNid));
    const views = memberships.flatMap((membership) => {
      const room = rooms.get(membership.roomNid);
      return room && request.filter.allowsRoom(room.roomId) ? [viewOf(request, room, membership, left)] : [];
    });
    await this.#fillTimelines(request, views);
    await Promise.all(views.map((view) => this.#chooseState(request, view)));
    const shown = views.flatMap((view) => view.timeline.map(({ stored }) => stored));
    const [events, receipts, unread, relations] = await Promise.all([
      this.#deps.engine.events.byNids(neededEvents(views)),
      left || request.filter.ephemeral.passesNone
        ? new Map<number, string>()
        : this.#deps.sources.receipts.changed(
            request.user.userNid,
            views.map((view) => ({ roomNid: view.room.nid, since: view.since })),
            request.upto,
          ),
      left
        ? new Map<number, UnreadCounts>()
        : this.#deps.sources.unread.counts(
            request.user.userNid,
            views.map((view) => view.room.nid),
          ),
      bundle(this.#deps.sources, shown, request.user.userNid),
    ]);
    const summaries = await this.#summaries(request, views);
    const texts: string[] = [];
    for (const view of views) {
      const text = await this.#render(request, view, {
        events,
        receipts: receipts.get(view.room.nid),
        unread: unread.get(view.room.nid),
        relations,
        accountData: roomData.get(view.room.nid) ?? [],
        summary: summaries.get(view.room.nid),
      });
      if (text !== undefined) texts.push(`${JSON.stringify(view.room.roomId)}:${text}`);
    }
    return texts;
  }

  async #fillTimelines(request: SyncRequest, views: readonly RoomView[]): Promise<void> {
    const { timeline: filter } = request.filter;
    const limit = Math.min(filter.limit ?? this.#deps.defaultTimelineLimit, this.#deps.maxTimelineLimit);
    // One more than asked for tells whether there are more.
    const newest = await this.#deps.timeline.newest(
      views.map(({ room, since, upto }) => ({ room, after: since, upto })),
      limit + 1,
    );
    await Promise.all(views.map((view) => this.#fillTimeline(request, view, newest.get(view.room.nid) ?? [], limit)));
  }

  async #fillTimeline(request: SyncRequest, view: RoomView, newest: readonly StoredEvent[], limit: number): Promise<void> {
    const { timeline: filter } = request.filter;
    const passes = (stored: StoredEvent): boolean => allowsStored(filter, stored) && (stored.isState || !request.ignored.has(stored.event.sender));
    let page = newest;
    let found: VisibleEvent[] = [];
    let fromTheStart = false;
    for (let pages = 0; ; pages++) {
      // Across a gap a timeline would look as if nothing were missing: it begins after it, and the client asks for what is before.
      const gap = page.findLastIndex(isAfterGap);
      if (gap >= 0) page = page.slice(gap);
      view.moved ||= page.some(movesState);
      const visible = await this.#deps.visibility.filter(view.room, request.user.userNid, page.filter(passes));
      found = [...visible, ...found];
      fromTheStart = page[0]?.event.type === 'm.room.create';
      const more = gap < 0 && page.length > limit && !fromTheStart;
      if (gap >= 0) view.limited = true;
      if (found.length > limit || !more || pages === MAX_FILTER_PAGES) {
        view.limited ||= found.length > limit || (more && found.length < limit);
        break;
      }
      const upto = page[0]!.pos! - 1;
      page = (await this.#deps.timeline.newest([{ room: view.room, after: view.since, upto }], limit + 1)).get(view.room.nid) ?? [];
    }
    view.timeline = limit === 0 ? [] : found.slice(-limit);
    if (limit === 0) view.limited = newest.length > 0;
    if (view.since > 0 || view.timeline.length === 0) return;
    // What was before this server came to the room, others have. Who comes to a room is told that there is a past, filtered or not.
    const isWhole = request.since === 0 ? fromTheStart : view.timeline[0]!.stored.event.type === 'm.room.create';
    view.limited ||= !isWhole;
  }

  /** Picks the state events that the client needs besides the timeline. */
  async #chooseState(request: SyncRequest, view: RoomView): Promise<void> {
    const { filter, stateAfter } = request;
    if (filter.state.passesNone) return;
    const inTimeline = new Set(view.timeline.map(({ stored }) => stored.nid));
    if (view.left && !(await this.#hadJoined(view))) {
      if (stateAfter || !inTimeline.has(view.membership.nid)) view.state.add(view.membership.nid);
      return;
    }
    // Who came and left between two syncs does not have the room yet.
    if (view.left && !view.whole) view.whole = !(await this.#wasInside(request, view));
    const state = await this.#stateChanges(request, view);
    const lazy = filter.state.lazyLoadMembers;
    const wantedMembers = lazy ? await this.#membersOfTimeline(request, view) : undefined;
    const keys = await this.#memberKeys(state, lazy && view.whole);
    for (const [key, nid] of state) {
      const inItsTimeline = inTimeline.has(nid);
      if (!stateAfter && inItsTimeline) continue;
      // Once a client has read the members, they are what it was told since: changes are told whoever they are of.
      if (view.whole && keys?.has(key) && !wantedMembers?.has(key) && !inItsTimeline) continue;
      view.state.add(nid);
    }
    if (wantedMembers && !view.whole) await this.#addLazyMembers(request, view, wantedMembers);
    if (wantedMembers) {
      for (const [key, nid] of wantedMembers) this.#deps.lazyMembers.add(request.deviceNid, view.room.nid, key, nid);
    }
  }

  /** Whether somebody who left a room was in it: an invite that is declined does not show the room. */
  async #hadJoined({ membership }: RoomView): Promise<boolean> {
    const { events } = this.#deps.engine;
    let stored = await events.byNid(membership.nid);
    // Who left may be banned after that, and be let in again.
    for (let steps = 0; steps < MAX_DEPARTURES && isDeparture(stored); steps++) {
      stored = stored?.replaces === undefined ? undefined : await events.byNid(stored.replaces);
    }
    return stored?.content['membership'] === 'join';
  }

  /** Whether the user was in the room as the client knows it. */
  async #wasInside(request: SyncRequest, { room, since }: RoomView): Promise<boolean> {
    const { engine, timeline } = this.#deps;
    const firstNew = (await timeline.firstAfter([{ room, after: since }])).get(room.nid);
    if (!firstNew) return true;
    const [key] = await engine.strings.ids([stateKeyText('m.room.member', request.userId)]);
    const nid = (await engine.statesAt([firstNew.headBefore])).get(firstNew.headBefore)?.get(key!);
    return nid !== undefined && (await engine.events.byNid(nid))?.content['membership'] === 'join';
  }

  /** The state to tell, by key: all of it for a room that is new to the client, else what changed. */
  async #stateChanges(request: SyncRequest, view: RoomView): Promise<ReadonlyMap<number, number>> {
    const { engine, timeline } = this.#deps;
    const { room, since, upto } = view;
    const first = view.timeline[0]?.stored;
    const atEnd = (): Promise<ReadonlyMap<number, number>> => this.#stateAtEnd(view);
    if (view.whole) {
      if (request.stateAfter || !first) return atEnd();
      const start = (await engine.statesAt([first.headBefore])).get(first.headBefore)!;
      return view.moved ? withFurther(start, await atEnd(), new Map()) : start;
    }
    // Incremental: the difference between the state the client has and the one that it needs.
    const firstNew = (await timeline.firstAfter([{ room, after: since }])).get(room.nid);
    if (!firstNew || firstNew.pos! > upto) return new Map();
    if (request.stateAfter) {
      const changes = room.ringFloor <= since ? changesInRing(room, since, upto) : undefined;
      if (changes) return changes;
      const before = (await engine.statesAt([firstNew.headBefore])).get(firstNew.headBefore)!;
      return difference(before, await atEnd());
    }
    const needed = first ?? firstNew;
    if (needed.headBefore === firstNew.headBefore && !view.moved) return new Map();
    const states = await engine.statesAt([firstNew.headBefore, needed.headBefore]);
    const before = states.get(firstNew.headBefore)!;
    const changes = difference(before, states.get(needed.headBefore)!);
    return view.moved ? withFurther(changes, await atEnd(), before) : changes;
  }

  /** The state after the last event that the answer covers. */
  async #stateAtEnd(view: RoomView): Promise<ReadonlyMap<number, number>> {
    const { room, upto } = view;
    // A copy: more may be committed while the answer is put together.
    if (room.lastPos <= upto) return new Map(room.state);
    const next = (await this.#deps.timeline.firstAfter([{ room, after: upto }])).get(room.nid);
    if (!next) return new Map(room.state);
    return (await this.#deps.engine.statesAt([next.headBefore])).get(next.headBefore)!;
  }

  /** Keys of membership events among the given state; only asked for when members are loaded lazily. */
  async #memberKeys(state: ReadonlyMap<number, number>, lazy: boolean): Promise<ReadonlySet<number> | undefined> {
    if (!lazy) return undefined;
    const keys = [...state.keys()];
    const texts = await this.#deps.engine.strings.texts(keys);
    const prefix = stateKeyText('m.room.member', '');
    return new Set(keys.filter((_, i) => texts[i]!.startsWith(prefix)));
  }

  /** Membership events (key -> number) of the user, of those whose events the timeline shows, and of heroes that are told. */
  async #membersOfTimeline(request: SyncRequest, view: RoomView): Promise<Map<number, number>> {
    const { strings } = this.#deps.engine;
    const users = new Set(view.timeline.map(({ stored }) => stored.event.sender as string));
    if (view.whole) users.add(request.userId);
    if (tellsSummary(request, view) && !(await isNamed(this.#deps.engine, view.room))) {
      const heroes = roomHeroes(view.room, request.user.userNid).map((hero) => hero.userNid);
      for (const userId of await strings.texts(heroes)) users.add(userId);
    }
    const keys = await strings.ids([...users].map((user) => stateKeyText('m.room.member', user)));
    const members = new Map<number, number>();
    const state = view.room.lastPos <= view.upto ? view.room.state : await this.#stateAtEnd(view);
    for (const key of keys) {
      const nid = state.get(key);
      if (nid !== undefined) members.set(key, nid);
    }
    return members;
  }

  /** In an incremental answer the senders' members are told even if they did not change, once per device. */
  async #addLazyMembers(request: SyncRequest, view: RoomView, wanted: ReadonlyMap<number, number>): Promise<void> {
    const inTimeline = new Set(view.timeline.map(({ stored }) => stored.nid));
    for (const [key, nid] of wanted) {
      if (inTimeline.has(nid)) continue;
      const known = this.#deps.lazyMembers.has(request.deviceNid, view.room.nid, key, nid);
      if (!known || request.filter.state.includeRedundantMembers) view.state.add(nid);
    }
  }

  /** Counts and heroes (Client-Server API, "RoomSummary"), told again when members changed. */
  async #summaries(request: SyncRequest, views: readonly RoomView[]): Promise<Map<number, string>> {
    const told = views.filter((view) => tellsSummary(request, view));
    return new Map(await Promise.all(told.map(async ({ room }) => [room.nid, await this.#summary(request, room)] as const)));
  }

  async #summary(request: SyncRequest, room: Room): Promise<string> {
    const counts = `"m.joined_member_count":${room.joinedCount},"m.invited_member_count":${room.invitedCount}`;
    const { engine } = this.#deps;
    if (await isNamed(engine, room)) return `{${counts}}`;
    const ids = await engine.strings.texts(roomHeroes(room, request.user.userNid).map((hero) => hero.userNid));
    return `{"m.heroes":${JSON.stringify(ids)},${counts}}`;
  }

  async #render(
    request: SyncRequest,
    view: RoomView,
    parts: {
      events: ReadonlyMap<number, StoredEvent>;
      receipts: string | undefined;
      unread: UnreadCounts | undefined;
      relations: ReadonlyMap<number, string>;
      accountData: readonly AccountDataEntry[];
      summary: string | undefined;
    },
  ): Promise<string | undefined> {
    const { filter } = request;
    const { userNid } = request.user;
    const event = (original: StoredEvent, membership: number | undefined): string => {
      const stored = this.#deps.erasures.shownTo(userNid, original, membership);
      const replaced = stored.replaces === undefined ? undefined : parts.events.get(stored.replaces);
      const text = clientEvent(stored, {
        now: request.now,
        deviceNid: request.deviceNid,
        replaced: replaced && this.#deps.erasures.shownTo(userNid, replaced),
        redaction: stored.redactedBy === undefined ? undefined : parts.events.get(stored.redactedBy),
        membership,
        relations: stored.related ? parts.relations.get(stored.nid) : undefined,
      });
      if (filter.federationFormat) return JSON.stringify(stored.json);
      return filter.eventFields ? JSON.stringify(selectFields(JSON.parse(text), filter.eventFields)) : text;
    };
    const state: string[] = [];
    for await (const slice of inTurns([...view.state], SERIALISED_AT_ONCE)) {
      for (const nid of slice) {
        const stored = parts.events.get(nid);
        if (stored && allowsStored(filter.state, stored)) state.push(event(stored, undefined));
      }
    }
    const timeline = view.timeline.map(({ stored, membership }) => event(stored, membership));
    const ephemeral = view.left ? [] : this.#ephemeral(request, view, parts.receipts);
    const accountData = parts.accountData
      .filter((entry) => filter.roomAccountData.passesAll || filter.roomAccountData.allows({ type: entry.type, sender: request.userId, content: {} }))
      .map((entry) => entry.json);
    const nothing = state.length + timeline.length + ephemeral.length + accountData.length === 0;
    if (nothing && !view.whole && !view.left && !view.limited && parts.unread === undefined) return undefined;

    const start = view.timeline[0]?.stored;
    // A place in the stream: where the room forked, what came before may well be deeper.
    const prevBatch = start ? `s${start.pos! - 1}` : `s${view.since === 0 ? view.upto : view.since}`;
    let text = `{"timeline":{"events":[${timeline.join(',')}],"limited":${view.limited},"prev_batch":"${prevBatch}"}`;
    text += `,"${request.stateAfter ?? 'state'}":{"events":[${state.join(',')}]}`;
    text += `,"account_data":{"events":[${accountData.join(',')}]}`;
    if (!view.left) {
      text += `,"ephemeral":{"events":[${ephemeral.join(',')}]}`;
      if (parts.unread) text += renderUnread(parts.unread, filter.timeline.unreadThreadNotifications);
      if (parts.summary !== undefined) text += `,"summary":${parts.summary}`;
    }
    return `${text}}`;
  }

  #ephemeral(request: SyncRequest, view: RoomView, receipts: string | undefined): string[] {
    const { ephemeral: filter } = request.filter;
    const allows = (type: string): boolean => filter.passesAll || (filter.allowsType(type) && filter.allowsRoom(view.room.roomId));
    const events: string[] = [];
    if (receipts !== undefined && allows('m.receipt')) events.push(`{"type":"m.receipt","content":${receipts}}`);
    const typing = this.#deps.sources.typing.state(view.room.nid);
    const news = typing !== undefined && (view.since === 0 ? typing.userIds.length > 0 : typing.pos > view.since);
    if (news && allows('m.typing')) {
      const userIds = typing.userIds.filter((userId) => !request.ignored.has(userId));
      events.push(`{"type":"m.typing","content":{"user_ids":${JSON.stringify(userIds)}}}`);
    }
    return events;
  }
}

/** Counts and heroes go along with a room that is new to the client, and where members may have changed. */
function tellsSummary(request: SyncRequest, { left, since, limited, timeline }: RoomView): boolean {
  if (left) return false;
  return since === 0 || request.fullState || limited || timeline.some(({ stored }) => stored.event.type === 'm.room.member');
}

function viewOf(request: SyncRequest, room: Room, membership: LiveMembership, left: boolean): RoomView {
  // A room joined since is as new to the client as all rooms are in an initial sync.
  const newlyJoined = !left && membership.since > request.since;
  return {
    room,
    membership,
    since: newlyJoined ? 0 : request.since,
    upto: left ? Math.min(membership.pos, request.upto) : request.upto,
    timeline: [],
    limited: false,
    moved: false,
    state: new Set(),
    left,
    whole: newlyJoined || request.since === 0 || request.fullState,
  };
}

function neededEvents(views: readonly RoomView[]): Set<number> {
  const nids = new Set<number>();
  for (const view of views) {
    for (const nid of view.state) nids.add(nid);
    for (const { stored } of view.timeline) {
      if (stored.replaces !== undefined) nids.add(stored.replaces);
      if (stored.redactedBy !== undefined) nids.add(stored.redactedBy);
    }
  }
  return nids;
}

async function bundle(sources: SyncSources, events: readonly StoredEvent[], userNid: number): Promise<ReadonlyMap<number, string>> {
  const related = events.filter((stored) => stored.related && stored.redactedBy === undefined);
  if (related.length === 0) return new Map();
  return sources.relations.bundled(
    related.map((stored) => stored.nid),
    userNid,
  );
}

/** What differs in `after`, by key. */
function difference(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): Map<number, number> {
  const changes = new Map<number, number>();
  for (const [key, nid] of after) if (before.get(key) !== nid) changes.set(key, nid);
  return changes;
}

/** Its arrival changed more of the room's state than the event itself says. */
function isDeparture(stored: StoredEvent | undefined): boolean {
  const membership = stored?.content['membership'];
  return membership === 'leave' || membership === 'ban';
}

const movesState = (stored: StoredEvent): boolean => (stored.flags & EVENT_MOVED_STATE) !== 0;

const isAfterGap = (stored: StoredEvent): boolean => (stored.flags & EVENT_AFTER_GAP) !== 0;

/**
 * Where forks were resolved, state came into force that no event of the timeline brings: it is told with the rest. Events
 * that the timeline does bring are left out by the caller.
 */
function withFurther(
  changes: ReadonlyMap<number, number>,
  atEnd: ReadonlyMap<number, number>,
  before: ReadonlyMap<number, number>,
): Map<number, number> {
  return new Map([...changes, ...difference(before, atEnd)]);
}

/** The state that events of the ring set, as it is now; undefined if it changed otherwise too. */
function changesInRing(room: Room, since: number, upto: number): Map<number, number> | undefined {
  const changes = new Map<number, number>();
  for (const stored of room.ring) {
    if (movesState(stored) && stored.pos! > since && stored.pos! <= upto) return undefined;
    if (stored.key !== undefined && stored.pos! > since && stored.pos! <= upto) changes.set(stored.key, stored.nid);
  }
  return changes;
}

function renderUnread(unread: UnreadCounts, byThread: boolean): string {
  const counts = (notifications: number, highlights: number): string => `{"notification_count":${notifications},"highlight_count":${highlights}}`;
  if (!byThread) {
    let { notifications, highlights } = unread;
    for (const thread of unread.threads.values()) {
      notifications += thread.notifications;
      highlights += thread.highlights;
    }
    return `,"unread_notifications":${counts(notifications, highlights)}`;
  }
  const threads = [...unread.threads].map(([root, thread]) => `${JSON.stringify(root)}:${counts(thread.notifications, thread.highlights)}`);
  return `,"unread_notifications":${counts(unread.notifications, unread.highlights)},"unread_thread_notifications":{${threads.join(',')}}`;
}
