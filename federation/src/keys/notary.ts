/** Tells keys of other servers under this server's signature (Server-Server API, "Querying Keys Through Another Server"). */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { signJson } from '@nexuscomm/spec/signatures.ts';
import type { Clock, ServerAllowed } from '../ports.ts';
import type { OwnKeys } from './key-document.ts';
import type { KeyRing } from './key-ring.ts';

/** server name -> key id -> criteria; no key ids: all keys */
export type KeyCriteria = Readonly<Record<string, Readonly<Record<string, { readonly minimum_valid_until_ts?: number }>>>>;

const MAX_SERVERS_ASKED = 100;

/**
 * Throws M_TOO_LARGE for too many servers. A server that nobody can reach is left out.
 * `minimumValidUntilTs`: for all of them, unless one says a later time.
 */
export type AskNotary = (criteria: KeyCriteria, minimumValidUntilTs?: number) => Promise<JsonObject[]>;

export function createNotary(deps: { own: OwnKeys; keyRing: KeyRing; clock: Clock; allowed: ServerAllowed }): AskNotary {
  const { own, keyRing, clock, allowed } = deps;
  return async (criteria, minimum = 0) => {
    const servers = Object.entries(criteria);
    if (servers.length > MAX_SERVERS_ASKED)
      throw new MatrixError('M_TOO_LARGE', 413, `At most ${MAX_SERVERS_ASKED} servers can be asked for at once.`);
    const documents = await Promise.all(
      servers.map(async ([server, keys]) => {
        if (!isServerName(server)) return undefined;
        if (server === own.serverName) return own.document();
        if (!allowed(server)) return undefined;
        const minima = Object.values(keys).map((wanted) => wanted.minimum_valid_until_ts ?? 0);
        const minimumValidUntilTs = Math.max(clock.now(), minimum, ...minima);
        const document = await keyRing.documentOf(server, { keyIds: Object.keys(keys), minimumValidUntilTs });
        return document && signJson(document, own.serverName, own.signingKey);
      }),
    );
    return documents.filter((document) => document !== undefined);
  };
}
