/** An outbox in memory: what a server has missed is computed from a list of events, as the real one does from tables. */
import type { CatchUpPage, CatchUpRange, DestinationRecord, DurableEdus, OutboxState, OutboxStore, OutgoingPdu } from '../outbound/outbox-store.ts';
import type { Edu, EventId, ServerName } from '../ports.ts';

export interface RoomEventOfOurs extends OutgoingPdu {
  readonly room: string;
}

export class MemoryOutbox implements OutboxStore {
  /** all events of ours, for every destination */
  readonly events: RoomEventOfOurs[] = [];
  readonly toDevice = new Map<ServerName, { id: number; edu: Edu }[]>();
  readonly deviceChanges: { pos: number; edu: Edu }[] = [];
  readonly records = new Map<ServerName, DestinationRecord>();
  readonly ranges: CatchUpRange[] = [];
  roomsPerPage = 2;
  eventsPerRoom = 50;
  okPos: number | undefined;
  #ids = 0;

  event(room: string, pos: number): RoomEventOfOurs {
    const event = { room, pos, eventId: `$${pos}` as EventId, json: { pos } };
    this.events.push(event);
    return event;
  }

  message(server: ServerName, name: string): void {
    const waiting = this.toDevice.get(server) ?? [];
    waiting.push({ id: ++this.#ids, edu: { edu_type: 'm.direct_to_device', content: { name } } });
    this.toDevice.set(server, waiting);
  }

  async load(): Promise<OutboxState> {
    const failing = [...this.records.values()].filter((record) => record.failingSince !== undefined);
    const known = [...this.records.keys()].filter((server) => !failing.some((record) => record.server === server));
    const late = this.okPos !== undefined && this.events.some((event) => event.pos > this.okPos!);
    return {
      okPos: this.okPos,
      failing,
      behind: late ? known : [],
      toDevice: [...this.toDevice].filter(([, list]) => list.length > 0).map(([name]) => name),
    };
  }

  async catchUp(_server: ServerName, range: CatchUpRange): Promise<CatchUpPage> {
    this.ranges.push(range);
    const missed = this.events.filter((event) => event.pos > range.after && event.pos <= range.upto);
    const rooms = [...Map.groupBy(missed, (event) => event.room).values()]
      .filter((events) => events.at(-1)!.pos > range.cursor)
      .sort((a, b) => a.at(-1)!.pos - b.at(-1)!.pos)
      .slice(0, this.roomsPerPage);
    return { pdus: rooms.flatMap((events) => events.slice(-this.eventsPerRoom)), cursor: rooms.at(-1)?.at(-1)?.pos ?? range.upto };
  }

  async durableEdus(
    server: ServerName,
    wanted: { toDevice: boolean; devicesAfter: number | undefined },
    limits: { edus: number },
  ): Promise<DurableEdus> {
    const changes = wanted.devicesAfter === undefined ? [] : this.deviceChanges.filter(({ pos }) => pos > wanted.devicesAfter!);
    const messages = wanted.toDevice ? (this.toDevice.get(server) ?? []) : [];
    const sentChanges = changes.slice(0, limits.edus);
    const sentMessages = messages.slice(0, limits.edus - sentChanges.length);
    return {
      edus: [...sentChanges, ...sentMessages].map(({ edu }) => edu),
      toDeviceIds: sentMessages.map(({ id }) => id),
      moreToDevice: sentMessages.length < messages.length,
      devicePos: sentChanges.at(-1)?.pos ?? wanted.devicesAfter ?? 0,
      moreDevices: sentChanges.length < changes.length,
    };
  }

  async delivered(ids: readonly number[]): Promise<void> {
    for (const [server, list] of this.toDevice) {
      this.toDevice.set(
        server,
        list.filter(({ id }) => !ids.includes(id)),
      );
    }
  }

  async save(records: readonly DestinationRecord[], okPos: number): Promise<void> {
    for (const record of records) this.records.set(record.server, record);
    this.okPos = okPos;
  }
}
