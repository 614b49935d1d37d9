/** Puts together what inviting by e-mail address or phone number takes. */
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { Config } from '../config/schema.ts';
import { IdentityServers } from '../outbound/identity-servers.ts';
import { OutboundClient, type OutboundClientOptions } from '../outbound/outbound-client.ts';
import { ThirdPartyInvites, type ThirdPartyInvitesDeps } from './third-party-invites.ts';

export interface ThirdPartyDeps extends Omit<ThirdPartyInvitesDeps, 'identity' | 'exchange'> {
  readonly settings: Config['identity'];
  readonly web: Pick<OutboundClientOptions, 'resolver' | 'trust' | 'userAgent'>;
  /** undefined: federation is off */
  readonly federation: FederationClient | undefined;
}

export function createThirdPartyInvites(deps: ThirdPartyDeps): { readonly invites: ThirdPartyInvites } & AsyncDisposable {
  const { settings, web, federation } = deps;
  const { timeout_ms: timeoutMs, allow_private_addresses: allowPrivateAddresses } = settings;
  const client = new OutboundClient({ ...web, allowPrivateAddresses, allowPlain: false, timeoutMs });
  return {
    invites: new ThirdPartyInvites({
      ...deps,
      identity: new IdentityServers({ client, allowed: settings.servers }),
      exchange: federation && ((server, roomId, invite) => federation.exchangeThirdPartyInvite(server, roomId, invite)),
    }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}
