/** DNS of this machine: addresses by its own rules (/etc/hosts too), SRV records from its name servers. */
import { Resolver as DnsResolver, lookup } from 'node:dns/promises';
import type { Resolver } from '@nexuscomm/federation/client/discovery/resolver.ts';

const SRV_TIMEOUT_MS = 2_000;
const SRV_TRIES = 2;
const NO_SUCH = new Set(['ENOTFOUND', 'ENODATA']);

const noneIfNoSuch = (error: NodeJS.ErrnoException): [] => {
  if (NO_SUCH.has(error.code ?? '')) return [];
  throw error;
};

export function createNodeResolver(): Resolver {
  const dns = new DnsResolver({ timeout: SRV_TIMEOUT_MS, tries: SRV_TRIES });
  return {
    addresses: async (host) => (await lookup(host, { all: true }).catch(noneIfNoSuch)).map(({ address }) => address),
    srv: (name) => dns.resolveSrv(name).catch(noneIfNoSuch),
  };
}
