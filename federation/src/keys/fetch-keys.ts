/** Gets a server's keys: from itself, or from a notary if it can't be reached (Server-Server API, "Retrieving server keys"). */
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { FederationClient } from '../client/federation-client.ts';
import type { Clock, Log, ServerKey, ServerName } from '../ports.ts';
import { isSigned, readKeyDocument } from './key-document.ts';

export interface FetchedKeys {
  readonly keys: readonly ServerKey[];
  readonly document: JsonObject;
}

export interface FetchKeysOptions {
  readonly keyIds: readonly string[];
  readonly minimumValidUntilTs: number;
  /** the server has just been heard of, so it is worth asking */
  readonly ignoreBackoff: boolean;
}

/** undefined: nobody could tell. */
export type FetchKeys = (server: ServerName, options: FetchKeysOptions) => Promise<FetchedKeys | undefined>;

export interface FetchKeysDeps {
  readonly client: Pick<FederationClient, 'serverKeys' | 'notaryKeys'>;
  readonly notaries: readonly ServerName[];
  /** the keys that a notary may sign with */
  readonly keysOfNotary: (notary: ServerName) => Promise<readonly ServerKey[]>;
  readonly crypto: CryptoProvider;
  readonly clock: Clock;
  readonly log: Log;
}

export function createKeyFetcher(deps: FetchKeysDeps): FetchKeys {
  const { client, notaries, log } = deps;
  return async (server, options) => {
    const ask = { ignoreBackoff: options.ignoreBackoff };
    const attempts: [string, () => Promise<FetchedKeys>][] = [[server, async () => read(deps, server, await client.serverKeys(server, ask))]];
    // A notary's own keys come from itself only.
    if (!notaries.includes(server)) for (const notary of notaries) attempts.push([notary, () => askNotary(deps, notary, server, options)]);
    for (const [from, attempt] of attempts) {
      try {
        return await attempt();
      } catch (error) {
        log.debug({ server, from, reason: error instanceof Error ? error.message : error }, 'could not get keys');
      }
    }
    return undefined;
  };
}

function read({ crypto, clock }: FetchKeysDeps, server: ServerName, document: JsonObject): FetchedKeys {
  return { keys: readKeyDocument({ document, server, crypto, now: clock.now() }), document };
}

async function askNotary(deps: FetchKeysDeps, notary: ServerName, server: ServerName, options: FetchKeysOptions): Promise<FetchedKeys> {
  const notaryKeys = await deps.keysOfNotary(notary);
  const documents = await deps.client.notaryKeys(notary, new Map([[server, options]]));
  const found = documents
    .filter((document) => document['server_name'] === server && isJsonObject(document['signatures']))
    .filter((object) => notaryKeys.some(({ keyId, publicKey }) => isSigned({ object, entity: notary, keyId, publicKey, crypto: deps.crypto })))
    .map((document) => read(deps, server, document));
  // Several documents of one server may come, old ones among them: the newest is the server's word, all keys count.
  const [newest, ...older] = found.toSorted((a, b) => validUntil(b) - validUntil(a));
  if (!newest) throw new Error(`${notary} told no keys of ${server} under its own signature`);
  const known = new Set(newest.keys.map(({ keyId }) => keyId));
  const rest = older.flatMap(({ keys }) => keys).filter(({ keyId }) => !known.has(keyId) && known.add(keyId));
  return { keys: [...newest.keys, ...rest], document: newest.document };
}

const validUntil = ({ document }: FetchedKeys): number => Number(document['valid_until_ts']);
