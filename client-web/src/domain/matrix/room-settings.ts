/** Reading and changing what a room is. */
import { EventType, PushRuleKind, RoomEvent, RoomStateEvent, Visibility, type MatrixClient, type MatrixEvent } from 'matrix-js-sdk';
import type { HistoryVisibility, JoinAccess, RoomDetails } from '../rooms/room-details.ts';
import { isLastAdmin, withPermission, withUserLevel, type PermissionId } from '../rooms/power-levels.ts';
import { readRoomDetails } from './read-room-details.ts';
import { roomArrived } from './room-arrival.ts';
import { stateContent } from './summarise-room.ts';

type Content = Readonly<Record<string, unknown>>;

export interface VersionAdvice {
  readonly recommended: string;
  readonly needsUpgrade: boolean;
  readonly urgent: boolean;
}

const SEEN_WITHIN_MS = 5_000;

export class RoomSettings {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  details(roomId: string): RoomDetails | undefined {
    const room = this.#client.getRoom(roomId);
    return room ? readRoomDetails(this.#client, room) : undefined;
  }

  /** Calls back, once a moment, when the room's state or what one is in it has changed; gives back how to stop. */
  watch(roomId: string, changed: () => void): () => void {
    let scheduled = false;
    const soon = (): void => {
      if (scheduled) return;
      scheduled = true;
      setTimeout(() => {
        scheduled = false;
        changed();
      }, 16);
    };
    // Members come in thousands, and change nothing but the count.
    const onState = (event: MatrixEvent): void => {
      if (event.getRoomId() === roomId) soon();
    };
    const onRoom = (room: { readonly roomId: string }): void => {
      if (room.roomId === roomId) soon();
    };
    this.#client.on(RoomStateEvent.Events, onState);
    this.#client.on(RoomEvent.Name, onRoom);
    this.#client.on(RoomEvent.MyMembership, onRoom);
    return () => {
      this.#client.off(RoomStateEvent.Events, onState);
      this.#client.off(RoomEvent.Name, onRoom);
      this.#client.off(RoomEvent.MyMembership, onRoom);
    };
  }

  async setName(roomId: string, name: string): Promise<void> {
    await this.#set(roomId, EventType.RoomName, { name });
  }

  async setTopic(roomId: string, topic: string): Promise<void> {
    await this.#set(roomId, EventType.RoomTopic, { topic, 'm.topic': { 'm.text': [{ body: topic }] } });
  }

  /** undefined: none. */
  async setPicture(roomId: string, picture: Blob | undefined): Promise<void> {
    const uploaded = picture && (await this.#client.uploadContent(picture, { type: picture.type, includeFilename: false }));
    await this.#set(roomId, EventType.RoomAvatar, uploaded ? { url: uploaded.content_uri } : {});
  }

  async setAccess(roomId: string, access: Exclude<JoinAccess, 'unknown'>, spaces: readonly string[]): Promise<void> {
    const rule = { public: 'public', invite: 'invite', knock: 'knock', space: 'restricted', knock_space: 'knock_restricted' }[access];
    const allow = access === 'space' || access === 'knock_space' ? { allow: spaces.map((id) => ({ type: 'm.room_membership', room_id: id })) } : {};
    await this.#set(roomId, EventType.RoomJoinRules, { join_rule: rule, ...allow });
  }

  async setHistory(roomId: string, history: HistoryVisibility): Promise<void> {
    await this.#set(roomId, EventType.RoomHistoryVisibility, { history_visibility: history });
  }

  async setGuests(roomId: string, allowed: boolean): Promise<void> {
    await this.#set(roomId, EventType.RoomGuestAccess, { guest_access: allowed ? 'can_join' : 'forbidden' });
  }

  /** For good. */
  async enableEncryption(roomId: string): Promise<void> {
    await this.#set(roomId, EventType.RoomEncryption, { algorithm: 'm.megolm.v1.aes-sha2' });
  }

  /** Addresses of this server that lead to the room, whether or not the room names them. */
  async localAliases(roomId: string): Promise<readonly string[]> {
    return (await this.#client.getLocalAliases(roomId)).aliases;
  }

  async addLocalAlias(roomId: string, alias: string): Promise<void> {
    await this.#client.createAlias(alias, roomId);
  }

  /** The room stops naming it as well. */
  async removeLocalAlias(roomId: string, alias: string): Promise<void> {
    await this.#client.deleteAlias(alias);
    const details = this.details(roomId);
    if (!details || (details.canonicalAlias !== alias && !details.altAliases.includes(alias))) return;
    await this.setAliases(roomId, {
      canonical: details.canonicalAlias === alias ? undefined : details.canonicalAlias,
      alternative: details.altAliases.filter((one) => one !== alias),
    });
  }

  async setAliases(roomId: string, aliases: { canonical: string | undefined; alternative: readonly string[] }): Promise<void> {
    const { canonical, alternative } = aliases;
    await this.#set(roomId, EventType.RoomCanonicalAlias, {
      ...(canonical === undefined ? {} : { alias: canonical }),
      ...(alternative.length === 0 ? {} : { alt_aliases: [...alternative] }),
    });
  }

  async isListed(roomId: string): Promise<boolean> {
    return (await this.#client.getRoomDirectoryVisibility(roomId)).visibility === (Visibility.Public as string);
  }

  async setListed(roomId: string, listed: boolean): Promise<void> {
    await this.#client.setRoomDirectoryVisibility(roomId, listed ? Visibility.Public : Visibility.Private);
  }

  async setRole(roomId: string, userId: string, level: number): Promise<void> {
    await this.setRoles(roomId, [userId], level);
  }

  async setPermission(roomId: string, id: PermissionId, level: number): Promise<void> {
    await this.#setPowerLevels(roomId, withPermission(this.#powerLevels(roomId), id, level));
  }

  async setRoles(roomId: string, userIds: readonly string[], level: number): Promise<void> {
    await this.#setPowerLevels(
      roomId,
      userIds.reduce((before, userId) => withUserLevel(before, userId, level), this.#powerLevels(roomId)),
    );
  }

  /** Whether others are left behind of whom nobody can change roles. Members are loaded where those that are known don't answer it. */
  async amLastAdmin(roomId: string): Promise<boolean> {
    const room = this.#client.getRoom(roomId);
    const details = this.details(roomId);
    if (!room || !details || details.memberCount < 2) return false;
    const answer = (): boolean =>
      isLastAdmin(
        details.levels,
        details.myUserId,
        room.getJoinedMembers().map(({ userId }) => userId),
      );
    const others = room.getJoinedMembers().length > 1;
    if (others && !answer()) return false;
    await room.loadMembersIfNeeded();
    return answer();
  }

  /** What the server gives new rooms, where that is newer than what the room has. */
  async versionAdvice(roomId: string): Promise<VersionAdvice | undefined> {
    const version = this.#client.getRoom(roomId)?.getVersion();
    const versions = (await this.#client.getCapabilities())['m.room_versions'];
    if (version === undefined || versions === undefined) return undefined;
    const stable = (versions.available[version] as string | undefined) === 'stable';
    const newer = stable ? Number(versions.default) > Number(version) : versions.default !== version;
    return { recommended: versions.default, needsUpgrade: newer, urgent: !stable };
  }

  /** Makes a new room of another version that takes this one's place, and invites its members; gives back its id. */
  async upgrade(roomId: string, version: string): Promise<string> {
    const members = this.#client.getRoom(roomId)?.getJoinRule() === 'invite' ? await this.#others(roomId) : [];
    const { replacement_room: successor } = await this.#client.upgradeRoom(roomId, version);
    await roomArrived(this.#client, successor);
    for (const userId of members) await this.#client.invite(successor, userId).catch(() => {});
    await this.#keepNotifications(roomId, successor);
    return successor;
  }

  async #others(roomId: string): Promise<string[]> {
    const room = this.#client.getRoom(roomId);
    await room?.loadMembersIfNeeded().catch(() => false);
    const me = this.#client.getSafeUserId();
    return (room?.getMembers() ?? [])
      .filter((one) => one.userId !== me && (one.membership === 'join' || one.membership === 'invite'))
      .map((one) => one.userId);
  }

  /** A muted room stays muted. */
  async #keepNotifications(from: string, to: string): Promise<void> {
    const rule = this.#client.pushRules?.global.override?.find((one) => one.rule_id === from && one.enabled);
    if (!rule || rule.actions.length > 0) return;
    await this.#client
      .addPushRule('global', PushRuleKind.Override, to, { conditions: [{ kind: 'event_match', key: 'room_id', pattern: to }], actions: [] } as never)
      .catch(() => {});
  }

  #powerLevels(roomId: string): Content {
    const room = this.#client.getRoom(roomId);
    return (room && stateContent(room, EventType.RoomPowerLevels)) ?? {};
  }

  /** Done when it came back with sync, or after a while: what is changed next starts from it. */
  async #setPowerLevels(roomId: string, content: object): Promise<void> {
    const { event_id: eventId } = await this.#client.sendStateEvent(roomId, EventType.RoomPowerLevels, content as never, '');
    const isThere = (): boolean => this.#client.getRoom(roomId)?.currentState.getStateEvents(EventType.RoomPowerLevels, '')?.getId() === eventId;
    if (isThere()) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(late);
        this.#client.off(RoomStateEvent.Events, look);
        resolve();
      };
      const look = (): void => {
        if (isThere()) done();
      };
      const late = setTimeout(done, SEEN_WITHIN_MS);
      this.#client.on(RoomStateEvent.Events, look);
    });
  }

  async #set(roomId: string, type: string, content: object): Promise<void> {
    await this.#client.sendStateEvent(roomId, type as never, content as never, '');
  }
}
