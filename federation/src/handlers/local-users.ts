/** What the handlers of this folder need to know of this server's users. `homeserver` implements it. */
import type { JsonObject, UserId } from '../ports.ts';

export interface PublishedDevice {
  readonly deviceId: string;
  readonly displayName: string | undefined;
  /** undefined: it has none */
  readonly keys: JsonObject | undefined;
}

export interface PublishedUser {
  readonly devices: readonly PublishedDevice[];
  readonly master: JsonObject | undefined;
  readonly selfSigning: JsonObject | undefined;
}

export interface LocalUsers {
  isLocal(userId: string): userId is UserId;
  /** Those of the users that there are, with what other servers may know of them. */
  published(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, PublishedUser>>;
  /** The number of the user's newest change of devices. */
  streamId(userId: UserId): Promise<number>;
  /** user -> device -> algorithm; answers user -> device -> `algorithm:key id` -> key. */
  claim(wanted: Readonly<Record<UserId, Readonly<Record<string, string>>>>): Promise<Record<string, Record<string, JsonObject>>>;
  /** undefined: there is no such user */
  profile(userId: UserId): Promise<JsonObject | undefined>;
}
