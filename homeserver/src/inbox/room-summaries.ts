/** What an inbox tells of the rooms of one page. All of them are read together, so the number of statements is bounded. */
import { isUserId } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { INVITE, JOIN, type Member } from '../rooms/membership.ts';
import type { Relations } from '../rooms/relations.ts';
import type { Room } from '../rooms/room.ts';
import type { Erasures } from '../rooms/erasures.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { TimelineReader } from '../rooms/timeline-reader.ts';
import type { PushRules } from '../push/push-rules.ts';
import type { Queryable } from '../storage/database.ts';
import { roomHeroes } from '../sync/room-heroes.ts';
import type { UnreadCounts, UnreadSource } from '../sync/sources.ts';
import type { LiveMembership } from '../sync/user-live.ts';
import { GLOBAL, type AccountData } from '../user-data/account-data.ts';
import { faceOf, hasName, nameOf, total, type InboxEntry } from './describe-room.ts';
import type { NamedUser } from './display-names.ts';
import type { InboxRoom } from './inbox.ts';
import { lastEvents } from './last-events.ts';
import { memberNames } from './member-names.ts';
import { cut } from './preview-content.ts';
import { bridgeEvents, factKeys, factsOf, factsShown, networkOf, type RoomFacts } from './room-facts.ts';

export interface RoomSummariesDeps {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly timeline: TimelineReader;
  readonly relations: Relations;
  readonly erasures: Erasures;
  readonly accountData: AccountData;
  readonly pushRules: PushRules;
  readonly unread: UnreadSource;
  /** as SyncEngineDeps.outside */
  readonly outside: (userNid: number, roomNids: readonly number[]) => Promise<Map<number, { roomId: string; events: string }>>;
  readonly now: () => number;
}

interface Reader {
  readonly userNid: number;
  readonly userId: string;
}

/** What is the user's own of a room. */
interface OwnView {
  /** room id -> user that the direct chat is with */
  readonly direct: ReadonlyMap<string, string>;
  readonly muted: ReadonlySet<string>;
}

/** A room of the page with all that is read of it. */
interface PageRoom extends InboxRoom {
  readonly room: Room;
  readonly isJoined: boolean;
  readonly bridges: readonly number[];
}

export class RoomSummaries {
  readonly #deps: RoomSummariesDeps;

  constructor(deps: RoomSummariesDeps) {
    this.#deps = deps;
  }

  /** In the order given; rooms that are gone meanwhile are left out. */
  async of(reader: Reader, page: readonly InboxRoom[]): Promise<InboxEntry[]> {
    const own = await this.#ownView(reader);
    const inside = await this.#inside(reader, page, own);
    const outside = await this.#outside(reader, page, own);
    const entries: (InboxEntry | undefined)[] = page.map(({ membership: { roomNid } }) => inside.get(roomNid) ?? outside.get(roomNid));
    return withNeighboursTime(
      entries.filter((entry) => entry !== undefined),
      this.#deps.now(),
    );
  }

  async #ownView({ userNid, userId }: Reader): Promise<OwnView> {
    const { accountData, pushRules } = this.#deps;
    const direct = new Map<string, string>();
    for (const [other, rooms] of Object.entries((await accountData.get(userNid, GLOBAL, 'm.direct')) ?? {})) {
      if (!isUserId(other) || !Array.isArray(rooms)) continue;
      for (const roomId of rooms) if (typeof roomId === 'string' && !direct.has(roomId)) direct.set(roomId, other);
    }
    const { override } = await pushRules.get(userNid, userId);
    const muted = override
      .filter(({ enabled, actions }) => enabled && !actions.includes('notify'))
      .flatMap(({ conditions = [] }) => (conditions.length === 1 && conditions[0]!['key'] === 'room_id' ? [conditions[0]!['pattern']] : []));
    return { direct, muted: new Set(muted.filter((roomId) => typeof roomId === 'string')) };
  }

  // --- rooms that this server is in ---

  async #inside(reader: Reader, page: readonly InboxRoom[], own: OwnView): Promise<Map<number, InboxEntry>> {
    const { engine, db, unread } = this.#deps;
    const known = page.filter(({ membership }) => membership.nid !== 0);
    const nids = known.map(({ membership }) => membership.roomNid);
    const [rooms, bridges, keys] = await Promise.all([engine.byNids(nids), bridgeEvents(db, nids), factKeys(engine)]);
    const views = known.flatMap((entry): PageRoom[] => {
      const room = rooms.get(entry.membership.roomNid);
      if (!room) return [];
      const isJoined = entry.membership.membership === JOIN;
      return [{ ...entry, room, isJoined, bridges: isJoined ? (bridges.get(room.nid) ?? []) : [] }];
    });
    const direct = await this.#directPartners(views, own);
    const events = await engine.events.byNids(new Set(views.flatMap((view) => neededEvents(view, reader, keys.values(), direct))));
    const contentOf = (nid: number | undefined): JsonObject | undefined => (nid === undefined ? undefined : events.get(nid)?.content);
    const facts = new Map(views.map(({ room, isJoined }) => [room.nid, factsOf(room, keys, contentOf, !isJoined)]));
    const heroes = await this.#heroes(reader, views, facts);
    const last = await lastEvents(
      { ...this.#deps, show: this.#showTo(reader) },
      views.filter(({ isJoined }) => isJoined),
      events,
      keys.get('m.room.history_visibility')!,
    );
    const comings = await this.#comings(views, events);
    const counts = await unread.counts(
      reader.userNid,
      views.filter(({ isJoined }) => isJoined).map(({ room }) => room.nid),
    );
    const senders = await this.#userIds(views.map(({ membership }) => membership.senderNid));
    const found = new Map<number, InboxEntry>();
    for (const { room, membership, isJoined, bridges: bridgeNids } of views) {
      const memberOf = (userNid: number): JsonObject | undefined => contentOf(room.members.get(userNid)?.nid);
      const roomFacts = facts.get(room.nid)!;
      const ownMember = memberOf(reader.userNid);
      const senderMember = memberOf(membership.senderNid);
      const inviter =
        membership.membership === INVITE ? { userId: senders.get(membership.senderNid)!, displayName: senderMember?.['displayname'] } : undefined;
      const partner = direct.get(room.roomId);
      const shown = last.get(room.nid);
      const isNewer = shown !== undefined && shown.isMessage && shown.stored.pos! > membership.since;
      const network = bridgeNids.map((nid) => networkOf(contentOf(nid))).find((candidate) => candidate !== undefined);
      found.set(room.nid, {
        ...(await this.#common(reader, own, {
          roomId: room.roomId,
          membership,
          facts: roomFacts,
          memberCount: room.joinedCount,
          unread: counts.get(room.nid),
        })),
        ...faceOf({
          facts: roomFacts,
          isDirect: partner !== undefined || (inviter !== undefined && ownMember?.['is_direct'] === true),
          otherId: partner?.userId ?? inviter?.userId,
          otherAvatar: (partner ? memberOf(partner.userNid) : senderMember)?.['avatar_url'],
        }),
        ...nameOf({
          facts: roomFacts,
          heroes: heroes.get(room.nid) ?? [],
          others: room.joinedCount + room.invitedCount - 1,
          self: { userId: reader.userId, displayName: ownMember?.['displayname'] },
          inviter,
          isJoined,
        }),
        ...(shown ? { last_event: shown.told } : {}),
        activity_ts: isNewer ? shown.stored.event.originServerTs : (comings.get(room.nid) ?? UNKNOWN_TIME),
        ...(network ? { network } : {}),
      });
    }
    return found;
  }

  /** Those that rooms without a name are called by. */
  async #heroes(reader: Reader, views: readonly PageRoom[], facts: ReadonlyMap<number, RoomFacts>): Promise<Map<number, NamedUser[]>> {
    const { engine } = this.#deps;
    const unnamed = views.filter(({ room, isJoined }) => isJoined && !hasName(facts.get(room.nid)!));
    const heroes = new Map(unnamed.map(({ room }) => [room.nid, roomHeroes(room, reader.userNid)]));
    const all = [...heroes.values()].flat();
    const [names, users] = await Promise.all([
      memberNames(
        { engine, show: this.#showTo(reader) },
        all.map(({ nid }) => nid),
      ),
      this.#userIds(all.map(({ userNid }) => userNid)),
    ]);
    const named = ({ userNid, nid }: Member): NamedUser => ({ userId: users.get(userNid)!, displayName: names.get(nid) });
    return new Map([...heroes].map(([roomNid, members]) => [roomNid, members.map(named)]));
  }

  #showTo({ userNid }: Reader): (stored: StoredEvent) => StoredEvent {
    return (stored) => this.#deps.erasures.shownTo(userNid, stored);
  }

  async #directPartners(views: readonly PageRoom[], { direct }: OwnView): Promise<DirectPartners> {
    const found = views.flatMap(({ room, isJoined }) => {
      const other = direct.get(room.roomId);
      return other === undefined || !isJoined ? [] : [{ roomId: room.roomId, userId: other }];
    });
    const nids = await this.#deps.engine.strings.ids(found.map(({ userId }) => userId));
    return new Map(found.map(({ roomId, userId }, i) => [roomId, { userId, userNid: nids[i]! }]));
  }

  async #userIds(nids: readonly number[]): Promise<Map<number, string>> {
    const unique = [...new Set(nids)];
    const texts = await this.#deps.engine.strings.texts(unique);
    return new Map(unique.map((nid, i) => [nid, texts[i]!]));
  }

  /** When the user came to be in each room as they are now (ms). */
  async #comings(views: readonly PageRoom[], events: ReadonlyMap<number, StoredEvent>): Promise<Map<number, number>> {
    const times = new Map<number, number>();
    const unclear: PageRoom[] = [];
    for (const view of views) {
      const { room, membership } = view;
      const own = events.get(membership.nid);
      if (own && own.pos === membership.since) times.set(room.nid, own.event.originServerTs);
      else unclear.push(view);
    }
    // Somebody who changed their name since has a newer membership event.
    const firsts = await this.#deps.timeline.firstAfter(unclear.map(({ room, membership }) => ({ room, after: membership.since - 1 })));
    for (const [roomNid, stored] of firsts) times.set(roomNid, stored.event.originServerTs);
    return times;
  }

  // --- rooms elsewhere: invites and knocks ---

  async #outside(reader: Reader, page: readonly InboxRoom[], own: OwnView): Promise<Map<number, InboxEntry>> {
    const memberships = page.map(({ membership }) => membership).filter(({ nid }) => nid === 0);
    if (memberships.length === 0) return new Map();
    const shown = await this.#deps.outside(
      reader.userNid,
      memberships.map(({ roomNid }) => roomNid),
    );
    const users = await this.#userIds(memberships.map(({ senderNid }) => senderNid));
    const found = new Map<number, InboxEntry>();
    for (const membership of memberships) {
      const room = shown.get(membership.roomNid);
      if (!room) continue;
      const { facts, members } = factsShown(room.events);
      const senderId = users.get(membership.senderNid)!;
      const inviter = membership.membership === INVITE ? { userId: senderId, displayName: members.get(senderId)?.['displayname'] } : undefined;
      found.set(membership.roomNid, {
        ...(await this.#common(reader, own, { roomId: room.roomId, membership, facts, memberCount: 0, unread: undefined })),
        ...faceOf({
          facts,
          isDirect: inviter !== undefined && members.get(reader.userId)?.['is_direct'] === true,
          otherId: inviter?.userId,
          otherAvatar: members.get(senderId)?.['avatar_url'],
        }),
        ...nameOf({
          facts,
          heroes: [],
          others: 0,
          self: { userId: reader.userId, displayName: members.get(reader.userId)?.['displayname'] },
          inviter,
          isJoined: false,
        }),
        activity_ts: UNKNOWN_TIME,
      });
    }
    return found;
  }

  // --- both ---

  async #common(
    { userNid }: Reader,
    { muted }: OwnView,
    { roomId, membership, facts, memberCount, unread }: RoomOfUser,
  ): Promise<Omit<InboxEntry, 'kind' | 'name' | 'activity_ts'>> {
    const { accountData } = this.#deps;
    const data = (type: string): Promise<JsonObject | undefined> => accountData.get(userNid, membership.roomNid, type);
    const [tag, triage, marked, markedBefore] = await Promise.all(
      ['m.tag', 'io.nexuscomm.triage', 'm.marked_unread', 'com.famedly.marked_unread'].map(data),
    );
    const topic = facts['m.room.topic']?.['topic'];
    return {
      room_id: roomId,
      membership: membership.membership === JOIN ? 'join' : membership.membership === INVITE ? 'invite' : 'knock',
      ...(typeof topic === 'string' && topic !== '' ? { topic: cut(topic) } : {}),
      encrypted: facts['m.room.encryption'] !== undefined,
      member_count: memberCount,
      ...total(unread),
      marked_unread: (marked ?? markedBefore)?.['unread'] === true,
      muted: muted.has(roomId),
      tags: isJsonObject(tag?.['tags']) ? { ...tag['tags'] } : {},
      ...(triage ? { triage: withoutThreads(triage) } : {}),
    };
  }
}

/** That of its threads is not for a line of the room. */
const withoutThreads = ({ threads: _threads, ...own }: JsonObject): JsonObject => own;

type DirectPartners = ReadonlyMap<string, { readonly userId: string; readonly userNid: number }>;

interface RoomOfUser {
  readonly roomId: string;
  readonly membership: LiveMembership;
  readonly facts: RoomFacts;
  readonly memberCount: number;
  readonly unread: UnreadCounts | undefined;
}

/** Numbers of the events that a room's entry is made of, but for heroes. */
function neededEvents(view: PageRoom, reader: Reader, keys: Iterable<number>, direct: DirectPartners): number[] {
  const { room, isJoined, membership, bridges, newest } = view;
  const people = [reader.userNid, membership.senderNid, newest?.senderNid ?? 0, direct.get(room.roomId)?.userNid ?? 0];
  return [
    ...[...keys].flatMap((key) => room.state.get(key) ?? []),
    ...people.flatMap((userNid) => room.members.get(userNid)?.nid ?? []),
    ...bridges,
    ...(newest && isJoined ? [newest.nid] : []),
  ];
}

/** Of invites to rooms elsewhere it is not known when they were sent. */
const UNKNOWN_TIME = 0;

/** The page is in the order of positions here, so what has no time of its own was between its neighbours. */
function withNeighboursTime(entries: readonly InboxEntry[], now: number): InboxEntry[] {
  let time = now;
  return entries
    .toReversed()
    .map((entry, i, reversed) => {
      if (entry.activity_ts === UNKNOWN_TIME && i === 0) time = reversed.find((other) => other.activity_ts !== UNKNOWN_TIME)?.activity_ts ?? now;
      else if (entry.activity_ts !== UNKNOWN_TIME) time = entry.activity_ts;
      return { ...entry, activity_ts: time };
    })
    .toReversed();
}
