/** Reaches another server step by step, and says in plain words what does not work and who can do what about it. */
import { RemoteError, Unreachable, type UnreachableReason } from '@nexuscomm/federation/client/errors.ts';
import { splitServerName } from '@nexuscomm/federation/client/discovery/discover-server.ts';
import { readKeyDocument } from '@nexuscomm/federation/keys/key-document.ts';
import type { Log } from '@nexuscomm/federation/ports.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { parseOldVerifyKey } from '../federation/old-verify-key.ts';
import { createServerKeyStore } from '../federation/server-key-store.ts';
import { createFederationTransport, type FederationTransport } from '../federation/transport.ts';
import type { Config } from '../config/schema.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import type { Database } from '../storage/database.ts';
import { loadSigningKey } from '../storage/server-identity.ts';

export interface Finding {
  readonly ok: boolean;
  readonly text: string;
  /** what to do */
  readonly advice?: string | undefined;
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {} };
const ADVICE: Record<UnreachableReason, string> = {
  dns: 'Check the spelling. If it is right, its administrator has to give the name an address, or delegate with .well-known/matrix/server or SRV.',
  refused: 'Nothing listens there: its server is off, or its administrator has to open the port (8448 unless delegated).',
  tls: 'Its administrator has to install a valid certificate for that name. In a closed network, set federation.ca to the authority that issued it.',
  timeout: 'A firewall drops what we send, on either side, or its server hangs.',
  'broken off': 'Something in between, perhaps a proxy, closes the connection.',
  'private address': 'In a closed network set federation.allow_private_addresses; otherwise its DNS is wrong.',
  'too large': 'What answers there is hardly a Matrix server.',
  'bad response': 'What answers there is no Matrix server, or a proxy passes on something else: its administrator has to look at the delegation.',
  'not allowed': 'federation.enabled, federation.allow or federation.deny of this server exclude it.',
  'backing off': 'Try again in a moment.',
};

/** Each step goes only as far as the one before it. */
export async function examineServer(config: Config, db: Database, server: ServerName): Promise<Finding[]> {
  const { federation: settings, server: own } = config;
  const formerKeys = settings.old_verify_keys.map(parseOldVerifyKey).filter((key) => key !== undefined);
  await using transport = createFederationTransport({
    settings,
    serverName: own.name as ServerName,
    signingKey: await loadSigningKey(db, own.data_dir, formerKeys),
    keyStore: createServerKeyStore(db),
    log: silent,
  });
  const findings: Finding[] = [];
  for (const step of [findRoute, askVersion, askKeys, ...(server === own.name ? [] : [askSigned])]) {
    try {
      findings.push(await step(transport, server));
    } catch (error) {
      findings.push(failure(error));
    }
    if (!findings.at(-1)!.ok) break;
  }
  return findings;
}

type Step = (transport: FederationTransport, server: ServerName) => Promise<Finding>;

const findRoute: Step = async ({ network, allowed }, server) => {
  if (!allowed(server)) throw new Unreachable(server, 'not allowed', 'the configuration of this server excludes it');
  const { targets, tlsName } = await network.discover(server);
  const { host, port } = splitServerName(server);
  const { delegatedTo } = port === undefined ? await network.wellKnown.lookUp(host) : {};
  const how = delegatedTo === undefined ? '' : `, delegated to ${delegatedTo} by .well-known`;
  return {
    ok: true,
    text: `${server} is at ${targets.map((target) => `${target.host}:${target.port}`).join(', ')}${how}; its certificate has to be for ${tlsName}`,
  };
};

const askVersion: Step = async ({ client }, server) => {
  const { server: software } = await client.version(server, { ignoreBackoff: true });
  return { ok: true, text: `it answers over TLS and runs ${software?.name ?? 'an unnamed server'} ${software?.version ?? ''}`.trimEnd() };
};

const askKeys: Step = async ({ client, clock }, server) => {
  const document = await client.serverKeys(server, { ignoreBackoff: true });
  try {
    const keys = readKeyDocument({ document, server, crypto: nodeCrypto, now: clock.now() }).filter((key) => key.expiredTs === undefined);
    const until = Math.max(...keys.map((key) => key.validUntilTs));
    if (until > clock.now())
      return { ok: true, text: `its keys are ${keys.map((key) => key.keyId).join(', ')}, until ${new Date(until).toISOString()}` };
    return {
      ok: false,
      text: `its keys have expired at ${new Date(until).toISOString()}`,
      advice: 'Compare the clocks of both machines; if they agree, its administrator has to look at it.',
    };
  } catch (error) {
    return {
      ok: false,
      text: `its key document can't be used: ${String(error)}`,
      advice: 'Another server may answer at that address: its administrator has to look at the delegation.',
    };
  }
};

/** A request that it can only answer after getting this server's keys. */
const askSigned: Step = async ({ client }, server) => {
  const text = 'it accepts what this server signs, so it reaches this server too';
  try {
    await client.queryProfile(server, `@nexuscomm-check:${server}` as UserId, undefined, { ignoreBackoff: true });
    return { ok: true, text };
  } catch (error) {
    if (!(error instanceof RemoteError) || (error.status !== 401 && error.status !== 403)) {
      if (error instanceof RemoteError && error.status < 500) return { ok: true, text };
      throw error;
    }
    const advice =
      'It must reach this server to get its keys: is this server running, and does the check of its own name from outside succeed? It may also exclude this server.';
    return {
      ok: false,
      text: `it refuses what this server signs (${error.status} ${error.errcode}${error.text === '' ? '' : `: ${error.text}`})`,
      advice,
    };
  }
};

function failure(error: unknown): Finding {
  if (error instanceof Unreachable) return { ok: false, text: error.message, advice: ADVICE[error.reason] };
  if (error instanceof RemoteError)
    return { ok: false, text: error.message, advice: 'Its administrator has to look at its log, or at the proxy in front of it.' };
  throw error;
}
