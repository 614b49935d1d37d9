/**
 * The device lists of users of other servers (Server-Server API, "Device Management"): kept up to date by updates, each of
 * which names the one that it follows. If that one is not known here, an update was missed and the whole list is asked for,
 * once at a time for each user, again later if that fails.
 */
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import { isCrossSigningKey, readDevice, type DeviceListUpdate, type SigningKeyUpdate } from '@nexuscomm/federation/inbound/receive-edu.ts';
import { Slots } from '@nexuscomm/federation/outbound/slots.ts';
import type { Clock, Log, ServerName, UserId } from '@nexuscomm/federation/ports.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { LEAVE } from '../rooms/membership.ts';
import type { RoomCommit, RoomEngine } from '../rooms/room-engine.ts';
import type { StringTable } from '../storage/string-table.ts';
import { Mailbox } from '../rooms/mailbox.ts';
import type { DeviceChanges } from './device-changes.ts';
import type { ReceivedList, RemoteDeviceTable } from './remote-device-table.ts';

export interface RemoteDevicesOptions {
  readonly table: RemoteDeviceTable;
  readonly changes: DeviceChanges;
  readonly strings: StringTable;
  readonly engine: RoomEngine;
  readonly client: Pick<FederationClient, 'userDevices'>;
  /** requests to the server are not made now */
  readonly isDown: (server: ServerName) => boolean;
  readonly ownNid: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly onError: (error: unknown) => void;
}

/** Devices of one user that are kept. */
const MAX_DEVICES = 1_000;
/** Lists that are asked for at the same time, without a client waiting. */
const BACKGROUND_RESYNCS = 5;
/** ms between two looks for lists that are still stale, and how many are taken up in one */
const STALE_RETRY_MS = 60_000;
const STALE_BATCH = 200;

export class RemoteDevices {
  readonly #options: RemoteDevicesOptions;
  readonly #mailboxes = new Map<number, Mailbox>();
  readonly #resyncs = new Map<UserId, Promise<boolean>>();
  /** users of whom an update came that could not be applied, since their list was last asked for */
  readonly #doubted = new Set<number>();
  readonly #background = new Slots(BACKGROUND_RESYNCS);
  readonly #stop = new AbortController();

  constructor(options: RemoteDevicesOptions) {
    this.#options = options;
    options.engine.onCommit((commit) => this.#onCommit(commit));
  }

  /** Takes up what was stale or in doubt when the server stopped, and goes on doing so. */
  async start(): Promise<void> {
    await this.#options.table.forgetUnshared();
    void this.#retryStale();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** An update of one device. Of users who share no room with us nothing is kept. */
  async update(update: DeviceListUpdate): Promise<void> {
    const { table, changes, strings, ownNid } = this.#options;
    const userNid = await strings.find(update.userId);
    if (userNid === undefined) return;
    await this.#alone(userNid, async () => {
      const lists = await table.lists([userNid]);
      if (!lists.has(userNid)) return;
      const list = lists.get(userNid);
      // Nobody here was told of the user's devices, and one without keys is nothing to encrypt to.
      if (!list && update.device && update.device.keys === undefined) return;
      const from = list?.streamId;
      if (list && !list.stale && from === update.streamId && update.prevIds.length > 0) return; // a repetition
      const follows = list && !list.stale && from !== undefined && update.prevIds.length > 0 && update.prevIds.every((id) => id === from);
      if (!follows || !(await table.apply(userNid, { ...update, from }))) {
        // Without a list nobody here has asked yet, or not lately: it is asked for when somebody does.
        if (list) {
          this.#doubted.add(userNid);
          await table.markStale(userNid);
          this.#resyncLater(update.userId);
        }
      }
      await changes.recordRemote(userNid, ownNid);
    });
  }

  async updateSigningKeys(update: SigningKeyUpdate): Promise<void> {
    const { table, changes, strings, ownNid } = this.#options;
    const userNid = await strings.find(update.userId);
    if (userNid === undefined || !(await table.lists([userNid])).has(userNid)) return;
    await this.#alone(userNid, async () => {
      if (await table.setCrossSigning(userNid, update)) await changes.recordRemote(userNid, ownNid);
    });
  }

  /** Asks the user's server for the whole list; whoever asks meanwhile shares the answer. */
  resync(userId: UserId): Promise<void> {
    const running = this.#resyncs.get(userId);
    if (running) return running.then(() => {});
    const resync = this.#resync(userId).finally(() => this.#resyncs.delete(userId));
    this.#resyncs.set(userId, resync);
    return resync.then((complete) => {
      if (!complete) this.#resyncLater(userId);
    });
  }

  /** The same without anybody waiting. */
  resyncLater(userIds: readonly UserId[]): void {
    for (const userId of userIds) this.#resyncLater(userId);
  }

  /** False if the answer may be older than an update that came meanwhile. */
  async #resync(userId: UserId): Promise<boolean> {
    const { table, changes, strings, client, ownNid } = this.#options;
    const userNid = await strings.id(userId);
    this.#doubted.delete(userNid);
    const answer = await client.userDevices(serverNameOf(userId), userId, { signal: this.#stop.signal });
    const devices = answer.devices.slice(0, MAX_DEVICES).flatMap((told) => readDevice(userId, told) ?? []);
    const { master_key: master, self_signing_key: selfSigning } = answer;
    const list: ReceivedList = {
      streamId: answer.stream_id,
      devices: [...new Map(devices.map((device) => [device.deviceId, device])).values()],
      master: master && isCrossSigningKey(userId, 'master', master) ? master : undefined,
      selfSigning: selfSigning && isCrossSigningKey(userId, 'self_signing', selfSigning) ? selfSigning : undefined,
    };
    return this.#alone(userNid, async () => {
      const before = (await table.lists([userNid])).get(userNid);
      await table.replace(userNid, list);
      const complete = !this.#doubted.has(userNid);
      if (!complete) await table.markStale(userNid);
      if (before) await changes.recordRemote(userNid, ownNid);
      return complete;
    });
  }

  #resyncLater(userId: UserId): void {
    const { isDown, log } = this.#options;
    const server = serverNameOf(userId);
    this.#background
      .run(async () => {
        if (!this.#stop.signal.aborted && !isDown(server)) await this.resync(userId);
      })
      .catch((error: unknown) => log.debug({ userId, reason: String(error) }, 'a list of devices stays stale'));
  }

  async #retryStale(): Promise<void> {
    const { table, clock, isDown, onError } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        for (const { userId } of await table.stale(STALE_BATCH)) {
          if (!isDown(serverNameOf(userId))) this.#resyncLater(userId as UserId);
        }
      } catch (error) {
        onError(error);
      }
      await clock.wait(STALE_RETRY_MS, this.#stop.signal).catch(() => {}); // stopping
    }
  }

  /** Once no room is shared with a user any more, nobody tells us of changes: what is known counts no more. */
  #onCommit({ room, members }: RoomCommit): void {
    const { ownNid, table, onError } = this.#options;
    const left = members.some(({ before, after }) => {
      const leaves = before !== undefined && before.membership < LEAVE && after.membership >= LEAVE;
      return leaves && (after.serverNid !== ownNid || !room.servers.has(ownNid));
    });
    if (left) table.forgetUnshared(room.nid).catch(onError);
  }

  async #alone<T>(userNid: number, work: () => Promise<T>): Promise<T> {
    const mailbox = this.#mailboxes.get(userNid) ?? new Mailbox();
    this.#mailboxes.set(userNid, mailbox);
    try {
      return await mailbox.run(work);
    } finally {
      if (mailbox.size === 0) this.#mailboxes.delete(userNid);
    }
  }
}
