/** What differs between room versions 1-12, as a table in which each version spreads its predecessor. */

export type RoomVersionId = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '10' | '11' | '12';

export interface RoomVersion {
  readonly id: RoomVersionId;
  readonly stable: boolean;
  /** 'random': `$opaque:server` in the event; 'base64' (v3): reference hash, unpadded; 'urlsafe' (v4+). */
  readonly eventIdFormat: 'random' | 'base64' | 'urlsafe';
  readonly stateResolution: 'v1' | 'v2' | 'v2.1';
  /** v5+: signing keys must be valid at the event's timestamp. */
  readonly enforceKeyValidity: boolean;
  /** v6+: canonical JSON (integer range, no floats) is enforced on events. */
  readonly strictCanonicalJson: boolean;
  /** before v6: `m.room.aliases` has an auth rule and keeps `aliases` when redacted. */
  readonly specialCasesAliases: boolean;
  /** v6+: power levels of `notifications` are checked when changed. */
  readonly limitNotificationsPowerLevels: boolean;
  /** before v3: redactions are authorised by domain or power level when received. */
  readonly redactionAuthRule: boolean;
  /** v7+ */
  readonly knock: boolean;
  /** v8+: join_rule `restricted`. */
  readonly restrictedJoin: boolean;
  /** v10+: join_rule `knock_restricted`. */
  readonly knockRestrictedJoin: boolean;
  /** v8+: redaction keeps `allow` of m.room.join_rules. */
  readonly redactionKeepsAllow: boolean;
  /** v9+: redaction keeps `join_authorised_via_users_server` of m.room.member. */
  readonly redactionKeepsJoinAuthorised: boolean;
  /** v10+: power levels must be integers, not strings. */
  readonly integerPowerLevels: boolean;
  /** v11+: updated redaction algorithm (MSC2174, MSC2175, MSC2176, MSC3821, MSC3989). */
  readonly updatedRedactionRules: boolean;
  /** v11+: the creator is the sender of m.room.create; `content.creator` is gone. */
  readonly implicitRoomCreator: boolean;
  /** v12+: creators outrank every power level; `additional_creators`. */
  readonly privilegedCreators: boolean;
  /** v12+: the room id is `!` and the reference hash of the create event; create is not in auth_events. */
  readonly hashedRoomId: boolean;
}

const v1: RoomVersion = {
  id: '1',
  stable: true,
  eventIdFormat: 'random',
  stateResolution: 'v1',
  enforceKeyValidity: false,
  strictCanonicalJson: false,
  specialCasesAliases: true,
  limitNotificationsPowerLevels: false,
  redactionAuthRule: true,
  knock: false,
  restrictedJoin: false,
  knockRestrictedJoin: false,
  redactionKeepsAllow: false,
  redactionKeepsJoinAuthorised: false,
  integerPowerLevels: false,
  updatedRedactionRules: false,
  implicitRoomCreator: false,
  privilegedCreators: false,
  hashedRoomId: false,
};
const v2: RoomVersion = { ...v1, id: '2', stateResolution: 'v2' };
const v3: RoomVersion = { ...v2, id: '3', eventIdFormat: 'base64', redactionAuthRule: false };
const v4: RoomVersion = { ...v3, id: '4', eventIdFormat: 'urlsafe' };
const v5: RoomVersion = { ...v4, id: '5', enforceKeyValidity: true };
const v6: RoomVersion = {
  ...v5,
  id: '6',
  strictCanonicalJson: true,
  specialCasesAliases: false,
  limitNotificationsPowerLevels: true,
};
const v7: RoomVersion = { ...v6, id: '7', knock: true };
const v8: RoomVersion = { ...v7, id: '8', restrictedJoin: true, redactionKeepsAllow: true };
const v9: RoomVersion = { ...v8, id: '9', redactionKeepsJoinAuthorised: true };
const v10: RoomVersion = { ...v9, id: '10', knockRestrictedJoin: true, integerPowerLevels: true };
const v11: RoomVersion = { ...v10, id: '11', updatedRedactionRules: true, implicitRoomCreator: true };
const v12: RoomVersion = { ...v11, id: '12', stateResolution: 'v2.1', privilegedCreators: true, hashedRoomId: true };

export const roomVersions: Readonly<Record<RoomVersionId, RoomVersion>> = {
  '1': v1,
  '2': v2,
  '3': v3,
  '4': v4,
  '5': v5,
  '6': v6,
  '7': v7,
  '8': v8,
  '9': v9,
  '10': v10,
  '11': v11,
  '12': v12,
};

/** The rules of a version, or undefined if this server does not know it. */
export function findRoomVersion(id: string): RoomVersion | undefined {
  return Object.hasOwn(roomVersions, id) ? roomVersions[id as RoomVersionId] : undefined;
}
