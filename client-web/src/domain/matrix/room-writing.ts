/** What the composer of a room has to know: whether one may write, who and what can be mentioned, recent emoji, how large files may be. */
import { ClientEvent, EventType, RoomEvent, RoomMemberEvent, RoomStateEvent, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import type { RecentEmojiStorage } from '../composer/recent-emoji.ts';
import { safeName } from '../messages/safe-text.ts';
import type { Person } from '../timeline/timeline-item.ts';
import { stateContent } from './summarise-room.ts';

/** Why nothing can be written; `successor` is the room that replaced this one. */
export type WritingBlock = { readonly reason: 'left' | 'forbidden' } | { readonly reason: 'replaced'; readonly successor: string | undefined };

/** That somebody else ended the person's membership. */
export interface Removal {
  readonly by: string;
  readonly banned: boolean;
  readonly reason: string | undefined;
  readonly roomName: string;
}

export interface MentionablePerson extends Person {
  /** ms; when they last wrote here, as far as that is loaded. */
  readonly spokeAt: number;
}

export interface MentionableRoom {
  /** An alias where there is one. */
  readonly id: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
}

const RECENT_EMOJI = 'm.recent_emoji';
/** Events looked through for who wrote last. */
const LOOKED_AT = 200;

export class RoomWriting {
  readonly #client: MatrixClient;
  #uploadLimit: Promise<number | undefined> | undefined;

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  /** undefined: one may write. */
  blockOf(roomId: string): WritingBlock | undefined {
    const room = this.#client.getRoom(roomId);
    if (!room || room.getMyMembership() !== 'join') return { reason: 'left' };
    const tombstone = stateContent(room, EventType.RoomTombstone);
    if (tombstone) {
      const successor = tombstone['replacement_room'];
      return { reason: 'replaced', successor: typeof successor === 'string' ? successor : undefined };
    }
    const type = room.hasEncryptionStateEvent() ? EventType.RoomMessageEncrypted : EventType.RoomMessage;
    return room.currentState.maySendEvent(type, this.#client.getSafeUserId()) ? undefined : { reason: 'forbidden' };
  }

  /** undefined: the person is there, has left by themselves, or it was before this session began. */
  removalFrom(roomId: string): Removal | undefined {
    const room = this.#client.getRoom(roomId);
    const membership = room?.getMyMembership();
    if (!room || (membership !== 'leave' && membership !== 'ban')) return undefined;
    const me = this.#client.getSafeUserId();
    const event = room.getMember(me)?.events.member;
    const sender = event?.getSender();
    if (!event || sender === undefined || sender === me) return undefined;
    const { reason } = event.getContent();
    return {
      by: safeName(room.getMember(sender)?.rawDisplayName, sender),
      banned: membership === 'ban',
      reason: typeof reason === 'string' && reason.trim() !== '' ? reason : undefined,
      roomName: safeName(room.name, roomId),
    };
  }

  /** `changed` after anything that `blockOf` and `mayMentionRoom` tell may be different. */
  watch(roomId: string, changed: () => void): () => void {
    const mine = (event: MatrixEvent): void => {
      const type = event.getType();
      if (
        event.getRoomId() === roomId &&
        (type === EventType.RoomPowerLevels || type === EventType.RoomTombstone || type === EventType.RoomEncryption)
      )
        changed();
    };
    const membership = (room: Room): void => {
      if (room.roomId === roomId) changed();
    };
    const power = (event: MatrixEvent): void => {
      if (event.getRoomId() === roomId) changed();
    };
    this.#client.on(RoomStateEvent.Events, mine);
    this.#client.on(RoomEvent.MyMembership, membership);
    this.#client.on(RoomMemberEvent.PowerLevel, power);
    this.#client.on(ClientEvent.Room, membership);
    return () => {
      this.#client.off(RoomStateEvent.Events, mine);
      this.#client.off(RoomEvent.MyMembership, membership);
      this.#client.off(RoomMemberEvent.PowerLevel, power);
      this.#client.off(ClientEvent.Room, membership);
    };
  }

  mayMentionRoom(roomId: string): boolean {
    return this.#client.getRoom(roomId)?.currentState.mayTriggerNotifOfType('room', this.#client.getSafeUserId()) ?? false;
  }

  /** Members are loaded lazily: all of them only after this. */
  async loadMembers(roomId: string): Promise<void> {
    await this.#client.getRoom(roomId)?.loadMembersIfNeeded();
  }

  members(roomId: string): readonly MentionablePerson[] {
    const room = this.#client.getRoom(roomId);
    if (!room) return [];
    const spoke = new Map<string, number>();
    for (const event of room.getLiveTimeline().getEvents().slice(-LOOKED_AT)) {
      const sender = event.getSender();
      if (sender !== undefined && !event.isState()) spoke.set(sender, event.getTs());
    }
    const me = this.#client.getSafeUserId();
    return room
      .getMembersWithMembership('join')
      .concat(room.getMembersWithMembership('invite'))
      .filter((member) => member.userId !== me)
      .map((member) => ({
        userId: member.userId,
        // Without what the SDK adds to tell people of the same name apart.
        name: safeName(member.rawDisplayName, member.userId),
        avatarMxc: member.getMxcAvatarUrl(),
        spokeAt: spoke.get(member.userId) ?? 0,
      }));
  }

  rooms(): readonly MentionableRoom[] {
    return this.#client
      .getRooms()
      .filter((room) => room.getMyMembership() === 'join')
      .map((room) => ({
        id: room.getCanonicalAlias() ?? room.getAltAliases()[0] ?? room.roomId,
        name: safeName(room.name, room.roomId),
        avatarMxc: room.getMxcAvatarUrl() ?? undefined,
      }));
  }

  get recentEmoji(): RecentEmojiStorage {
    return {
      read: () => this.#client.getAccountData(RECENT_EMOJI as never)?.getContent(),
      write: async (content) => void (await this.#client.setAccountData(RECENT_EMOJI as never, content as never)),
    };
  }

  /** Bytes; undefined where the server has no limit or can't be asked now. */
  async uploadLimit(): Promise<number | undefined> {
    this.#uploadLimit ??= this.#client.getMediaConfig(true).then((config) => config['m.upload.size']);
    return this.#uploadLimit.catch(() => {
      this.#uploadLimit = undefined;
      return undefined;
    });
  }
}
