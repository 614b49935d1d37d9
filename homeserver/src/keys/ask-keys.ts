/**
 * Keys of any users, for clients (Client-Server API, /keys/query and /keys/claim): of users here and of those whose lists are
 * kept up to date from storage, of others from their servers, all servers at the same time and within the client's time.
 */
import { clientErrorOf } from '@nexuscomm/federation/client/errors.ts';
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import { isCrossSigningKey, isDeviceKeys } from '@nexuscomm/federation/inbound/receive-edu.ts';
import type { Clock, ServerName, UserId } from '@nexuscomm/federation/ports.ts';
import { isUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { Session } from '../http/handler.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { DeviceKeys } from './device-keys.ts';
import type { RemoteDeviceTable } from './remote-device-table.ts';
import type { RemoteDevices } from './remote-devices.ts';

export interface AskKeysOptions {
  readonly keys: DeviceKeys;
  readonly table: RemoteDeviceTable;
  readonly remote: RemoteDevices;
  readonly client: Pick<FederationClient, 'queryKeys' | 'claimKeys'>;
  readonly strings: StringTable;
  readonly serverName: ServerName;
  readonly clock: Clock;
}

type Wanted = Readonly<Record<string, readonly string[]>>;
type Failures = Record<string, JsonObject>;

/** ms that other servers get if the client does not say, and at most */
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 60_000;
/** With more users of one server whose lists are not kept yet, all of them are asked for at once instead of one by one. */
const FEW_LISTS = 10;

export class AskKeys {
  readonly #options: AskKeysOptions;

  constructor(options: AskKeysOptions) {
    this.#options = options;
  }

  async query(asking: Session, wanted: Wanted, timeoutMs: number | undefined): Promise<JsonObject> {
    const { keys, table, strings, serverName } = this.#options;
    const remote = Object.keys(wanted).filter((userId) => isUserId(userId) && serverNameOf(userId) !== serverName) as UserId[];
    if (remote.length === 0) return keys.query(asking, wanted);
    const nids = new Map<UserId, number>();
    for (const userId of remote) {
      const nid = await strings.find(userId);
      if (nid !== undefined) nids.set(userId, nid);
    }
    const lists = await table.lists([...nids.values()]);
    const failures: Failures = {};
    const answers: JsonObject[] = [];
    const limit = { timeoutMs: timeoutOf(timeoutMs) };
    await Promise.all(
      [...Map.groupBy(remote, serverNameOf)].map(async ([server, users]) => {
        const shared = users.filter((userId) => lists.has(nids.get(userId) ?? 0));
        const missing = shared.filter((userId) => lists.get(nids.get(userId)!)?.stale !== false);
        const strangers = users.filter((userId) => !shared.includes(userId));
        const many = missing.length > FEW_LISTS;
        const batch = many ? [...strangers, ...missing] : strangers;
        if (many) this.#options.remote.resyncLater(missing);
        await Promise.all([
          many ? undefined : this.#refresh(server, missing, limit.timeoutMs, failures),
          batch.length === 0 ? undefined : this.#ask(server, batch, wanted, limit, failures).then((answer) => answer && answers.push(answer)),
        ]);
      }),
    );
    return merge({ ...(await keys.query(asking, wanted)), failures }, answers);
  }

  /** One key of each device and algorithm asked for; devices without one are left out. */
  async claim(wanted: Readonly<Record<string, Readonly<Record<string, string>>>>, timeoutMs: number | undefined): Promise<JsonObject> {
    const { keys, client, serverName } = this.#options;
    const byServer = Map.groupBy(Object.entries(wanted), ([userId]) => serverNameOf(userId));
    const local = Object.fromEntries(byServer.get(serverName) ?? []);
    byServer.delete(serverName);
    const failures: Failures = {};
    const claimed: Record<string, JsonObject> = {};
    const limit = { timeoutMs: timeoutOf(timeoutMs) };
    await Promise.all([
      keys.claim(local).then((own) => Object.assign(claimed, own)),
      ...[...byServer].map(async ([server, users]) => {
        try {
          const answer = await client.claimKeys(server, Object.fromEntries(users) as Record<UserId, Record<string, string>>, limit);
          for (const [userId, devices] of users) {
            const given = Object.entries(answer.one_time_keys[userId] ?? {}).filter(([deviceId]) => Object.hasOwn(devices, deviceId));
            if (given.length > 0) claimed[userId] = Object.fromEntries(given);
          }
        } catch (error) {
          failures[server] = failureOf(error);
        }
      }),
    ]);
    return { failures, one_time_keys: claimed };
  }

  /** Has lists brought up to date. Who does not make it in time goes on without the client. */
  async #refresh(server: ServerName, users: readonly UserId[], timeoutMs: number, failures: Failures): Promise<void> {
    const { remote, clock } = this.#options;
    if (users.length === 0) return;
    const done = new AbortController();
    const late = clock.wait(timeoutMs, done.signal).then(
      () => true,
      () => false,
    );
    const results = Promise.allSettled(users.map((userId) => remote.resync(userId)));
    const first = await Promise.race([results, late]);
    done.abort();
    const failed = Array.isArray(first) ? first.find((result) => result.status === 'rejected') : undefined;
    if (failed) failures[server] = failureOf(failed.reason);
    else if (!Array.isArray(first)) failures[server] = { errcode: 'M_UNKNOWN', error: `${server} did not answer in time.` };
  }

  async #ask(
    server: ServerName,
    users: readonly UserId[],
    wanted: Wanted,
    limit: { timeoutMs: number },
    failures: Failures,
  ): Promise<JsonObject | undefined> {
    try {
      const answer = await this.#options.client.queryKeys(server, Object.fromEntries(users.map((userId) => [userId, [...wanted[userId]!]])), limit);
      const { device_keys: devices, master_keys: master = {}, self_signing_keys: selfSigning = {} } = answer;
      return {
        device_keys: Object.fromEntries(users.map((userId) => [userId, ownDevices(userId, devices[userId] ?? {}, wanted[userId]!)])),
        master_keys: only(users, master, (userId, key) => isCrossSigningKey(userId, 'master', key)),
        self_signing_keys: only(users, selfSigning, (userId, key) => isCrossSigningKey(userId, 'self_signing', key)),
      };
    } catch (error) {
      failures[server] = failureOf(error);
      return undefined;
    }
  }
}

const timeoutOf = (asked: number | undefined): number => Math.min(Math.max(asked ?? DEFAULT_TIMEOUT_MS, 1), MAX_TIMEOUT_MS);

function failureOf(error: unknown): JsonObject {
  return (clientErrorOf(error)?.toJSON() ?? { errcode: 'M_UNKNOWN', error: 'The server could not be asked.' }) as JsonObject;
}

/** What a server says of its own users' devices; the rest, and what it claims to be another user's, is left out. */
function ownDevices(userId: string, devices: Readonly<Record<string, JsonObject>>, wanted: readonly string[]): JsonObject {
  const own = Object.entries(devices).filter(
    ([deviceId, keys]) => isDeviceKeys(userId, deviceId, keys) && (wanted.length === 0 || wanted.includes(deviceId)),
  );
  return Object.fromEntries(
    own.map(([deviceId, keys]) => {
      const { unsigned, ...signed } = keys;
      const name = isJsonObject(unsigned) ? unsigned['device_display_name'] : undefined;
      return [deviceId, { ...signed, ...(typeof name === 'string' ? { unsigned: { device_display_name: name } } : {}) }];
    }),
  );
}

function only(
  users: readonly string[],
  keys: Readonly<Record<string, JsonObject>>,
  isRight: (userId: string, key: JsonObject) => boolean,
): Record<string, JsonObject> {
  return Object.fromEntries(users.flatMap((userId) => (keys[userId] && isRight(userId, keys[userId]) ? [[userId, keys[userId]]] : [])));
}

function merge(base: JsonObject, answers: readonly JsonObject[]): JsonObject {
  const merged: Record<string, JsonObject> = { ...(base as Record<string, JsonObject>) };
  for (const answer of answers) {
    for (const [part, value] of Object.entries(answer)) merged[part] = { ...merged[part], ...(value as JsonObject) };
  }
  return merged;
}
