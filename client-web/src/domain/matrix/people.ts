/** Finding people: who one knows, and the server's user directory. */
import { KnownMembership, type MatrixClient } from 'matrix-js-sdk';

import { safeName } from '../messages/safe-text.ts';

export interface FoundPerson {
  readonly accountKey: string;
  readonly userId: string;
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

  /** By name or id; a whole Matrix ID is found even if no directory knows it. */
  async search(text: string): Promise<FoundPerson[]> {
    const { results } = await this.#client.searchUserDirectory({ term: text, limit: MOST });
    const me = this.#client.getUserId();
    const found = results.filter((one) => one.user_id !== me).map((one) => this.#person(one.user_id, one.display_name, one.avatar_url));
    if (/^@[^:\s]+:[^\s]+$/.test(text) && text !== me && !found.some((one) => one.userId === text)) {
      const profile = await this.#client.getProfileInfo(text).catch(() => undefined);
      found.unshift(this.#person(text, profile?.displayname, profile?.avatar_url));
    }
    return found;
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

  #person(userId: string, name: string | undefined, avatarMxc: string | undefined): FoundPerson {
    return { accountKey: this.#accountKey, userId, name: safeName(name, userId), avatarMxc };
  }
}
