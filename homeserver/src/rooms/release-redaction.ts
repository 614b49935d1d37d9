/**
 * A redaction that was withheld, as it takes its place anew once it counts (room version 3, "Handling redactions"): under its
 * number, but at the end of the timeline, so that clients are told of it now. One of the past stays where it is.
 */
import { assemble, numbersOf, type PlacedEvent } from './place-event.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { EVENT_AFTER_GAP, EVENT_WITHHELD, type StoredEvent } from './stored-event.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';

export async function releaseRedaction(options: {
  room: Room;
  redaction: StoredEvent;
  target: StoredEvent;
  engine: RoomEngine;
  positions: StreamPositions;
  now: () => number;
}): Promise<PlacedEvent> {
  const { room, redaction, target, engine, positions, now } = options;
  const { nid, event } = redaction;
  const numbers = await numbersOf(event, engine.strings);
  const prev = [...(await engine.events.byIds(event.prevEvents)).values()].filter((one) => !one.isOutlier && one.roomNid === room.nid);
  const isPast = (redaction.pos ?? 0) < 0;
  // From here on nothing waits: a position that is taken holds the watermark.
  await positions.ready(1);
  return assemble({
    room,
    event,
    numbers,
    now,
    place: {
      nid,
      pos: isPast ? redaction.pos : positions.take(),
      flags: redaction.flags & ~(EVENT_WITHHELD | EVENT_AFTER_GAP),
      snapBefore: redaction.snapBefore,
      snapAfter: redaction.snapAfter,
      headBefore: isPast ? redaction.headBefore : room.head.chain.id,
      prevNids: prev.map((one) => one.nid),
      // As stored: a place that is taken anew does not change them.
      authNids: [],
      head: room.head,
      state: [],
      members: [],
      snapshots: [],
      replaces: redaction.replaces,
      redacts: target.nid,
      redactedBy: redaction.redactedBy,
      txn: redaction.txn,
      wasStored: true,
    },
  });
}
