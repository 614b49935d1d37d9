/** Two states of a room that conflict in so many events. */
import { createSigningKey, nodeCrypto } from '@nexuscomm/homeserver/crypto/node-crypto.ts';
import { buildEvent } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { EventId, RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { stateKeyOf } from '@nexuscomm/spec/state-resolution/state-map.ts';

const alice = '@alice:a.example' as UserId;
const serverName = 'a.example' as ServerName;
const key = createSigningKey(new Uint8Array(32).fill(1), 'ed25519:1');

export type ConflictKind = 'memberships' | 'bans' | 'power levels';

export interface MadeConflict {
  readonly stateSets: readonly [Map<string, EventId>, Map<string, EventId>];
  /** all events of the room, in an order in which auth events come before what they authorise */
  readonly known: ReadonlyMap<EventId, RoomEvent>;
}

export function makeConflict(version: RoomVersion, count: number, kind: ConflictKind): MadeConflict {
  const known = new Map<EventId, RoomEvent>();
  const base = new Map<string, EventId>();
  let ts = 1;
  let roomId = version.hashedRoomId ? undefined : ('!r:a.example' as RoomId);
  const send = (
    state: Map<string, EventId>,
    type: string,
    stateKey: string,
    sender: string,
    content: JsonObject,
    auth: readonly RoomEvent[],
  ): RoomEvent => {
    const authEvents = auth.filter((event) => !version.hashedRoomId || event.type !== 'm.room.create');
    const place = { originServerTs: ts++, depth: ts, prevEvents: [] };
    const fields = { roomId, type, stateKey, sender: sender as UserId, content, authEvents, ...place };
    const event = buildEvent({ version, crypto: nodeCrypto, key, serverName, fields });
    roomId ??= event.roomId;
    known.set(event.eventId, event);
    state.set(stateKeyOf(type, stateKey), event.eventId);
    return event;
  };
  const users = version.privilegedCreators ? {} : { [alice]: 100 };
  const create = send(base, 'm.room.create', '', alice, {}, []);
  const join = send(base, 'm.room.member', alice, alice, { membership: 'join' }, [create]);
  let levels = send(base, 'm.room.power_levels', '', alice, { users }, [create, join]);
  const rules = send(base, 'm.room.join_rules', '', alice, { join_rule: 'public' }, [create, join, levels]);
  const [one, other] = [new Map(base), new Map(base)];
  for (let i = 0; i < (kind === 'power levels' ? count : count / 2); i++) {
    const user = `@user${i}:b.example`;
    if (kind === 'power levels') {
      levels = send(one, 'm.room.power_levels', '', alice, { users: { ...users, '@bob:b.example': i % 50 } }, [create, join, levels]);
      continue;
    }
    const first = send(one, 'm.room.member', user, user, { membership: 'join' }, [create, levels, rules]);
    if (kind === 'bans') send(other, 'm.room.member', user, alice, { membership: 'ban' }, [create, levels, join, first]);
    else send(other, 'm.room.member', user, user, { membership: 'join', displayname: 'x' }, [create, levels, rules, first]);
  }
  return { stateSets: [one, other], known };
}
