/** People: who one knows, the server's user directory, their profiles, and whom one ignores. */
import { isUserId } from '@nexuscomm/spec/identifiers/parse.ts';
import { ClientEvent, ClientPrefix, KnownMembership, Method, UserEvent, type MatrixClient, type MatrixEvent } from 'matrix-js-sdk';
import { safeName } from '../messages/safe-text.ts';
import type { Presence } from '../rooms/member-rows.ts';
import { presenceOf } from './live-members.ts';

export interface FoundPerson {
  readonly accountKey: string;
  readonly userId: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
}

export interface Profile extends FoundPerson {
  /** false: no server told anything about them */
  readonly known: boolean;
}

export interface PresenceOfPerson {
  readonly presence: Presence | undefined;
  /** What they wrote about what they are doing. */
  readonly status: string | undefined;
}

export interface SharedRoom {
  readonly roomId: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
}

const MOST = 20;

export class People {
  readonly #client: MatrixClient;
  readonly #accountKey: string;

  constructor(client: MatrixClient, accountKey: string) {
    this.#client = client;
    this.#accountKey = accountKey;
  }

  /**
   * By name or id. Directories know only those one could meet in a room, so a whole Matrix ID, and the plain name of somebody
   * of this server, are looked up as well; the ID is found even if nobody knows it.
   */
  async search(text: string): Promise<FoundPerson[]> {
    const me = this.#client.getUserId();
    const whole = isUserId(text) ? text : undefined;
    const meant = whole ?? this.#localId(text);
    const [{ results }, profile] = await Promise.all([
      this.#client.searchUserDirectory({ term: text, limit: MOST }),
      meant === undefined || meant === me ? undefined : this.#client.getProfileInfo(meant).catch(() => undefined),
    ]);
    const found = results.filter((one) => one.user_id !== me).map((one) => this.#person(one.user_id, one.display_name, one.avatar_url));
    if (meant !== undefined && meant !== me && (whole !== undefined || profile) && !found.some((one) => one.userId === meant)) {
      found.unshift(this.#person(meant, profile?.displayname, profile?.avatar_url));
    }
    return found;
  }

  #localId(text: string): string | undefined {
    const id = `@${text.replace(/^@/, '').toLowerCase()}:${this.#client.getDomain()}`;
    return /^[^\s:]+$/.test(text) && isUserId(id) ? id : undefined;
  }

  /** People of rooms that both are in, most often seen first. */
  known(): FoundPerson[] {
    const counts = new Map<string, { person: FoundPerson; rooms: number }>();
    const me = this.#client.getUserId();
    for (const room of this.#client.getRooms()) {
      if (room.getMyMembership() !== KnownMembership.Join) continue;
      for (const member of room.getJoinedMembers()) {
        if (member.userId === me) continue;
        const seen = counts.get(member.userId);
        if (seen) seen.rooms++;
        else counts.set(member.userId, { person: this.#person(member.userId, member.name, member.getMxcAvatarUrl()), rooms: 1 });
      }
    }
    return [...counts.values()].toSorted((a, b) => b.rooms - a.rooms).map(({ person }) => person);
  }

  async profile(userId: string): Promise<Profile> {
    try {
      const profile = await this.#client.getProfileInfo(userId);
      return { ...this.#person(userId, profile.displayname, profile.avatar_url), known: true };
    } catch {
      const user = this.#client.getUser(userId);
      return { ...this.#person(userId, user?.displayName, user?.avatarUrl), known: user !== null };
    }
  }

  /** As a room knows them; undefined if it does not. */
  inRoom(roomId: string, userId: string): FoundPerson | undefined {
    const member = this.#client.getRoom(roomId)?.getMember(userId);
    return member ? this.#person(userId, member.name, member.getMxcAvatarUrl()) : undefined;
  }

  presence(userId: string): PresenceOfPerson {
    const status = this.#client.getUser(userId)?.presenceStatusMsg;
    return { presence: presenceOf(this.#client, userId), status: status === undefined || status === '' ? undefined : status };
  }

  watchPresence(userId: string, changed: () => void): () => void {
    const onPresence = (_event: MatrixEvent | undefined, user: { readonly userId: string }): void => {
      if (user.userId === userId) changed();
    };
    this.#client.on(UserEvent.Presence, onPresence);
    return () => void this.#client.off(UserEvent.Presence, onPresence);
  }

  /** Rooms that both are in: those the server knows of, or else those whose members are known here. */
  async sharedRooms(userId: string): Promise<SharedRoom[]> {
    const here = (): string[] =>
      this.#client
        .getRooms()
        .filter((room) => room.getMember(userId)?.membership === KnownMembership.Join)
        .map((room) => room.roomId);
    const ids = await this.#client.http
      .authedRequest<{ joined?: readonly string[] }>(Method.Get, '/mutual_rooms', { user_id: userId }, undefined, { prefix: ClientPrefix.V1 })
      .then((answer) => answer.joined ?? here(), here);
    return ids.flatMap((roomId) => {
      const room = this.#client.getRoom(roomId);
      if (room?.getMyMembership() !== KnownMembership.Join) return [];
      return { roomId, name: safeName(room.name, roomId), avatarMxc: room.getMxcAvatarUrl() ?? undefined };
    });
  }

  isIgnored(userId: string): boolean {
    return this.#client.isUserIgnored(userId);
  }

  async setIgnored(userId: string, ignored: boolean): Promise<void> {
    const others = this.#client.getIgnoredUsers().filter((one) => one !== userId);
    await this.#client.setIgnoredUsers(ignored ? [...others, userId] : others);
  }

  watchIgnored(changed: () => void): () => void {
    const onData = (event: MatrixEvent): void => {
      if (event.getType() === 'm.ignored_user_list') changed();
    };
    this.#client.on(ClientEvent.AccountData, onData);
    return () => void this.#client.off(ClientEvent.AccountData, onData);
  }

  #person(userId: string, name: string | undefined, avatarMxc: string | undefined): FoundPerson {
    return { accountKey: this.#accountKey, userId, name: safeName(name, userId), avatarMxc };
  }
}
