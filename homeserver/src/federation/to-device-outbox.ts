/** To-device messages for users of other servers (Server-Server API, "Send-to-device messaging"): kept until these accepted them. */
import { randomBytes } from 'node:crypto';
import type { Edu } from '@nexuscomm/federation/ports.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Queryable, type Transaction } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';

const insert = sql(
  'to_device_outbox_insert',
  'insert into to_device_outbox (server, created, edu) select server, $2, edu from unnest($1::int4[], $3::text[]) with ordinality u(server, edu, n) order by n',
);
const selectFirst = sql('to_device_outbox_first', 'select id, edu from to_device_outbox where server = $1 order by id limit $2');
const remove = sql('to_device_outbox_remove', 'delete from to_device_outbox where id = any($1::int8[])');
const selectServers = sql(
  'to_device_outbox_servers',
  'select s.v as server from (select distinct server from to_device_outbox) o join str s on s.id = o.server',
);
const prune = sql('to_device_outbox_prune', 'delete from to_device_outbox where created < $1');

/** An EDU is filled with messages up to this size, bytes; a single message may be larger. */
const EDU_BYTES = 65_536;
/** ms after which messages for a server that never came back are dropped */
const LIFETIME_MS = 60 * 24 * 3_600_000;

/** user -> device or `*` -> content */
export type ToDeviceMessages = Readonly<Record<string, JsonObject>>;

export interface OutgoingMessages {
  readonly servers: readonly ServerName[];
  readonly edus: readonly string[];
}

export class ToDeviceOutbox {
  readonly #db: Queryable;
  readonly #strings: StringTable;
  readonly #now: () => number;

  constructor(options: { db: Queryable; strings: StringTable; now: () => number }) {
    this.#db = options.db;
    this.#strings = options.strings;
    this.#now = options.now;
  }

  /** Stores the messages; `servers` of the result are to be told with `OutboundQueues.toDeviceWaits` once that is committed. */
  async add(tx: Transaction, messages: OutgoingMessages): Promise<void> {
    if (messages.edus.length === 0) return;
    await tx.query(insert, [await this.#strings.ids(messages.servers), this.#now(), messages.edus]);
  }

  async first(serverNid: number, limits: { edus: number; bytes: number }): Promise<{ edus: Edu[]; ids: number[]; more: boolean }> {
    if (limits.edus <= 0) return { edus: [], ids: [], more: true };
    const rows = await this.#db.query<{ id: number; edu: string }>(selectFirst, [serverNid, limits.edus + 1]);
    let bytes = 0;
    const fitting = rows.slice(0, limits.edus).filter((row, i) => {
      bytes += row.edu.length;
      return i === 0 || bytes <= limits.bytes;
    });
    return {
      edus: fitting.map((row) => JSON.parse(row.edu) as Edu),
      ids: fitting.map((row) => row.id),
      more: fitting.length < rows.length,
    };
  }

  async remove(ids: readonly number[]): Promise<void> {
    await this.#db.query(remove, [ids]);
  }

  async destinations(): Promise<ServerName[]> {
    return (await this.#db.query<{ server: ServerName }>(selectServers)).map((row) => row.server);
  }

  async prune(): Promise<void> {
    await this.#db.query(prune, [this.#now() - LIFETIME_MS]);
  }
}

/** The EDUs that carry a client's messages to other servers, each with an id of its own that a repetition is known by. */
export function composeToDevice(sender: string, type: string, messages: ToDeviceMessages): OutgoingMessages {
  const servers: ServerName[] = [];
  const edus: string[] = [];
  const byServer = Map.groupBy(Object.entries(messages), ([userId]) => serverNameOf(userId));
  for (const [server, users] of byServer) {
    for (const part of parts(users)) {
      servers.push(server);
      const content = { sender, type, message_id: randomBytes(12).toString('base64url'), messages: part };
      edus.push(JSON.stringify({ edu_type: 'm.direct_to_device', content }));
    }
  }
  return { servers, edus };
}

function parts(users: readonly (readonly [string, JsonObject])[]): Record<string, Record<string, unknown>>[] {
  const all: Record<string, Record<string, unknown>>[] = [];
  let part: Record<string, Record<string, unknown>> = {};
  let bytes = 0;
  for (const [userId, devices] of users) {
    for (const [deviceId, content] of Object.entries(devices)) {
      const size = JSON.stringify(content).length;
      if (bytes > 0 && bytes + size > EDU_BYTES) {
        all.push(part);
        part = {};
        bytes = 0;
      }
      (part[userId] ??= {})[deviceId] = content;
      bytes += size;
    }
  }
  return bytes > 0 ? [...all, part] : all;
}
