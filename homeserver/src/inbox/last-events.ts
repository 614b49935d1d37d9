/** The event that each room of an inbox shows: its newest message, or where the user may see none, the newest change of members. */
import type { Static } from 'typebox';
import type { inboxEntry } from '@nexuscomm/spec/endpoints/nexuscomm/inbox.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import type { Relations } from '../rooms/relations.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { TimelineReader } from '../rooms/timeline-reader.ts';
import type { LiveMembership } from '../sync/user-live.ts';
import { userName } from './display-names.ts';
import type { InboxRoom } from './inbox.ts';
import { memberNames } from './member-names.ts';
import { previewContent } from './preview-content.ts';

type ToldEvent = NonNullable<Static<typeof inboxEntry>['last_event']>;

export interface ShownEvent {
  readonly stored: StoredEvent;
  /** false: a change of members */
  readonly isMessage: boolean;
  readonly told: ToldEvent;
}

export interface LastEventsDeps {
  readonly engine: RoomEngine;
  readonly timeline: TimelineReader;
  readonly relations: Relations;
  /** an event as the user is shown it */
  readonly show: (stored: StoredEvent) => StoredEvent;
}

/** For rooms that the user is joined to. `events` has their newest messages and the settings of who may see the past. */
export async function lastEvents(
  { engine, timeline, relations, show }: LastEventsDeps,
  joined: readonly (InboxRoom & { readonly room: Room })[],
  events: ReadonlyMap<number, StoredEvent>,
  visibilityKey: number,
): Promise<Map<number, ShownEvent>> {
  const shown = new Map<number, StoredEvent>();
  for (const { room, membership, newest } of joined) {
    const stored = newest && events.get(newest.nid);
    if (stored && isVisible(stored, membership, events.get(room.state.get(visibilityKey) ?? 0))) shown.set(room.nid, stored);
  }
  const messages = new Set(shown.values());
  const bare = joined.filter(({ room }) => !shown.has(room.nid));
  const changes = await timeline.newestMembers(bare.map(({ room, membership }) => ({ room, after: membership.since - 1 })));
  for (const stored of changes) shown.set(stored.roomNid, stored);
  const edited = [...messages].filter((stored) => stored.related && stored.redactedBy === undefined);
  const edits = await relations.newestEdits(edited.map(({ nid }) => nid));
  const senderEvent = ({ members }: Room, stored: StoredEvent): number => members.get(stored.senderNid)?.nid ?? 0;
  const names = await memberNames(
    { engine, show },
    joined.flatMap(({ room }) => (shown.has(room.nid) ? [senderEvent(room, shown.get(room.nid)!)] : [])),
  );
  const told = joined.flatMap(({ room }): [number, ShownEvent][] => {
    const stored = shown.get(room.nid);
    if (!stored) return [];
    // What is redacted for them only looks to them like what is redacted for all.
    const isRedacted = stored.redactedBy !== undefined || (messages.has(stored) && show(stored) !== stored);
    const event = toldEvent(stored, { senderName: names.get(senderEvent(room, stored)), edit: edits.get(stored.nid), isRedacted });
    return [[room.nid, { stored, isMessage: messages.has(stored), told: event }]];
  });
  return new Map(told);
}

/**
 * Whether a joined user may see an event, as far as that is clear from the present. An event that would take the state of its
 * time to tell is not shown: an inbox can do without it, the room itself shows it (rooms/visibility.ts).
 */
function isVisible(stored: StoredEvent, membership: LiveMembership, setting: StoredEvent | undefined): boolean {
  if (stored.pos! >= membership.since) return true;
  const visibility = setting?.content['history_visibility'];
  return (setting?.pos ?? 0) < stored.pos! && visibility !== 'invited' && visibility !== 'joined';
}

function toldEvent(
  stored: StoredEvent,
  { senderName, edit, isRedacted }: { senderName: unknown; edit: StoredEvent | undefined; isRedacted: boolean },
): ToldEvent {
  const { eventId, sender: senderId, originServerTs, type, stateKey } = stored.event;
  const replacement = edit?.content['m.new_content'];
  const content = isJsonObject(replacement) ? replacement : stored.content;
  return {
    event_id: eventId,
    sender: senderId,
    sender_name: userName({ userId: senderId, displayName: senderName }),
    origin_server_ts: originServerTs,
    type,
    ...(stateKey === undefined ? {} : { state_key: stateKey }),
    content: isRedacted ? {} : previewContent(type, content),
    ...(isRedacted ? { redacted: true as const } : {}),
  };
}
