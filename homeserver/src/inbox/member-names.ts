/** Display names of memberships, as clients see them: who left keeps the name that they had. */
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';

/**
 * By number of the membership event; two statements at most for each 500. Names are whatever a server may have sent. `show`: an
 * event as it is shown to whoever asks.
 */
export async function memberNames(
  { engine, show }: { engine: RoomEngine; show: (stored: StoredEvent) => StoredEvent },
  eventNids: readonly number[],
): Promise<Map<number, unknown>> {
  const events = await engine.events.byNids(eventNids);
  const before = await engine.events.byNids([...events.values()].flatMap((stored) => (isNameless(stored) ? [stored.replaces!] : [])));
  const nameIn = (stored: StoredEvent | undefined): unknown => stored && show(stored).content['displayname'];
  return new Map([...events].map(([nid, stored]) => [nid, nameIn(isNameless(stored) ? before.get(stored.replaces!) : stored)]));
}

/** Events by which somebody leaves or is removed bring no name along. */
function isNameless({ content, replaces }: StoredEvent): boolean {
  const { membership, displayname } = content;
  return (membership === 'leave' || membership === 'ban') && displayname === undefined && replaces !== undefined;
}
