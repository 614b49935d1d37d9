/** End-to-end encryption (endpoints of spec/endpoints/client/keys.ts). */
import * as api from '@nexuscomm/spec/endpoints/client/keys.ts';
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';
import { decodeBase64 } from '@nexuscomm/spec/base64.ts';
import { MatrixError, invalidParam } from '@nexuscomm/spec/errors.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { verifySignedJson } from '@nexuscomm/spec/signatures.ts';
import { handle, type Route, type Session } from '../http/handler.ts';
import type { AskKeys } from '../keys/ask-keys.ts';
import type { Backups } from '../keys/backups.ts';
import type { DeviceKeys } from '../keys/device-keys.ts';
import { USAGES, publicKeyOf, type CrossSigningUsage } from '../keys/device-keys.ts';
import type { DeviceChanges } from '../keys/device-changes.ts';
import type { ToDevice } from '../keys/to-device.ts';
import { parseSyncToken } from '../sync/sync-token.ts';
import type { confirmByPassword } from './accounts.ts';

export interface KeyRoutesDeps {
  readonly keys: DeviceKeys;
  readonly askKeys: AskKeys;
  readonly changes: DeviceChanges;
  readonly toDevice: ToDevice;
  readonly backups: Backups;
  readonly crypto: CryptoProvider;
  readonly confirm: ReturnType<typeof confirmByPassword>;
}

export function keyRoutes({ keys, askKeys, changes, toDevice, backups, crypto, confirm }: KeyRoutesDeps): Route[] {
  return [
    handle(api.uploadKeys, async ({ body, session }) => ({
      one_time_key_counts: (await keys.upload(session, body as Parameters<DeviceKeys['upload']>[1])).oneTime,
    })),
    handle(api.queryKeys, async ({ body, session }) => askKeys.query(session, body.device_keys, body.timeout)),
    handle(api.claimKeys, async ({ body }) => askKeys.claim(body.one_time_keys, body.timeout)),
    handle(api.keyChanges, async ({ query, session }) =>
      changes.changed(session.userNid, parseSyncToken(query.from).pos, parseSyncToken(query.to).pos),
    ),
    handle(api.uploadCrossSigningKeys, async ({ body, session }) => {
      const current = await keys.crossSigningKeys(session.userNid);
      const given = readCrossSigningKeys(session, body as Record<string, unknown>, current, crypto);
      const changed = new Map([...given].filter(([usage, key]) => JSON.stringify(current.get(usage)) !== JSON.stringify(key)));
      if (changed.size === 0) return {};
      // The first upload needs no password (MSC3967); replacing keys does.
      if (current.size > 0) await confirm(session, 'cross-signing keys', body);
      await keys.setCrossSigningKeys(session, changed);
      return {};
    }),
    handle(api.uploadSignatures, async ({ body, session }) => ({ failures: await keys.addSignatures(session, body as Record<string, JsonObject>) })),
    handle(api.sendToDevice, async ({ params, body, session }) => {
      await toDevice.send(session, params.eventType, params.txnId, body.messages as Record<string, JsonObject>);
      return {};
    }),

    handle(api.createBackup, async ({ body, session }) => ({
      version: await backups.create(session.userNid, body.algorithm, body.auth_data as JsonObject),
    })),
    handle(api.currentBackup, async ({ session }) => backups.describe(session.userNid)),
    handle(api.getBackup, async ({ params, session }) => backups.describe(session.userNid, params.version)),
    handle(api.updateBackup, async ({ params, body, session }) => {
      await backups.update(session.userNid, params.version, body as Parameters<Backups['update']>[2]);
      return {};
    }),
    handle(api.deleteBackup, async ({ params, session }) => {
      await backups.delete(session.userNid, params.version);
      return {};
    }),
    handle(api.putRoomKeys, async ({ params, query, body, session }) =>
      backups.put({ userNid: session.userNid, ...query, ...params }, body as JsonObject),
    ),
    handle(api.getRoomKeys, async ({ params, query, session }) => backups.get({ userNid: session.userNid, ...query, ...params })),
    handle(api.deleteRoomKeys, async ({ params, query, session }) => backups.remove({ userNid: session.userNid, ...query, ...params })),
  ];
}

/** Checks the form of the keys, and that the master key has signed the others. */
function readCrossSigningKeys(
  session: Session,
  body: Readonly<Record<string, unknown>>,
  current: ReadonlyMap<CrossSigningUsage, JsonObject>,
  crypto: CryptoProvider,
): Map<CrossSigningUsage, JsonObject> {
  const given = new Map<CrossSigningUsage, JsonObject>();
  for (const usage of USAGES) {
    const key = body[`${usage}_key`];
    if (key === undefined) continue;
    const valid =
      isJsonObject(key) &&
      key['user_id'] === session.userId &&
      Array.isArray(key['usage']) &&
      key['usage'].includes(usage) &&
      isJsonObject(key['keys']) &&
      Object.keys(key['keys']).length === 1;
    if (!valid) throw invalidParam(`${usage}_key is not a key of yours for this use.`);
    given.set(usage, key as JsonObject);
  }
  const master = given.get('master') ?? current.get('master');
  for (const [usage, key] of given) {
    if (usage === 'master') continue;
    if (!master) throw new MatrixError('M_MISSING_PARAM', 400, 'Cross-signing needs a master key first.');
    const publicKey = decodeBase64(publicKeyOf(master));
    const keyId = Object.keys(master['keys'] as JsonObject)[0]!;
    const signed = publicKey?.length === 32 && verifySignedJson({ object: key, entity: session.userId, keyId, publicKey, crypto });
    if (!signed) throw new MatrixError('M_INVALID_SIGNATURE', 400, `${usage}_key is not signed by the master key.`);
  }
  return given;
}
