/**
 * What other servers are told of local users' devices (Server-Server API, "Device Management"). Nothing is kept for each
 * destination but a position: what it has yet to hear follows from the changes after it. Every change is an EDU, the
 * numbers of a user's changes are the `stream_id`s, and each names the one before.
 */
import type { Edu } from '@nexuscomm/federation/ports.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { DeviceKeys, PublishedKeys } from '../keys/device-keys.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';

// Changes of users who share a room with the server, and users who came to a room with it and shared none before: their
// newest change is told without the one before, so that the server asks for the whole list.
const selectChanges = sql(
  'outgoing_device_changes',
  `select * from (
     (select c.user_nid, c.pos, c.device_id, c.pos as stream_id,
       (select max(p.pos) from device_change p where p.user_nid = c.user_nid and p.pos < c.pos and p.device_id <> '') as prev
     from device_change c
     where c.pos > $3 and c.device_id is distinct from '' and exists (
       select from member a join member b on b.room_nid = a.room_nid and b.server = $1 and b.membership = 1
       where a.user_nid = c.user_nid and a.server = $2 and a.membership = 1)
     order by c.pos limit $4)
     union all
     (select j.user_nid, j.since, last.device_id, last.pos, null
     from member j cross join lateral (
       select c.device_id, c.pos from device_change c where c.user_nid = j.user_nid and c.device_id <> '' order by c.pos desc limit 1) last
     where j.server = $2 and j.since > $3 and j.membership = 1
       and exists (select from member o where o.room_nid = j.room_nid and o.server = $1 and o.membership = 1)
       and not exists (
         select from member k join member o on o.room_nid = k.room_nid and o.server = $1 and o.membership = 1
         where k.user_nid = j.user_nid and k.membership = 1 and k.since < j.since)
     order by j.since limit $4)) news
   order by pos limit $4`,
);
const selectStreamId = sql(
  'outgoing_device_stream',
  `select coalesce(max(pos), 0) as stream_id from device_change where user_nid = $1 and device_id <> ''`,
);

interface ChangeRow {
  user_nid: number;
  /** where the news stands among all news */
  pos: number;
  /** null: the cross-signing keys */
  device_id: string | null;
  stream_id: number;
  prev: number | null;
}

export interface OutgoingDevicesOptions {
  readonly db: Queryable;
  readonly keys: DeviceKeys;
  readonly strings: StringTable;
  /** this server in the string table */
  readonly ownNid: number;
  /** tell the names that users give their devices */
  readonly shareNames: boolean;
}

export class OutgoingDevices {
  readonly #options: OutgoingDevicesOptions;

  constructor(options: OutgoingDevicesOptions) {
    this.#options = options;
  }

  /** News for a server after a position, as EDUs; `upto` is the position of the last. */
  async changesFor(serverNid: number, after: number, limit: number): Promise<{ edus: Edu[]; upto: number; more: boolean }> {
    const { db, keys, strings, ownNid } = this.#options;
    const rows = await db.query<ChangeRow>(selectChanges, [serverNid, ownNid, after, limit]);
    if (rows.length === 0) return { edus: [], upto: after, more: false };
    const userNids = [...new Set(rows.map((row) => row.user_nid))];
    const [published, userIds] = await Promise.all([keys.published(userNids), strings.texts(userNids)]);
    const names = new Map(userNids.map((nid, i) => [nid, userIds[i]!]));
    const edus = newestOfEach(rows).map((row) => this.#edu(row, names.get(row.user_nid)!, published.get(row.user_nid)!));
    return { edus, upto: rows.at(-1)!.pos, more: rows.length === limit };
  }

  /** The number that a whole list of the user's devices carries. */
  async streamId(userNid: number): Promise<number> {
    return (await this.#options.db.query<{ stream_id: number }>(selectStreamId, [userNid]))[0]!.stream_id;
  }

  #edu(row: ChangeRow, userId: string, published: PublishedKeys): Edu {
    if (row.device_id === null) {
      const { master, selfSigning } = published;
      const content = { user_id: userId, ...(master && { master_key: master }), ...(selfSigning && { self_signing_key: selfSigning }) };
      return { edu_type: 'm.signing_key_update', content };
    }
    const device = published.devices.get(row.device_id);
    const content: JsonObject = {
      user_id: userId,
      device_id: row.device_id,
      stream_id: row.stream_id,
      prev_id: row.prev === null ? [] : [row.prev],
      deleted: device === undefined,
      ...(device?.keys && { keys: device.keys }),
      ...(this.#options.shareNames && device?.displayName !== undefined && { device_display_name: device.displayName }),
    };
    return { edu_type: 'm.device_list_update', content };
  }
}

/** Of several changes of the same device the last one tells all; the chain of `prev_id`s is closed over those left out. */
function newestOfEach(rows: readonly ChangeRow[]): ChangeRow[] {
  const last = new Map(rows.map((row) => [keyOf(row), row]));
  const previous = new Map<number, number | null>();
  return rows.flatMap((row) => {
    const isDevice = row.device_id !== null;
    if (isDevice && !previous.has(row.user_nid)) previous.set(row.user_nid, row.prev);
    if (last.get(keyOf(row)) !== row) return [];
    if (!isDevice) return [row];
    const prev = row.prev === null ? null : previous.get(row.user_nid)!;
    previous.set(row.user_nid, row.stream_id);
    return [{ ...row, prev }];
  });
}

const keyOf = (row: ChangeRow): string => `${row.user_nid} ${row.device_id === null ? '' : `device ${row.device_id}`}`;
