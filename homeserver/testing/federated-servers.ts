/** Servers in the test's process that federate over TLS on loopback, each named by its address. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';
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

/** `settings` are environment variables as an operator would set them, the same for all. */
export async function startFederatedServers(count: number, settings: Record<string, string> = {}): Promise<FederatedServers> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-tls-'));
  const authority = await createTestAuthority();
  const { cert, key } = await authority.certificate(['127.0.0.1']);
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const tls = {
    NEXUS_FEDERATION_CA: await file('ca.pem', authority.cert),
    NEXUS_TLS_CERT: await file('cert.pem', cert),
    NEXUS_TLS_KEY: await file('key.pem', key),
    NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on',
  };
  const servers: FederatedServer[] = [];
  for (let i = 0; i < count; i++) {
    const port = await freePort();
    const name = `127.0.0.1:${port}`;
    const server = await startTestServer({ ...tls, NEXUS_SERVER_NAME: name, NEXUS_TLS_PORT: String(port), ...settings });
    servers.push(Object.defineProperty(server as FederatedServer, 'name', { value: name }));
  }
  return {
    servers,
    authority,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
