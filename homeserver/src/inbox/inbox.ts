/**
 * A user's conversations, newest activity first, page by page. The order comes from memory: where the user came in, and the
 * newest message of each room. It is that of the moment when the first page was asked for, so that pages fit together while
 * messages arrive; what they tell is of now. Only rooms of the page are looked at.
 */
import type { ResponseOf } from '@nexuscomm/spec/endpoint.ts';
import type * as api from '@nexuscomm/spec/endpoints/nexuscomm/inbox.ts';
import { INVITE, JOIN, KNOCK } from '../rooms/membership.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { LiveMembership } from '../sync/user-live.ts';
import type { AccountData } from '../user-data/account-data.ts';
import { formatInboxToken, type InboxToken } from './inbox-token.ts';
import type { Activity, RoomActivity } from './room-activity.ts';
import type { RoomSummaries } from './room-summaries.ts';

export interface InboxDeps {
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly accountData: AccountData;
  readonly activity: RoomActivity;
  readonly summaries: RoomSummaries;
}

/** A room of the inbox and its place in the order. */
export interface InboxRoom {
  readonly membership: LiveMembership;
  /** position of the newest message, or of the user's coming if that is later */
  readonly key: number;
  /** the newest message that the user may be shown, as far as ignoring goes */
  readonly newest: Activity | undefined;
}

export class Inbox {
  readonly #deps: InboxDeps;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  async page(
    who: { readonly userNid: number; readonly userId: string },
    { limit, from }: { readonly limit: number; readonly from: InboxToken | undefined },
  ): Promise<ResponseOf<typeof api.inbox>> {
    const { hub, accountData, summaries } = this.#deps;
    const user = await hub.user(who.userNid);
    const ignored = await accountData.ignoredUsers(who.userNid);
    const upto = from?.upto ?? hub.watermark;
    const memberships = [...user.rooms.values()].filter((membership) => isHere(membership) && membership.since <= upto);
    const rooms = await this.#ordered(await this.#withoutIgnored(memberships, ignored), upto, ignored);
    const rest = from === undefined ? rooms : rooms.filter((room) => comesAfter(room, from));
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return {
      chunk: await summaries.of(who, page),
      ...(last !== undefined && rest.length > limit
        ? { next_batch: formatInboxToken({ upto, key: last.key, roomNid: last.membership.roomNid }) }
        : {}),
      total: rooms.length,
    };
  }

  /** Invites of ignored users are not shown. */
  async #withoutIgnored(memberships: readonly LiveMembership[], ignored: ReadonlySet<string>): Promise<readonly LiveMembership[]> {
    const invites = memberships.filter(({ membership }) => membership === INVITE);
    if (ignored.size === 0 || invites.length === 0) return memberships;
    const inviters = await this.#deps.engine.strings.texts(invites.map(({ senderNid }) => senderNid));
    const unwanted = new Set(invites.filter((_, i) => ignored.has(inviters[i]!)));
    return memberships.filter((membership) => !unwanted.has(membership));
  }

  async #ordered(memberships: readonly LiveMembership[], upto: number, ignored: ReadonlySet<string>): Promise<InboxRoom[]> {
    const { engine, activity } = this.#deps;
    const joined = memberships.filter(({ membership }) => membership === JOIN).map(({ roomNid }) => roomNid);
    const newest = await activity.newest(joined);
    const senders = ignored.size === 0 ? [] : [...new Set([...newest.values()].map(({ senderNid }) => senderNid))];
    const texts = await engine.strings.texts(senders);
    const unwanted = new Set(senders.filter((_, i) => ignored.has(texts[i]!)));
    // Few rooms need the database to say what was there before: those that have moved up, and those where somebody ignored wrote last.
    const others = [...newest].filter(([, { pos, senderNid }]) => pos > upto || unwanted.has(senderNid)).map(([roomNid]) => roomNid);
    const before = await activity.newestUpTo(others, upto, ignored);
    const replaced = new Set(others);
    return memberships
      .map((membership) => {
        const { roomNid, since } = membership;
        const now = newest.get(roomNid);
        const then = replaced.has(roomNid) ? before.get(roomNid) : now;
        const shown = now !== undefined && unwanted.has(now.senderNid) ? then : now;
        return { membership, key: Math.max(then?.pos ?? 0, since), newest: shown };
      })
      .toSorted((a, b) => b.key - a.key || b.membership.roomNid - a.membership.roomNid);
  }
}

const isHere = ({ membership, forgotten }: LiveMembership): boolean =>
  (membership === JOIN || membership === INVITE || membership === KNOCK) && !forgotten;

const comesAfter = ({ key, membership }: InboxRoom, from: InboxToken): boolean =>
  key < from.key || (key === from.key && membership.roomNid < from.roomNid);
