/** Public rooms of this server and of others. */
import { JoinRule, type MatrixClient } from 'matrix-js-sdk';
import { safeName } from '../messages/safe-text.ts';

export interface ListedRoom {
  readonly roomId: string;
  readonly alias: string | undefined;
  readonly name: string;
  readonly topic: string | undefined;
  readonly avatarMxc: string | undefined;
  readonly members: number;
  readonly asksToJoin: boolean;
  readonly isSpace: boolean;
}

export interface DirectoryPage {
  readonly rooms: readonly ListedRoom[];
  /** undefined at the end */
  readonly next: string | undefined;
  readonly total: number | undefined;
}

const PAGE = 40;

export class Directory {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  /** `server` undefined: of the account's own server. */
  async page(query: { server: string | undefined; text: string; from: string | undefined }): Promise<DirectoryPage> {
    const { server, text, from } = query;
    const page = await this.#client.publicRooms({
      limit: PAGE,
      ...(server === undefined || server === this.#client.getDomain() ? {} : { server }),
      ...(from === undefined ? {} : { since: from }),
      ...(text === '' ? {} : { filter: { generic_search_term: text } }),
    });
    return {
      rooms: page.chunk.map((room) => ({
        roomId: room.room_id,
        alias: room.canonical_alias,
        name: safeName(room.name, room.canonical_alias ?? room.room_id),
        topic: room.topic,
        avatarMxc: room.avatar_url,
        members: room.num_joined_members,
        asksToJoin: (room.join_rule as string | undefined) === JoinRule.Knock || (room.join_rule as string | undefined) === 'knock_restricted',
        isSpace: room.room_type === 'm.space',
      })),
      next: page.next_batch,
      total: page.total_room_count_estimate,
    };
  }
}
