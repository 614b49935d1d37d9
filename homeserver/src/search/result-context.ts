/** What came before and after a result of a search, and who people were then (Client-Server API, "Server Side Search"). */
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { formatTopological, type Reader, type RoomReader } from '../rooms/room-reader.ts';
import { stateKeyText } from '../rooms/state-key.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';

export interface WantedContext {
  /** events */
  readonly before: number;
  readonly after: number;
  readonly profiles: boolean;
}

export class ResultContext {
  readonly #options: { readonly engine: RoomEngine; readonly reader: RoomReader; readonly pageEvents: number };

  constructor(options: { engine: RoomEngine; reader: RoomReader; pageEvents: number }) {
    this.#options = options;
  }

  /** The value of `context`, as JSON text. */
  async render(room: Room, stored: StoredEvent, wanted: WantedContext, reader: Reader): Promise<string> {
    const { pageEvents, reader: rooms } = this.#options;
    const common = { room, userNid: reader.userNid, to: undefined, passes: () => true, fillGaps: false };
    const at = { depth: stored.event.depth, pos: stored.pos! };
    const before = { depth: at.depth, pos: at.pos - 1 };
    const none = { events: [], end: undefined };
    const [earlier, later] = await Promise.all([
      wanted.before < 1 ? none : rooms.page({ ...common, from: before, backwards: true, limit: Math.min(wanted.before, pageEvents) }),
      wanted.after < 1 ? none : rooms.page({ ...common, from: at, backwards: false, limit: Math.min(wanted.after, pageEvents) }),
    ]);
    const [eventsBefore, eventsAfter] = await Promise.all([rooms.render(earlier.events, reader), rooms.render(later.events, reader)]);
    const senders = new Set([...earlier.events, ...later.events].map((one) => one.stored.event.sender as string).concat(stored.event.sender));
    const profiles = wanted.profiles ? `,"profile_info":${JSON.stringify(await this.#profiles(stored, [...senders], reader))}` : '';
    const start = formatTopological(earlier.end ?? before);
    const end = formatTopological(later.end ?? at);
    return `{"start":"${start}","end":"${end}"${profiles},"events_before":[${eventsBefore.join(',')}],"events_after":[${eventsAfter.join(',')}]}`;
  }

  /** Names and pictures as they were when the event was sent. */
  async #profiles(stored: StoredEvent, userIds: readonly string[], reader: Reader): Promise<Record<string, JsonObject>> {
    const { engine, reader: rooms } = this.#options;
    const keys = await engine.strings.ids(userIds.map((userId) => stateKeyText('m.room.member', userId)));
    const state = (await engine.statesAt([stored.snapBefore])).get(stored.snapBefore)!;
    const nids = keys.map((key) => state.get(key));
    const members = await engine.events.byNids(nids.filter((nid) => nid !== undefined));
    return Object.fromEntries(
      userIds.flatMap((userId, i) => {
        const member = members.get(nids[i] ?? 0);
        if (!member) return [];
        const { displayname, avatar_url: avatar } = rooms.shownTo(reader, member).content;
        return [
          [userId, { ...(typeof displayname === 'string' ? { displayname } : {}), ...(typeof avatar === 'string' ? { avatar_url: avatar } : {}) }],
        ];
      }),
    );
  }
}
