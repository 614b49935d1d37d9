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
