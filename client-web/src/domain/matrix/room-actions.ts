/** What a person does to a conversation as a whole: triage, tags, marks, membership, notification level. */
import {
  KnownMembership,
  Method,
  NotificationCountType,
  Preset,
  PushRuleKind,
  type MatrixClient,
  type MatrixEvent,
  type Room,
  type Thread,
} from 'matrix-js-sdk';
import type { Triage } from '../inbox/conversation.ts';
import { withThread, type ThreadTriage } from '../inbox/triage.ts';
import type { Privacy } from './privacy.ts';
import { roomArrived } from './room-arrival.ts';
import type { RoomTriages } from './room-triages.ts';

export type NotificationLevel = 'default' | 'all' | 'mentions' | 'mute';
const TAG_ORDER = 0.5;
const COUNTED = [NotificationCountType.Total, NotificationCountType.Highlight] as const;

/** Of the replies in a thread the last that the server has. */
const lastSent = (thread: Thread): MatrixEvent | null =>
  thread.lastReply((event) => event.status === null && event.isRelation('m.thread')) ??
  (thread.replyToEvent?.status === null ? thread.replyToEvent : null);

/** Without `rootId`: of the room's own messages. */
const countIn = (room: Room, rootId: string | undefined, kind: NotificationCountType): number =>
  rootId === undefined ? room.getRoomUnreadNotificationCount(kind) : room.getThreadUnreadNotificationCount(rootId, kind);

function setCountIn(room: Room, rootId: string | undefined, kind: NotificationCountType, count: number): void {
  if (rootId === undefined) room.setUnreadNotificationCount(kind, count);
  else room.setThreadUnreadNotificationCount(rootId, kind, count);
}

export class RoomActions {
  readonly #client: MatrixClient;
  readonly #triages: RoomTriages;
  readonly #privacy: Privacy;

  constructor(client: MatrixClient, triages: RoomTriages, privacy: Privacy) {
    this.#client = client;
    this.#triages = triages;
    this.#privacy = privacy;
  }

  async setTriage(roomId: string, triage: Triage): Promise<void> {
    await this.#triages.change(roomId, (before) => ({ ...before, triage }));
  }

  /** What is not given stays. */
  async setThread(roomId: string, rootId: string, change: Partial<Omit<ThreadTriage, 'changedTs'>>): Promise<void> {
    await this.#triages.change(roomId, (before) => withThread(before, rootId, (thread) => ({ ...thread, ...change }), Date.now()));
  }

  threadTriage(roomId: string, rootId: string): ThreadTriage | undefined {
    return this.#triages.of(roomId).threads.get(rootId);
  }

  async setMarkedUnread(roomId: string, unread: boolean): Promise<void> {
    await this.#client.setRoomAccountData(roomId, 'm.marked_unread' as never, { unread } as never);
  }

  async setTag(roomId: string, tag: 'm.favourite' | 'm.lowpriority', on: boolean): Promise<void> {
    if (on) await this.#client.setRoomTag(roomId, tag, { order: TAG_ORDER });
    else await this.#client.deleteRoomTag(roomId, tag);
  }

  /** Id of the newest event that is known of a room. */
  newestEvent(roomId: string): string | undefined {
    return this.#client.getRoom(roomId)?.getLastLiveEvent()?.getId();
  }

  /**
   * Reads a room without opening it, threads included but for those in `except`, which have lines of their own. `upTo`: id of an
   * event, without which everything is read.
   */
  async markRead(roomId: string, upTo: string | undefined, except: readonly string[]): Promise<void> {
    const client = this.#client;
    const { receiptType } = this.#privacy;
    const room = client.getRoom(roomId);
    const last = room?.getLastLiveEvent();
    // First: what the person marks while the rest is under way stays marked.
    await this.setMarkedUnread(roomId, false);
    if (upTo !== undefined && last?.getId() !== upTo) {
      await client.setRoomReadMarkersHttpRequest(roomId, upTo);
      await this.#tellRead(roomId, upTo, except.length > 0 ? 'main' : undefined);
      return;
    }
    if (!room || !last) return;
    const threads = room.getThreads().filter(({ id }) => !except.includes(id) && room.getThreadUnreadNotificationCount(id) > 0);
    const replies = threads.map(lastSent).filter((reply) => reply !== null);
    await this.#readAtOnce(room, [undefined, ...threads.map(({ id }) => id)], async () => {
      await client.setRoomReadMarkers(roomId, last.getId()!);
      // An unthreaded receipt covers the threads as well.
      if (except.length === 0) await client.sendReceipt(last, receiptType, {}, true);
      else for (const event of [last, ...replies]) await client.sendReceipt(event, receiptType);
    });
  }

  /** `upTo`: id of an event of it, where the SDK does not know the thread or something newer. */
  async markThreadRead(roomId: string, rootId: string, upTo: string | undefined): Promise<void> {
    const thread = this.#client.getRoom(roomId)?.getThread(rootId);
    const last = thread && lastSent(thread);
    await this.unmarkThread(roomId, rootId);
    if (last && (upTo === undefined || last.getId() === upTo))
      await this.#readAtOnce(thread.room, [rootId], async () => this.#client.sendReceipt(last, this.#privacy.receiptType));
    else if (upTo !== undefined) await this.#tellRead(roomId, upTo, rootId);
  }

  async #tellRead(roomId: string, eventId: string, threadId: string | undefined): Promise<void> {
    const path = `/rooms/${encodeURIComponent(roomId)}/receipt/${this.#privacy.receiptType}/${encodeURIComponent(eventId)}`;
    await this.#client.http.authedRequest(Method.Post, path, undefined, threadId === undefined ? {} : { thread_id: threadId });
  }

  /**
   * Counts of the server come a moment after it was told: till then what was read would look unread again. `places`: ids of roots
   * of threads, undefined for the room's own messages.
   */
  async #readAtOnce(room: Room, places: readonly (string | undefined)[], tell: () => Promise<unknown>): Promise<void> {
    const before = places.flatMap((rootId) => COUNTED.map((kind) => ({ rootId, kind, count: countIn(room, rootId, kind) })));
    for (const { rootId, kind } of before) setCountIn(room, rootId, kind, 0);
    try {
      await tell();
    } catch (error) {
      for (const { rootId, kind, count } of before) setCountIn(room, rootId, kind, count);
      throw error;
    }
  }

  /** It was read: a mark as unread that was set by hand is taken away. */
  async unmarkThread(roomId: string, rootId: string): Promise<void> {
    if (this.threadTriage(roomId, rootId)?.unread === true) await this.setThread(roomId, rootId, { unread: undefined });
  }

  async accept(roomId: string): Promise<void> {
    const room = this.#client.getRoom(roomId);
    const me = room?.getMember(this.#client.getSafeUserId());
    const inviter = me?.events.member?.getSender();
    const direct = me?.events.member?.getContent()['is_direct'] === true;
    await this.#client.joinRoom(roomId);
    if (direct && inviter !== undefined) await this.setDirect(roomId, inviter);
    await roomArrived(this.#client, roomId);
  }

  async leave(roomId: string): Promise<void> {
    await this.#client.leave(roomId);
  }

  async forget(roomId: string): Promise<void> {
    await this.#client.forget(roomId);
  }

  /** Marks a room as the direct chat with a person (`m.direct`), or as none. */
  async setDirect(roomId: string, userId: string | undefined): Promise<void> {
    const content = (this.#client.getAccountData('m.direct' as never)?.getContent() ?? {}) as Record<string, unknown>;
    const next: Record<string, string[]> = {};
    for (const [user, rooms] of Object.entries(content)) {
      const others = (Array.isArray(rooms) ? (rooms as string[]) : []).filter((id) => id !== roomId);
      if (others.length > 0) next[user] = others;
    }
    if (userId !== undefined) next[userId] = [...(next[userId] ?? []), roomId];
    await this.#client.setAccountData('m.direct' as never, next as never);
  }

  /** The direct chat with a person that both are still in. */
  directRoomWith(userId: string): string | undefined {
    const content = (this.#client.getAccountData('m.direct' as never)?.getContent() ?? {}) as Record<string, unknown>;
    const rooms = Array.isArray(content[userId]) ? (content[userId] as string[]) : [];
    return rooms.find((roomId) => {
      const room = this.#client.getRoom(roomId);
      const other = room?.getMember(userId)?.membership;
      return room?.getMyMembership() === KnownMembership.Join && (other === KnownMembership.Join || other === KnownMembership.Invite);
    });
  }

  /** A joined room by its id or one of its aliases. */
  find(roomIdOrAlias: string): string | undefined {
    if (roomIdOrAlias.startsWith('!'))
      return this.#client.getRoom(roomIdOrAlias)?.getMyMembership() === KnownMembership.Join ? roomIdOrAlias : undefined;
    return this.#client
      .getRooms()
      .find(
        (room) =>
          room.getMyMembership() === KnownMembership.Join &&
          (room.getCanonicalAlias() === roomIdOrAlias || room.getAltAliases().includes(roomIdOrAlias)),
      )?.roomId;
  }

  /** The direct chat with a person; a new, encrypted one if there is none. */
  async startDirect(userId: string): Promise<string> {
    const known = this.directRoomWith(userId);
    if (known !== undefined) return known;
    const { room_id: roomId } = await this.#client.createRoom({
      preset: Preset.TrustedPrivateChat,
      is_direct: true,
      invite: [userId],
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    await this.setDirect(roomId, userId);
    await roomArrived(this.#client, roomId);
    return roomId;
  }

  notificationLevel(roomId: string): NotificationLevel {
    const rules = this.#client.pushRules?.global;
    const override = rules?.override?.find((rule) => rule.rule_id === roomId && rule.enabled);
    if (override && !override.actions.includes('notify' as never)) return 'mute';
    const own = rules?.room?.find((rule) => rule.rule_id === roomId && rule.enabled);
    if (!own) return 'default';
    return own.actions.includes('notify' as never) ? 'all' : 'mentions';
  }

  async setNotificationLevel(roomId: string, level: NotificationLevel): Promise<void> {
    const client = this.#client;
    const rules = client.pushRules?.global;
    if (rules?.override?.some((rule) => rule.rule_id === roomId)) await client.deletePushRule('global', PushRuleKind.Override, roomId);
    if (rules?.room?.some((rule) => rule.rule_id === roomId)) await client.deletePushRule('global', PushRuleKind.RoomSpecific, roomId);
    if (level === 'mute') {
      await client.addPushRule('global', PushRuleKind.Override, roomId, {
        conditions: [{ kind: 'event_match', key: 'room_id', pattern: roomId }],
        actions: [],
      } as never);
    } else if (level === 'all') {
      await client.addPushRule('global', PushRuleKind.RoomSpecific, roomId, {
        actions: ['notify', { set_tweak: 'sound', value: 'default' }],
      } as never);
    } else if (level === 'mentions') {
      await client.addPushRule('global', PushRuleKind.RoomSpecific, roomId, { actions: [] } as never);
    }
    client.setPushRules(await client.getPushRules());
  }
}
