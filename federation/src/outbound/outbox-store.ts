/** What the outgoing side keeps over a restart, and where it finds what a server has missed. `homeserver` implements it. */
import type { Edu, EventId, JsonObject, ServerName } from '../ports.ts';

/** An event on its way. */
export interface OutgoingPdu {
  /** its stream position here: where it stands among all that this server sends */
  readonly pos: number;
  readonly eventId: EventId;
  /** as it goes over the wire */
  readonly json: JsonObject;
}

/** How far a destination is. One row each, never one for each event. */
export interface DestinationRecord {
  readonly server: ServerName;
  /** all that concerns it up to this position it has accepted */
  readonly lastOkPos: number;
  /** the same for its knowledge of our users' devices */
  readonly devicePos: number;
  /** ms since the epoch; undefined: it never accepted anything */
  readonly lastOkTs: number | undefined;
  /** ms since the epoch; undefined: it is up and has everything up to `OutboxState.okPos` */
  readonly failingSince: number | undefined;
  /** ms since the epoch */
  readonly retryAt: number | undefined;
  readonly retryIntervalMs: number;
}

/** Where sending starts again. */
export interface OutboxState {
  /** up to here every destination that is not failing has everything; undefined: nothing was ever sent */
  readonly okPos: number | undefined;
  readonly failing: readonly DestinationRecord[];
  /** up, but there are events or device changes above `okPos` for them */
  readonly behind: readonly ServerName[];
  /** there are to-device messages for them */
  readonly toDevice: readonly ServerName[];
}

/** What a server has missed: events with after < position <= upto. */
export interface CatchUpRange {
  readonly after: number;
  readonly upto: number;
  /** rooms whose newest such event is at or below this position are done */
  readonly cursor: number;
}

/** Some rooms' part of it. */
export interface CatchUpPage {
  /** in the order in which they are sent; empty: there are no more rooms */
  readonly pdus: readonly OutgoingPdu[];
  /** with these accepted, the cursor; up to here nothing is missing then that newer events don't lead to */
  readonly cursor: number;
}

/** EDUs that must arrive. */
export interface DurableEdus {
  readonly edus: readonly Edu[];
  /** rows of the to-device messages among them */
  readonly toDeviceIds: readonly number[];
  readonly moreToDevice: boolean;
  /** the device changes up to this position are among them */
  readonly devicePos: number;
  readonly moreDevices: boolean;
}

export interface OutboxStore {
  load(): Promise<OutboxState>;
  /** All missed events of a room if they are few, else the newest ones; rooms in the order of their newest event. */
  catchUp(server: ServerName, range: CatchUpRange): Promise<CatchUpPage>;
  /** `devicesAfter`: undefined if there is no news of devices. */
  durableEdus(
    server: ServerName,
    wanted: { readonly toDevice: boolean; readonly devicesAfter: number | undefined },
    limits: { readonly edus: number; readonly bytes: number },
  ): Promise<DurableEdus>;
  /** The messages were accepted and are forgotten. */
  delivered(toDeviceIds: readonly number[]): Promise<void>;
  /** All of it or nothing. */
  save(records: readonly DestinationRecord[], okPos: number): Promise<void>;
}
