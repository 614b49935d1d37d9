/**
 * Makes an event of what a local user wants to send: on the room's head, named by what decides on it, signed, and allowed by
 * the rules. Runs in the room's mailbox; what is built there and not committed yet counts.
 */
import { authEventKeys } from '@nexuscomm/spec/auth-rules/auth-event-keys.ts';
import { readPowerLevels } from '@nexuscomm/spec/auth-rules/power-levels.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import type { CryptoProvider, SigningKey } from '@nexuscomm/spec/crypto.ts';
import { badJson, forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import type { RoomEventReference } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { isEventId } from '@nexuscomm/spec/identifiers/parse.ts';
import type { EventId, RoomId, ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { StringTable } from '../storage/string-table.ts';
import { checkByState } from './check-event.ts';
import { composeEvent, type EventDraft, type StateLookup } from './compose-event.ts';
import type { EventReader } from './event-reader.ts';
import { EMPTY_HEAD, type Room } from './room.ts';
import { stateKeyText } from './state-key.ts';
import type { StoredEvent } from './stored-event.ts';

export interface DraftComposerOptions {
  readonly strings: StringTable;
  readonly events: EventReader;
  readonly crypto: CryptoProvider;
  readonly signingKey: SigningKey;
  readonly serverName: ServerName;
  readonly now: () => number;
}

export class DraftComposer {
  readonly #options: DraftComposerOptions;

  constructor(options: DraftComposerOptions) {
    this.#options = options;
  }

  /** The create event of a room that is not there yet. `roomId`: absent where it is the event's hash. */
  first(version: RoomVersion, roomId: RoomId | undefined, draft: EventDraft): RoomEvent {
    return composeEvent({ ...this.#options, version, roomId, head: EMPTY_HEAD, prevEvents: [], authEvents: [], draft });
  }

  /** The state event in force, if the draft would only repeat it. */
  async equalState(room: Room, draft: EventDraft): Promise<StoredEvent | undefined> {
    const { stateKey } = draft;
    if (stateKey === undefined) return undefined;
    const nid = room.headStateNid(await this.#options.strings.id(stateKeyText(draft.type, stateKey)));
    if (nid === undefined) return undefined;
    const current = (await this.#options.events.ofHead(room, [nid])).get(nid);
    const equal =
      current !== undefined &&
      current.redactedBy === undefined &&
      current.event.sender === draft.sender &&
      encodeCanonicalJson(current.event.content) === encodeCanonicalJson(draft.content);
    return equal ? current : undefined;
  }

  /** The event that a draft becomes now, allowed by the room, and the numbers of those that it names as deciding on it. */
  async compose(room: Room, draft: EventDraft): Promise<{ event: RoomEvent; authNids: number[] }> {
    if (draft.type === 'm.room.power_levels') await this.#checkCreators(room, draft);
    const auth = await this.#authEvents(room, draft);
    const event = composeEvent({
      ...this.#options,
      version: room.version,
      roomId: room.roomId,
      head: room.head,
      prevEvents: await this.#tipEvents(room),
      authEvents: auth.named.map((stored) => stored.event),
      draft,
    });
    const verdict = checkByState(room.version, event, auth.state);
    if (!verdict.allowed) throw forbidden(verdict.reason);
    return { event, authNids: auth.named.map((stored) => stored.nid) };
  }

  /**
   * The number of the event that a redaction redacts. A user may redact what they sent, and with the power level for it anything
   * (Client-Server API, "Redactions").
   */
  async redactedBy(room: Room, event: RoomEvent): Promise<number | undefined> {
    if (event.type !== 'm.room.redaction' || event.redacts === undefined) return undefined;
    const pending = room.headChangeOf(event.redacts);
    const target = pending ?? (await this.#options.events.byId(event.redacts));
    if (!target || target.roomNid !== room.nid) {
      // Other servers may have what is missing here; it is redacted when it comes.
      if (!target && room.servers.size > 1 && isEventId(event.redacts)) return undefined;
      throw notFound('The event to redact is not in this room.');
    }
    if (target.event.sender !== event.sender) {
      const [create, powerLevels] = await Promise.all(
        ['m.room.create', 'm.room.power_levels'].map(async (type) => {
          const nid = room.headStateNid(await this.#options.strings.id(stateKeyText(type, '')));
          return nid === undefined ? undefined : (await this.#options.events.ofHead(room, [nid])).get(nid)?.event;
        }),
      );
      const levels = readPowerLevels({ version: room.version, create: create!, powerLevels });
      if (levels.userLevel(event.sender) < levels.redact) throw forbidden('You may not redact what others have sent in this room.');
    }
    return target.nid;
  }

  /** Creators of rooms of version 12 have all power and none that can be set: a request that sets one is ill-made. */
  async #checkCreators(room: Room, { content }: EventDraft): Promise<void> {
    if (!room.version.privilegedCreators || !isJsonObject(content['users'])) return;
    const nid = room.headStateNid(await this.#options.strings.id(stateKeyText('m.room.create', '')));
    const create = nid === undefined ? undefined : (await this.#options.events.ofHead(room, [nid])).get(nid)?.event;
    const additional = create?.content['additional_creators'];
    const creators = [create?.sender, ...(Array.isArray(additional) ? additional : [])];
    const named = creators.find((creator) => typeof creator === 'string' && Object.hasOwn(content['users'] as JsonObject, creator));
    if (named !== undefined) throw badJson(`The power level of ${String(named)} can't be set: creators of this room have all power.`);
  }

  /** The state at the head that decides on the draft, and the part of it that the event names in `auth_events`. */
  async #authEvents(room: Room, draft: EventDraft): Promise<{ named: StoredEvent[]; state: StateLookup }> {
    const { type, stateKey, sender, content } = draft;
    const named = authEventKeys(room.version, { type, stateKey, sender, content });
    const wanted: readonly (readonly [string, string])[] = room.version.hashedRoomId ? [...named, ['m.room.create', '']] : named;
    const keys = await this.#options.strings.ids(wanted.map(([wantedType, key]) => stateKeyText(wantedType, key)));
    const nids = keys.map((key) => room.headStateNid(key));
    const loaded = await this.#options.events.ofHead(
      room,
      nids.filter((nid) => nid !== undefined),
    );
    const found = new Map<string, StoredEvent>();
    wanted.forEach(([wantedType, key], i) => {
      const nid = nids[i];
      const stored = nid === undefined ? undefined : loaded.get(nid);
      if (stored) found.set(stateKeyText(wantedType, key), stored);
    });
    return {
      named: named.flatMap(([wantedType, key]) => found.get(stateKeyText(wantedType, key)) ?? []),
      state: (wantedType, key) => found.get(stateKeyText(wantedType, key))?.event,
    };
  }

  /** What the next event refers to. Only versions 1 and 2 need the events themselves, for their hashes. */
  async #tipEvents(room: Room): Promise<RoomEventReference[]> {
    const { tips } = room.head;
    if (room.version.eventIdFormat !== 'random') return tips.map((tip) => ({ eventId: tip.eventId as EventId, json: {} }));
    const loaded = await this.#options.events.ofHead(
      room,
      tips.map((tip) => tip.nid),
    );
    return tips.map((tip) => loaded.get(tip.nid)!.event);
  }
}
