/** The outbox of the outgoing side on PostgreSQL: how far destinations are, what they missed, EDUs that must arrive. */
import type {
  CatchUpPage,
  CatchUpRange,
  DestinationRecord,
  DurableEdus,
  OutboxState,
  OutboxStore,
} from '@nexuscomm/federation/outbound/outbox-store.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { EventReader } from '../rooms/event-reader.ts';
import { sql, type Database } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';
import { missedEvents, sentByUs } from './missed-events.ts';
import type { OutgoingDevices } from './outgoing-devices.ts';
import type { ToDeviceOutbox } from './to-device-outbox.ts';

const OK_POS = 'federation_ok_pos';

const selectOkPos = sql('outbox_ok_pos', 'select value from meta where key = $1');
const selectFailing = sql(
  'outbox_failing',
  `select s.v as server, d.last_ok_pos, d.device_pos, d.last_ok_ts, d.failing_since, d.retry_at, d.retry_interval_ms
   from destination d join str s on s.id = d.server where d.failing_since is not null order by d.retry_at nulls first`,
);
const selectAll = sql(
  'outbox_destinations',
  `select s.v as server, d.last_ok_pos, d.device_pos, d.last_ok_ts, d.failing_since, d.retry_at, d.retry_interval_ms
   from destination d join str s on s.id = d.server order by s.v`,
);
// Servers in rooms with events of ours since $1, in rooms with users whose devices changed, in rooms that users of ours came to.
const selectBehind = sql(
  'outbox_behind',
  `with busy as (
     select h.room_nid from room_head h where h.last_pos > $1
       and exists (select from event e where e.room_nid = h.room_nid and e.pos > $1 and ${sentByUs('$2')})
     union
     select a.room_nid from device_change c join member a on a.user_nid = c.user_nid
       where c.pos > $1 and c.device_id is distinct from '' and a.server = $2 and a.membership = 1
     union
     select j.room_nid from member j where j.server = $2 and j.since > $1 and j.membership = 1)
   select s.v as server from (
     select distinct m.server from busy b join member m on m.room_nid = b.room_nid
     where m.server <> $2 and (m.membership = 1 or (m.membership in (4, 5) and m.pos > $1))) o
   join str s on s.id = o.server`,
);
const upsertDestinations = sql(
  'outbox_save',
  `insert into destination (server, last_ok_pos, device_pos, last_ok_ts, failing_since, retry_at, retry_interval_ms)
   select * from unnest($1::int4[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[])
   on conflict (server) do update set last_ok_pos = excluded.last_ok_pos, device_pos = excluded.device_pos,
     last_ok_ts = coalesce(excluded.last_ok_ts, destination.last_ok_ts), failing_since = excluded.failing_since,
     retry_at = excluded.retry_at, retry_interval_ms = excluded.retry_interval_ms`,
);
const upsertOkPos = sql('outbox_ok_pos_set', 'insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value');

interface DestinationRow {
  server: ServerName;
  last_ok_pos: number;
  device_pos: number;
  last_ok_ts: number | null;
  failing_since: number | null;
  retry_at: number | null;
  retry_interval_ms: number;
}

export interface OutboxOptions {
  readonly db: Database;
  readonly events: EventReader;
  readonly strings: StringTable;
  /** this server in the string table */
  readonly ownNid: number;
  readonly devices: OutgoingDevices;
  readonly toDevice: ToDeviceOutbox;
}

export class Outbox implements OutboxStore {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  async load(): Promise<OutboxState> {
    const { db, ownNid, toDevice } = this.#options;
    const [ok] = await db.query<{ value: string }>(selectOkPos, [OK_POS]);
    const okPos = ok === undefined ? undefined : Number(ok.value);
    const failing = (await db.query<DestinationRow>(selectFailing)).map(recordOf);
    const behind = okPos === undefined ? [] : await db.query<{ server: ServerName }>(selectBehind, [okPos, ownNid]);
    return { okPos, failing, behind: behind.map((row) => row.server), toDevice: await toDevice.destinations() };
  }

  async catchUp(server: ServerName, range: CatchUpRange): Promise<CatchUpPage> {
    return missedEvents(this.#options, await this.#options.strings.id(server), range);
  }

  /** Changes of devices first, up to half of it: they are small, and what follows may be for the new devices. */
  async durableEdus(
    server: ServerName,
    wanted: { readonly toDevice: boolean; readonly devicesAfter: number | undefined },
    limits: { readonly edus: number; readonly bytes: number },
  ): Promise<DurableEdus> {
    const { devices, toDevice, strings } = this.#options;
    const serverNid = await strings.id(server);
    const { devicesAfter } = wanted;
    const changes = devicesAfter === undefined ? undefined : await devices.changesFor(serverNid, devicesAfter, Math.ceil(limits.edus / 2));
    const used = changes?.edus.length ?? 0;
    const messages = wanted.toDevice ? await toDevice.first(serverNid, { edus: limits.edus - used, bytes: limits.bytes }) : undefined;
    return {
      edus: [...(changes?.edus ?? []), ...(messages?.edus ?? [])],
      toDeviceIds: messages?.ids ?? [],
      moreToDevice: messages?.more ?? false,
      devicePos: changes?.upto ?? devicesAfter ?? 0,
      moreDevices: changes?.more ?? false,
    };
  }

  async delivered(toDeviceIds: readonly number[]): Promise<void> {
    await this.#options.toDevice.remove(toDeviceIds);
  }

  async save(records: readonly DestinationRecord[], okPos: number): Promise<void> {
    const { db, strings } = this.#options;
    const servers = await strings.ids(records.map((record) => record.server));
    await db.transaction(async (tx) => {
      if (records.length > 0) {
        await tx.query(upsertDestinations, [
          servers,
          records.map((record) => record.lastOkPos),
          records.map((record) => record.devicePos),
          records.map((record) => record.lastOkTs ?? null),
          records.map((record) => record.failingSince ?? null),
          records.map((record) => record.retryAt ?? null),
          records.map((record) => record.retryIntervalMs),
        ]);
      }
      await tx.query(upsertOkPos, [OK_POS, String(okPos)]);
    });
  }

  /** All destinations that something was ever sent to, as last written down. */
  async destinations(): Promise<DestinationRecord[]> {
    return (await this.#options.db.query<DestinationRow>(selectAll)).map(recordOf);
  }
}

function recordOf(row: DestinationRow): DestinationRecord {
  return {
    server: row.server,
    lastOkPos: row.last_ok_pos,
    devicePos: row.device_pos,
    lastOkTs: row.last_ok_ts ?? undefined,
    failingSince: row.failing_since ?? undefined,
    retryAt: row.retry_at ?? undefined,
    retryIntervalMs: row.retry_interval_ms,
  };
}
