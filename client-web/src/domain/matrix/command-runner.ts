/** Does what slash commands ask for, as far as it is about rooms and people. Errors are those of the server. */
import { EventType, type MatrixClient } from 'matrix-js-sdk';
import type { Intent } from '../composer/commands.ts';
import type { RoomActions } from './room-actions.ts';
import { stateContent } from './summarise-room.ts';

/** Those of the inbox, and messages, are for whoever has them. */
export type RoomIntent = Exclude<Intent, { readonly kind: 'send' | 'snooze' | 'done' | 'help' }>;

export interface CommandOutcome {
  /** A room to go to. */
  readonly open?: string;
  /** What is to be said there. */
  readonly say?: string;
}

export class CommandRunner {
  readonly #client: MatrixClient;
  readonly #rooms: RoomActions;

  constructor(client: MatrixClient, rooms: RoomActions) {
    this.#client = client;
    this.#rooms = rooms;
  }

  async run(intent: RoomIntent, roomId: string): Promise<CommandOutcome> {
    const client = this.#client;
    switch (intent.kind) {
      case 'join': {
        const room = await client.joinRoom(intent.room, intent.via.length > 0 ? { viaServers: [...intent.via] } : {});
        return { open: room.roomId };
      }
      case 'leave':
        await this.#rooms.leave(intent.room === undefined ? roomId : await this.#roomId(intent.room));
        return {};
      case 'invite':
        await client.invite(roomId, intent.userId, intent.reason);
        return {};
      case 'kick':
        await client.kick(roomId, intent.userId, intent.reason);
        return {};
      case 'ban':
        await client.ban(roomId, intent.userId, intent.reason);
        return {};
      case 'unban':
        await client.unban(roomId, intent.userId);
        return {};
      case 'set-name':
        await client.setDisplayName(intent.name);
        return {};
      case 'set-room-nick':
        await this.#setRoomNick(roomId, intent.name);
        return {};
      case 'set-topic':
        await client.setRoomTopic(roomId, intent.topic);
        return {};
      case 'set-room-name':
        await client.setRoomName(roomId, intent.name);
        return {};
      case 'set-power': {
        const usual =
          (this.#client.getRoom(roomId) && stateContent(this.#client.getRoom(roomId)!, EventType.RoomPowerLevels)?.['users_default']) ?? 0;
        await client.setPowerLevel(roomId, intent.userId, intent.level ?? (usual as number));
        return {};
      }
      case 'message': {
        const open = await this.#rooms.startDirect(intent.userId);
        return intent.text === undefined ? { open } : { open, say: intent.text };
      }
      case 'ignore':
      case 'unignore': {
        const others = client.getIgnoredUsers().filter((userId) => userId !== intent.userId);
        await client.setIgnoredUsers(intent.kind === 'ignore' ? [...others, intent.userId] : others);
        return {};
      }
      case 'upgrade-room':
        return { open: (await client.upgradeRoom(roomId, intent.version)).replacement_room };
    }
  }

  async #roomId(room: string): Promise<string> {
    return this.#rooms.find(room) ?? (room.startsWith('#') ? (await this.#client.getRoomIdForAlias(room)).room_id : room);
  }

  async #setRoomNick(roomId: string, name: string): Promise<void> {
    const me = this.#client.getSafeUserId();
    const before = this.#client.getRoom(roomId) && stateContent(this.#client.getRoom(roomId)!, EventType.RoomMember, me);
    await this.#client.sendStateEvent(roomId, EventType.RoomMember, { ...before, membership: 'join', displayname: name } as never, me);
  }
}
