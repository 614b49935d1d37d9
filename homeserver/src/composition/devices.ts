/** Puts together what belongs to devices: their keys, whose devices changed, messages from device to device, key backups. */
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { ToDeviceOutbox } from '../federation/to-device-outbox.ts';
import { Backups } from '../keys/backups.ts';
import { DeviceChanges } from '../keys/device-changes.ts';
import { DeviceKeys } from '../keys/device-keys.ts';
import { ToDevice } from '../keys/to-device.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { SyncHub } from '../sync/sync-hub.ts';

export interface DevicesDeps {
  readonly db: Database;
  readonly strings: StringTable;
  readonly positions: StreamPositions;
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly serverName: ServerName;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export interface Devices {
  readonly deviceChanges: DeviceChanges;
  readonly deviceKeys: DeviceKeys;
  readonly toDevice: ToDevice;
  readonly toDeviceOutbox: ToDeviceOutbox;
  readonly backups: Backups;
}

export function createDevices({ db, strings, positions, engine, hub, serverName, now, onError }: DevicesDeps): Devices {
  const deviceChanges = new DeviceChanges({ db, positions, strings, engine, hub });
  const deviceKeys = new DeviceKeys({
    db,
    strings,
    changes: deviceChanges,
    // Counts of one-time keys have no position of their own.
    onClaimed: (_deviceNid, userNid) => void positions.write(async (pos) => hub.touchUser(userNid, pos)).catch(onError),
  });
  const toDeviceOutbox = new ToDeviceOutbox({ db, strings, now });
  const toDevice = new ToDevice({
    db,
    positions,
    strings,
    serverName,
    outbox: toDeviceOutbox,
    now,
    onSent: (userNid, pos) => hub.touchUser(userNid, pos),
  });
  return { deviceChanges, deviceKeys, toDevice, toDeviceOutbox, backups: new Backups(db) };
}
