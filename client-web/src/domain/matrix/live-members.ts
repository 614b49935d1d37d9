/** The members of a room, loaded when first looked at, and kept up to date while they are shown. */
import { RoomMemberEvent, RoomStateEvent, UserEvent, type MatrixClient, type MatrixEvent, type Room, type RoomMember } from 'matrix-js-sdk';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { safeName } from '../messages/safe-text.ts';
import type { Member, Presence } from '../rooms/member-rows.ts';
import { levelOf, readPowerLevels, type PowerLevels } from '../rooms/power-levels.ts';
import { creatorsOf } from './read-room-details.ts';
import { stateContent } from './summarise-room.ts';

export interface MembersState {
  readonly members: readonly Member[];
  readonly loading: boolean;
  readonly error: unknown;
}

/** A burst of changes in a large room becomes one new list. */
const REBUILD_AFTER_MS = 150;
const SHOWN: ReadonlySet<string> = new Set(['join', 'invite', 'knock', 'ban']);

export class LiveMembers {
  readonly state: StoreApi<MembersState> = createStore<MembersState>(() => ({ members: [], loading: true, error: undefined }));
  readonly #client: MatrixClient;
  readonly #room: Room;
  readonly #known = new Map<string, { readonly raw: string; readonly name: string }>();
  readonly #undo: (() => void)[] = [];
  #scheduled: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(client: MatrixClient, roomId: string) {
    const room = client.getRoom(roomId);
    if (!room) throw new Error(`no room ${roomId}`);
    this.#client = client;
    this.#room = room;
    const ofRoom = (event: MatrixEvent): void => {
      if (event.getRoomId() === roomId) this.#schedule();
    };
    this.#on(RoomStateEvent.Members, ofRoom);
    this.#on(RoomMemberEvent.Name, (_event: MatrixEvent, member: RoomMember) => {
      if (member.roomId === roomId) this.#schedule();
    });
    this.#on(RoomStateEvent.Events, (event: MatrixEvent) => {
      if (event.getType() === 'm.room.power_levels') ofRoom(event);
    });
    this.#on(UserEvent.Presence, (_event: MatrixEvent | undefined, user: { readonly userId: string }) => {
      if (room.getMember(user.userId)) this.#schedule();
    });
    // Those that sync has told of can be shown at once.
    this.#rebuild();
    void this.load();
  }

  async load(): Promise<void> {
    this.state.setState({ loading: true, error: undefined });
    try {
      await this.#room.loadMembersIfNeeded();
      this.#rebuild();
      this.state.setState({ loading: false });
    } catch (error) {
      this.state.setState({ loading: false, error });
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#scheduled);
    for (const undo of this.#undo) undo();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#scheduled ??= setTimeout(() => this.#rebuild(), REBUILD_AFTER_MS);
  }

  #rebuild(): void {
    this.#scheduled = undefined;
    if (this.#closed) return;
    const levels = readPowerLevels(stateContent(this.#room, 'm.room.power_levels'), creatorsOf(this.#room));
    const members = this.#room
      .getMembers()
      .filter((member) => member.membership !== undefined && SHOWN.has(member.membership))
      .map((member) => this.#member(member, levels));
    this.state.setState({ members });
  }

  #member(member: RoomMember, levels: PowerLevels): Member {
    const { userId } = member;
    const reason = member.membership === 'ban' || member.membership === 'knock' ? member.events.member?.getContent()['reason'] : undefined;
    return {
      userId,
      name: this.#nameOf(member),
      avatarMxc: member.getMxcAvatarUrl(),
      membership: member.membership as Member['membership'],
      level: levelOf(levels, userId),
      presence: presenceOf(this.#client, userId),
      reason: typeof reason === 'string' && reason !== '' ? reason : undefined,
    };
  }

  /** Names of others are cleaned once, not at every change of the room. */
  #nameOf(member: RoomMember): string {
    const known = this.#known.get(member.userId);
    if (known?.raw === member.name) return known.name;
    const name = safeName(member.name, member.userId);
    this.#known.set(member.userId, { raw: member.name, name });
    return name;
  }

  #on(event: string, listener: (...args: never[]) => void): void {
    this.#client.on(event as never, listener as never);
    this.#undo.push(() => this.#client.off(event as never, listener as never));
  }
}

/** undefined: the server does not tell. */
export function presenceOf(client: MatrixClient, userId: string): Presence | undefined {
  const user = client.getUser(userId);
  if (!user?.events.presence) return undefined;
  switch (user.presence) {
    case 'online':
      return 'online';
    case 'unavailable':
      return 'away';
    case 'busy':
    case 'org.matrix.msc3026.busy':
      return 'busy';
    default:
      return 'offline';
  }
}
