/** What becomes of EDUs that other servers send: into typing, receipts, presence, to-device messages and device lists. */
import type { EduHandlers, ReceivedReceipt } from '@nexuscomm/federation/inbound/receive-edu.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { LRUCache } from 'lru-cache';
import type { DeviceChanges } from '../keys/device-changes.ts';
import type { RemoteDevices } from '../keys/remote-devices.ts';
import type { ToDevice } from '../keys/to-device.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { upTo } from '../storage/cache-size.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { Presence } from '../user-data/presence.ts';
import type { Receipts } from '../user-data/receipts.ts';
import type { Typing } from '../user-data/typing.ts';

export interface IncomingEdusOptions {
  readonly engine: RoomEngine;
  readonly strings: StringTable;
  readonly typing: Typing;
  readonly receipts: Receipts;
  readonly presence: Presence;
  readonly toDevice: ToDevice;
  readonly remoteDevices: RemoteDevices;
  readonly deviceChanges: DeviceChanges;
  /** this server in the string table */
  readonly ownNid: number;
  readonly takePresence: boolean;
  /** the room's ACL refuses the server (Server-Server API, "Server Access Control Lists") */
  readonly isBanned: (room: Room, server: ServerName) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

/** Receipts for events that have not come yet, which are kept for them. */
const MAX_EARLY_RECEIPTS = 5_000;

export function createEduHandlers(options: IncomingEdusOptions): EduHandlers {
  const { engine, strings, typing, receipts, presence, toDevice, remoteDevices, deviceChanges, ownNid, takePresence } = options;
  /** event -> user and thread -> receipt */
  const early = new LRUCache<string, Map<string, ReceivedReceipt>>(upTo(MAX_EARLY_RECEIPTS));

  /** The room and the user, if both this server and the user are in it. */
  async function member(origin: ServerName, roomId: string, userId: string): Promise<{ room: Room; userNid: number } | undefined> {
    const [room, userNid] = await Promise.all([engine.find(roomId), strings.find(userId)]);
    if (!room?.servers.has(ownNid) || userNid === undefined || !room.isJoined(userNid)) return undefined;
    return (await options.isBanned(room, origin)) ? undefined : { room, userNid };
  }

  async function setReceipt(origin: ServerName, receipt: ReceivedReceipt): Promise<void> {
    const found = await member(origin, receipt.roomId, receipt.userId);
    if (!found) return;
    const { room, userNid } = found;
    const { eventId, thread, ts } = receipt;
    const stored = await engine.events.byId(eventId);
    if (!stored || stored.isOutlier) {
      const waiting = early.get(eventId) ?? new Map<string, ReceivedReceipt>();
      early.set(eventId, waiting.set(`${receipt.userId} ${thread}`, receipt));
      return;
    }
    if (stored.roomNid !== room.nid || stored.pos === null) return;
    await receipts.set(room.nid, { userNid, kind: 'm.read', thread, eventId, eventPos: stored.pos, ts });
  }

  engine.onCommit(({ stored }) => {
    const waiting = early.get(stored.event.eventId);
    if (!waiting) return;
    early.delete(stored.event.eventId);
    for (const receipt of waiting.values()) setReceipt(serverOf(receipt), receipt).catch(options.onError);
  });

  return {
    async typing(origin, { roomId, userId, typing: isTyping }) {
      const found = await member(origin, roomId, userId);
      if (found) await typing.receive(found.room.nid, userId, isTyping);
    },
    receipt: setReceipt,
    async presence(_origin, told) {
      if (!takePresence) return;
      const userNid = await strings.find(told.userId);
      if (userNid === undefined) return;
      const audience = await deviceChanges.localAudience(userNid, ownNid);
      if (audience.size > 0) await presence.receive(userNid, told.userId, told, audience);
    },
    toDevice: (origin, message) => toDevice.receive(origin, message),
    deviceList: (_origin, update) => remoteDevices.update(update),
    signingKeys: (_origin, update) => remoteDevices.updateSigningKeys(update),
  };
}

const serverOf = ({ userId }: ReceivedReceipt): ServerName => userId.slice(userId.indexOf(':') + 1) as ServerName;
