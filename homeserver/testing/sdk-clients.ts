/** People with matrix-js-sdk and its Rust crypto, on whatever server. */
import { ClientEvent, MatrixEventEvent, RoomEvent, SyncState, createClient, type MatrixClient, type MatrixEvent } from 'matrix-js-sdk';
import type { Logger } from 'matrix-js-sdk/lib/logger.js';
import { eventually } from './across-servers.ts';

const silent = (): void => {};
/** A logger that says nothing. */
export const quiet: Logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, getChild: () => quiet };
const PATIENCE_MS = 20_000;

/** matrix-js-sdk leaves a timer of each request running, of a minute and more: no process waits for its end. */
const LEFT_RUNNING_MS = 60_000;
const { setTimeout: startTimer } = globalThis;
globalThis.setTimeout = Object.assign((...args: Parameters<typeof startTimer>) => {
  const timer = startTimer(...args);
  return Number(args[1]) >= LEFT_RUNNING_MS ? timer.unref() : timer;
}, startTimer);

export interface SdkClients extends Disposable {
  /** A device of a user, with encryption, that syncs. */
  device(account: { url: string; userId: string; token?: string | undefined; deviceId: string }): Promise<MatrixClient>;
}

/** Clients that are stopped together. */
export function sdkClients(): SdkClients {
  const clients: MatrixClient[] = [];
  return {
    device: async ({ url, userId, token, deviceId }) => {
      const client = createClient({ baseUrl: url, userId, accessToken: token!, deviceId, logger: quiet });
      clients.push(client);
      await client.initRustCrypto({ useIndexedDB: false });
      const prepared = new Promise<void>((resolve) => {
        client.on(ClientEvent.Sync, (state) => {
          if (state === SyncState.Prepared) resolve();
        });
      });
      await client.startClient({ initialSyncLimit: 20 });
      await prepared;
      return client;
    },
    [Symbol.dispose]: () => {
      for (const client of clients.splice(0)) client.stopClient();
    },
  };
}

/** Waits for a message of the room that says this, decrypted if it was encrypted. */
export function hears(client: MatrixClient, roomId: string, body: string): Promise<MatrixEvent> {
  return new Promise((resolve, fail) => {
    const look = (event: MatrixEvent): void => {
      if (event.getRoomId() !== roomId || event.getContent()['body'] !== body) return;
      clearTimeout(timer);
      client.off(RoomEvent.Timeline, look);
      client.off(MatrixEventEvent.Decrypted, look);
      resolve(event);
    };
    const timer = setTimeout(() => {
      const shown = client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? [];
      const said = shown.map(
        (event) => `${event.getType()} ${String(event.getContent()['body'] ?? '')}${event.isDecryptionFailure() ? ' (not decrypted)' : ''}`,
      );
      fail(new Error(`${client.getUserId()} did not hear "${body}", but: ${said.slice(-5).join('; ')}`));
    }, PATIENCE_MS);
    client.on(RoomEvent.Timeline, look);
    client.on(MatrixEventEvent.Decrypted, look);
    client.getRoom(roomId)?.getLiveTimeline().getEvents().forEach(look);
  });
}

/** Says something in an encrypted room; resolves once everybody has read it, and it was encrypted on the way. */
export async function whisper(from: MatrixClient, to: readonly MatrixClient[], roomId: string, body: string): Promise<void> {
  const heard = to.map((client) => hears(client, roomId, body));
  await from.sendTextMessage(roomId, body);
  for (const event of await Promise.all(heard)) {
    if (!event.isEncrypted()) throw new Error(`"${body}" was sent in the clear`);
  }
}

/** Waits until a client counts somebody in the room as joined. */
export async function knowsMember(client: MatrixClient, roomId: string, member: MatrixClient): Promise<void> {
  const id = member.getUserId()!;
  await eventually(`${id} in the room by ${client.getUserId()}`, async () => client.getRoom(roomId)?.getMember(id)?.membership === 'join');
}

/** Device ids of a user as a client has them. */
export async function devicesOf(client: MatrixClient, userId: string): Promise<string[]> {
  const devices = await client.getCrypto()!.getUserDeviceInfo([userId]);
  return [...(devices.get(userId)?.keys() ?? [])].sort();
}
