/**
 * Which events a user may see (Client-Server API, "Room history visibility"). Most are decided from memory; only events
 * from before the user joined, or under an older setting, need the state of their time.
 */
import { INVITE, JOIN, LEAVE, membershipCode } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';
import type { StoredEvent } from './stored-event.ts';

export type HistoryVisibility = 'world_readable' | 'shared' | 'invited' | 'joined';

export interface VisibleEvent {
  readonly stored: StoredEvent;
  /** the user's membership when the event was sent, as a code */
  readonly membership: number;
}

/** An unknown value counts as the default, as the specification asks. */
export function historyVisibilityOf(event: StoredEvent | undefined): HistoryVisibility {
  const value = event?.content['history_visibility'];
  return value === 'world_readable' || value === 'invited' || value === 'joined' ? value : 'shared';
}

export class EventVisibility {
  readonly #engine: RoomEngine;

  constructor(engine: RoomEngine) {
    this.#engine = engine;
  }

  /** The current setting of a room, and the position from which on it holds. */
  async current(room: Room): Promise<{ visibility: HistoryVisibility; since: number }> {
    const event = await this.#engine.stateEvent(room, 'm.room.history_visibility', '');
    return { visibility: historyVisibilityOf(event), since: event?.pos ?? 0 };
  }

  /** Those of a room's events that the user may see, in their order. */
  async filter(room: Room, userNid: number, events: readonly StoredEvent[]): Promise<VisibleEvent[]> {
    const { visibility, since } = await this.current(room);
    const member = room.members.get(userNid);
    const joined = member?.membership === JOIN;
    const verdicts = new Map<StoredEvent, VisibleEvent | 'hidden'>();
    const unclear: StoredEvent[] = [];
    for (const stored of events) {
      if (stored.isHidden) continue;
      const pos = stored.pos ?? Number.NEGATIVE_INFINITY;
      if (joined && pos >= member.since) verdicts.set(stored, { stored, membership: JOIN });
      else unclear.push(stored);
    }
    if (unclear.length > 0) {
      // Somebody who left sees what was shared before they left.
      const lastJoined = await this.#lastJoined(room, userNid);
      // Whoever an event is about sees it, whatever the setting.
      const times = await this.#membershipsAt(unclear, userNid);
      for (const [stored, { own, membership, before, visibilityThen }] of times) {
        const setting = (stored.pos ?? 0) > since ? visibility : visibilityThen;
        const joinedSince = joined || (lastJoined !== undefined && (stored.pos ?? 0) < lastJoined);
        const allowed = own || mayRead({ setting, membership, before, joinedSince });
        verdicts.set(stored, allowed ? { stored, membership } : 'hidden');
      }
    }
    return events.flatMap((stored) => {
      const verdict = verdicts.get(stored);
      return verdict === undefined || verdict === 'hidden' ? [] : [verdict];
    });
  }

  /** Position up to which a user who is not joined any more was joined. */
  async #lastJoined(room: Room, userNid: number): Promise<number | undefined> {
    const member = room.members.get(userNid);
    if (!member || member.membership === JOIN) return undefined;
    const own = await this.#engine.events.byNid(member.nid);
    const replaced = own?.replaces === undefined ? undefined : await this.#engine.events.byNid(own.replaces);
    return replaced?.content['membership'] === 'join' ? member.pos : undefined;
  }

  /** A user's membership and the visibility setting at the time of each event. */
  async #membershipsAt(
    events: readonly StoredEvent[],
    userNid: number,
  ): Promise<Map<StoredEvent, { own: boolean; membership: number; before: number; visibilityThen: HistoryVisibility }>> {
    const { strings } = this.#engine;
    const userId = await strings.text(userNid);
    const [memberKey, visibilityKey] = await strings.ids([stateKeyText('m.room.member', userId), stateKeyText('m.room.history_visibility', '')]);
    const states = await this.#engine.statesAt(events.map((stored) => stored.snapBefore));
    const nids = new Set<number>();
    for (const state of states.values()) {
      for (const key of [memberKey!, visibilityKey!]) {
        const nid = state.get(key);
        if (nid !== undefined) nids.add(nid);
      }
    }
    const loaded = await this.#engine.events.byNids(nids);
    const membershipOf = (stored: StoredEvent | undefined): number => membershipCode(stored?.content['membership']) ?? LEAVE;
    return new Map(
      events.map((stored) => {
        const state = states.get(stored.snapBefore);
        const before = membershipOf(loaded.get(state?.get(memberKey!) ?? 0));
        const own = stored.key === memberKey;
        // An event is judged by the more open of the settings before and after it.
        const settingBefore = historyVisibilityOf(loaded.get(state?.get(visibilityKey!) ?? 0));
        const visibilityThen = stored.key === visibilityKey ? moreOpen(settingBefore, historyVisibilityOf(stored)) : settingBefore;
        return [stored, { own, membership: own ? membershipOf(stored) : before, before, visibilityThen }];
      }),
    );
  }
}

const OPENNESS: readonly HistoryVisibility[] = ['joined', 'invited', 'shared', 'world_readable'];

function moreOpen(a: HistoryVisibility, b: HistoryVisibility): HistoryVisibility {
  return OPENNESS.indexOf(a) > OPENNESS.indexOf(b) ? a : b;
}

function mayRead(options: {
  setting: HistoryVisibility;
  /** after the event, if it is the user's own membership */
  membership: number;
  before: number;
  /** the user has been joined at some time after the event */
  joinedSince: boolean;
}): boolean {
  const { setting, membership, before, joinedSince } = options;
  if (setting === 'world_readable') return true;
  if (membership === JOIN || before === JOIN) return true;
  if (setting === 'shared') return joinedSince;
  return setting === 'invited' && (membership === INVITE || before === INVITE);
}
