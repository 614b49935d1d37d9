/** Servers in the test's process that federate over TLS on loopback, each named by its address. */
import type { TestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';
import { makeCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { startTestServer, type TestServer } from './test-server.ts';

export interface FederatedServer extends TestServer {
  /** its server name */
  readonly name: string;
}

export interface FederatedServers extends AsyncDisposable {
  readonly servers: readonly FederatedServer[];
  /** whose certificates they trust */
  readonly authority: TestAuthority;
}

/** `settings` are environment variables as an operator would set them, the same for all or for each its own. */
export async function startFederatedServers(
  count: number,
  settings: Record<string, string> | readonly Record<string, string>[] = {},
): Promise<FederatedServers> {
  const certificates = await makeCertificates();
  const servers: FederatedServer[] = [];
  for (let i = 0; i < count; i++) {
    const port = await freePort();
    const name = `127.0.0.1:${port}`;
    const server = await startTestServer({
      NEXUS_FEDERATION_CA: certificates.ca,
      NEXUS_TLS_CERT: certificates.cert,
      NEXUS_TLS_KEY: certificates.key,
      NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on',
      NEXUS_SERVER_NAME: name,
      NEXUS_TLS_PORT: String(port),
      ...(Array.isArray(settings) ? settings[i] : settings),
    });
    // A test may take a server away before all of them go.
    let ended: Promise<void> | undefined;
    const end = server[Symbol.asyncDispose].bind(server);
    servers.push(Object.assign(server, { name, [Symbol.asyncDispose]: () => (ended ??= Promise.resolve(end())) }));
  }
  return {
    servers,
    authority: certificates.authority,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      await certificates[Symbol.asyncDispose]();
    },
  };
}
