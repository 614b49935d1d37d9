/** A room as it was told of before /sync (Client-Server API, "RoomInfo"). */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { membershipName } from '../rooms/membership.ts';
import type { PublicDirectory } from '../rooms/public-directory.ts';
import type { Room } from '../rooms/room.ts';
import { formatTopological, type Reader, type RoomReader } from '../rooms/room-reader.ts';
import type { AccountData } from '../user-data/account-data.ts';
import { formatSyncToken } from './sync-token.ts';

export interface RoomInfoDeps {
  readonly reader: RoomReader;
  readonly directory: PublicDirectory;
  readonly accountData: Pick<AccountData, 'ofRoom'>;
}

export interface RoomInfoRequest {
  readonly room: Room;
  readonly reader: Reader;
  /** as a code; undefined if the reader was never in the room */
  readonly membership: number | undefined;
  /** messages at most */
  readonly limit: number;
  /** the newest message is at most at this position */
  readonly upto: number;
  /** where /events goes on */
  readonly end: number;
  /** older messages that are missing here are fetched from other servers */
  readonly fillGaps: boolean;
}

const NEWEST = { depth: Number.MAX_SAFE_INTEGER, pos: Number.MAX_SAFE_INTEGER };
const OLDEST = { depth: 0, pos: -Number.MAX_SAFE_INTEGER };

/** As JSON text. M_FORBIDDEN if the reader may not read the room. */
export async function roomInfo({ reader: rooms, directory, accountData }: RoomInfoDeps, request: RoomInfoRequest): Promise<string> {
  const { room, reader, membership, limit, upto, fillGaps } = request;
  const { userNid } = reader;
  const readable = await rooms.readableState(room, userNid);
  const from = { ...NEWEST, upto };
  const page = await rooms.page({ room, userNid, from, to: undefined, backwards: true, limit, passes: () => true, fillGaps });
  const [events, state, kept, isPublished] = await Promise.all([
    rooms.render(page.events.toReversed(), reader),
    rooms.stateEvents(readable.values(), reader),
    accountData.ofRoom(userNid, room.nid),
    directory.isPublished(room.nid),
  ]);
  // A client that also syncs has no to-device messages by this token.
  const end = formatSyncToken({ pos: request.end, toDevice: 0 });
  return (
    `{"room_id":${JSON.stringify(room.roomId)},${membership === undefined ? '' : `"membership":"${membershipName(membership)}",`}` +
    `"visibility":"${isPublished ? 'public' : 'private'}",` +
    `"messages":{"chunk":[${events.join(',')}],"start":"${formatTopological(page.end ?? OLDEST)}","end":"${end}"},` +
    `"state":[${state.join(',')}],"account_data":[${kept.map((entry) => entry.json).join(',')}]}`
  );
}

/** The same, or undefined if the reader may not read the room. */
export async function roomInfoIfReadable(deps: RoomInfoDeps, request: RoomInfoRequest): Promise<string | undefined> {
  try {
    return await roomInfo(deps, request);
  } catch (error) {
    if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN') return undefined;
    throw error;
  }
}
