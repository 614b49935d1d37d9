/** A matrix-js-sdk room as `RoomDetails`. */
import { EventType, type MatrixClient, type Room } from 'matrix-js-sdk';
import { safeName } from '../messages/safe-text.ts';
import { readPowerLevels } from '../rooms/power-levels.ts';
import { knows, type HistoryVisibility, type JoinAccess, type RoomDetails, type ServerAcl } from '../rooms/room-details.ts';
import { stateContent } from './summarise-room.ts';

type Content = Readonly<Record<string, unknown>>;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []);
const record = (value: unknown): Content => (typeof value === 'object' && value !== null ? (value as Content) : {});

const HISTORY: readonly string[] = ['world_readable', 'shared', 'invited', 'joined'];
const ACCESS: Readonly<Record<string, JoinAccess>> = {
  public: 'public',
  invite: 'invite',
  private: 'invite',
  knock: 'knock',
  restricted: 'space',
  knock_restricted: 'knock_space',
};

/** Without the event a room is joined by invitation only. */
export const accessOf = (rule: unknown): JoinAccess => (typeof rule === 'string' ? (ACCESS[rule] ?? 'unknown') : 'invite');

export function readRoomDetails(client: MatrixClient, room: Room): RoomDetails {
  const state = (type: string): Content | undefined => stateContent(room, type);
  const version = room.getVersion();
  const create = room.currentState.getStateEvents(EventType.RoomCreate, '');
  const history = state(EventType.RoomHistoryVisibility)?.['history_visibility'];
  const rules = state(EventType.RoomJoinRules) ?? {};
  const aliases = state(EventType.RoomCanonicalAlias) ?? {};
  const predecessor = record(create?.getContent()['predecessor']);
  const predecessorId = text(predecessor['room_id']);
  return {
    roomId: room.roomId,
    myUserId: client.getSafeUserId(),
    name: safeName(room.name, room.roomId),
    givenName: text(state(EventType.RoomName)?.['name']) ?? '',
    topic: text(state(EventType.RoomTopic)?.['topic']) ?? '',
    avatarMxc: room.getMxcAvatarUrl() ?? undefined,
    version,
    isSpace: room.isSpaceRoom(),
    federated: create?.getContent()['m.federate'] !== false,
    encrypted: room.hasEncryptionStateEvent(),
    memberCount: room.getJoinedMemberCount(),
    access: accessOf(rules['join_rule']),
    spaces: (Array.isArray(rules['allow']) ? (rules['allow'] as unknown[]) : [])
      .map(record)
      .filter((rule) => rule['type'] === 'm.room_membership')
      .flatMap((rule) => text(rule['room_id']) ?? []),
    history: typeof history === 'string' && HISTORY.includes(history) ? (history as HistoryVisibility) : 'shared',
    guests: state(EventType.RoomGuestAccess)?.['guest_access'] === 'can_join',
    canonicalAlias: text(aliases['alias']),
    altAliases: texts(aliases['alt_aliases']),
    pinned: texts(state(EventType.RoomPinnedEvents)?.['pinned']),
    acl: aclOf(state(EventType.RoomServerAcl)),
    levels: readPowerLevels(state(EventType.RoomPowerLevels), creatorsOf(room)),
    successor: text(state(EventType.RoomTombstone)?.['replacement_room']),
    predecessor: predecessorId === undefined ? undefined : { roomId: predecessorId, eventId: text(predecessor['event_id']) },
  };
}

/** Who is above all levels: nobody before room version 12. */
export function creatorsOf(room: Room): string[] {
  const create = room.currentState.getStateEvents(EventType.RoomCreate, '');
  if (!create || !knows.creators(room.getVersion())) return [];
  return [...new Set([create.getSender()!, ...texts(create.getContent()['additional_creators'])])];
}

function aclOf(content: Content | undefined): ServerAcl | undefined {
  if (!content) return undefined;
  return { allow: texts(content['allow']), deny: texts(content['deny']), ipLiterals: content['allow_ip_literals'] !== false };
}
